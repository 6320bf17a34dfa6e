/** @file The history of a run: one line of JSON for each step of each dictionary, appended as it is trained. */
import { existsSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { badInput } from '../../tensor/index.ts';

/** What a step measures on its batch, before its update. */
export interface Measured {
  readonly loss: number;
  /** Its terms before their coefficients: 'mse', 'l1', 'auxiliary'. */
  readonly terms: Readonly<Record<string, number>>;
  /** Active latents a row. */
  readonly l0: number;
  /** 1 - squared error / squared distance from the batch's mean. */
  readonly explainedVariance: number;
  /** Latents that have not fired for as long as the plan says. */
  readonly dead: number;
  readonly learningRate: number;
  /** Latents that were resampled after the step. */
  readonly resampled?: number;
}

/** One line. */
export interface HistoryEntry extends Measured {
  readonly dictionary: string;
  /** Steps done, from 1. */
  readonly step: number;
}

/** Digits that are written: the numbers are computed in float32. */
const DIGITS = 7;

function lineOf(entry: HistoryEntry): string {
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value;
  return `${JSON.stringify(entry, rounded)}\n`;
}

/** An open history. */
export class History {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /**
   * Opens a history to go on after `steps` steps: lines of later ones, which will be trained anew, are cut off.
   *
   * @throws TouchstoneError where an earlier line is damaged or missing
   */
  static async open(path: string, steps: number, dictionaries: number): Promise<History> {
    const keep = existsSync(path) ? await lengthUntil(path, steps, steps * dictionaries) : 0;
    if (keep === 0 && steps > 0) badInput(`${path} is missing or empty`, `${steps} steps are done`);
    const file = await open(path, 'a');
    await file.truncate(keep);
    return new History(file);
  }

  async append(entries: readonly HistoryEntry[]): Promise<void> {
    await this.#file.appendFile(entries.map(lineOf).join(''));
  }

  /** Brings what was appended to the disk. */
  async flush(): Promise<void> {
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Bytes of the first `count` lines. */
async function lengthUntil(path: string, steps: number, count: number): Promise<number> {
  const bytes = await readFile(path);
  let end = 0;
  for (let line = 0; line < count; line++) {
    end = bytes.indexOf(0x0a, end) + 1;
    if (end === 0) {
      badInput(`${path} ends after ${line} lines, expected ${count}`, `${steps} steps are done`);
    }
  }
  return end;
}

/** Reads a history, or its first lines where the last is torn. */
export async function readHistory(path: string): Promise<HistoryEntry[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as HistoryEntry);
}
