/** @file Answers of models behind endpoints, kept in a folder: `answers.jsonl`, which survives kill -9. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AnswerStore } from '../model/index.ts';
import { cannotWrite } from './atomic.ts';
import { EventLog } from './eventLog.ts';
import { takeLock } from './lock.ts';

/** Ties the checksums of the file to its kind. */
const ORIGIN = 'touchstone/answers/1';

/** An open folder of answers; one process has it at a time. */
export interface AnswerFolder extends AnswerStore {
  readonly size: number;
  close(): Promise<void>;
}

/**
 * Opens a folder of answers, or makes it.
 *
 * @throws TouchstoneError where another process has it, it is damaged, or the disk refuses
 */
export async function openAnswers(folder: string): Promise<AnswerFolder> {
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw cannotWrite(folder, cause);
  });
  const lock = await takeLock(folder);
  try {
    const log = await EventLog.open(join(folder, 'answers.jsonl'), ORIGIN);
    return {
      get size() {
        return log.size;
      },
      recall: (key) => log.recall(key),
      record: (key, value) => log.record(key, value),
      close: async () => {
        await log.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
