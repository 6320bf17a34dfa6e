/**
 * @file A run folder: `run.json` says what is run, `events.jsonl` keeps every finished piece of work,
 * the report's files are written at the end. Killed at any moment, it opens again and goes on.
 */
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Journal } from '../audit/journal.ts';
import { badInput } from '../tensor/errors.ts';
import { writeAtomically } from './atomic.ts';
import { EventLog } from './eventLog.ts';
import { takeLock } from './lock.ts';
import { claimFolder, type RunSpec } from './manifest.ts';
import { encodeSamples, type SampleRow } from './samples.ts';

/** An open run: the journal of its work, and the files of its report. */
export interface Run extends Journal {
  readonly folder: string;
  /** How many entries were there when the run was opened: above 0, it is being resumed. */
  readonly resumed: number;
  /** Writes `samples.parquet`, whole or not at all. */
  writeSamples(rows: readonly SampleRow[]): Promise<void>;
  /** Writes report files by name, each whole or not at all, after all that was recorded is on disk. */
  finish(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  /** Gives the folder free for another process. */
  close(): Promise<void>;
}

/**
 * Opens a run folder, creating it where there is none.
 *
 * @throws TouchstoneError (`input`) where the folder holds another run (naming the difference), other
 * files, or a damaged journal (naming the line); (`failed`) where another process is writing it.
 */
export async function openRun(folder: string, spec: RunSpec): Promise<Run> {
  await makeFolder(folder);
  const lock = await takeLock(folder);
  try {
    const origin = await claimFolder(folder, spec);
    const events = await EventLog.open(join(folder, 'events.jsonl'), origin);
    return openedRun(folder, events, lock.release);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function openedRun(folder: string, events: EventLog, release: () => Promise<void>): Run {
  return {
    folder,
    resumed: events.size,
    recall: (key) => events.recall(key),
    record: (key, value) => events.record(key, value),
    writeSamples: (rows) => writeAtomically(join(folder, 'samples.parquet'), encodeSamples(rows)),
    finish: async (files) => {
      await events.settle();
      for (const [name, content] of Object.entries(files)) {
        if (basename(name) !== name) throw new Error(`internal: ${name} is not a plain file name`);
        await writeAtomically(join(folder, name), content);
      }
    },
    close: async () => {
      await events.close();
      await release();
    },
  };
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    badInput(
      `cannot make the run folder ${folder}: ${error.message}`,
      'choose another folder with --out',
    );
  });
}
