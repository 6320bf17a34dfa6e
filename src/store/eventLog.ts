/** @file The append-only file of finished work: what `record` has returned from survives kill -9. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { badInput, type TouchstoneError } from '../tensor/errors.ts';
import { cannotWrite, syncFolder } from './atomic.ts';
import { bodyOf, decodeLine, decodeValue, encodeBody, encodeLine } from './event.ts';

const NEWLINE = 0x0a;

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What a file holds: lines by key, the last checksum, and how many bytes are sound. */
interface Contents {
  readonly lines: Map<string, string>;
  readonly sum: string;
  readonly length: number;
}

/** An open `events.jsonl`. Records that arrive while one is being flushed share the next flush. */
export class EventLog {
  readonly #path: string;
  readonly #file: FileHandle;
  /** Text, not values: a caller that changes a value it was given changes nothing here. */
  readonly #lines: Map<string, string>;
  #sum: string;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #failure: TouchstoneError | undefined;

  private constructor(path: string, file: FileHandle, contents: Contents) {
    this.#path = path;
    this.#file = file;
    this.#lines = contents.lines;
    this.#sum = contents.sum;
  }

  /**
   * Opens or creates the file. A torn or damaged last line, which no one was told is kept, is cut off.
   *
   * @param origin ties the lines to their run: the first checksum starts from it.
   * @throws TouchstoneError (`input`) with the line number where an earlier line is damaged.
   */
  static async open(path: string, origin: string): Promise<EventLog> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND);
    try {
      const bytes = await file.readFile();
      const contents = readLines(bytes, origin, path);
      if (contents.length < bytes.length) await file.truncate(contents.length);
      await file.sync();
      await syncFolder(dirname(path));
      return new EventLog(path, file, contents);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** How many entries are recorded. */
  get size(): number {
    return this.#lines.size;
  }

  /** A fresh copy of the value recorded under `key`, or undefined. -0 comes back as 0. */
  recall(key: string): unknown | undefined {
    const line = this.#lines.get(key);
    return line === undefined ? undefined : decodeValue(line);
  }

  /**
   * Records plain JSON; durable once the promise resolves. Recording the same value again is no work.
   *
   * @throws Error where `key` holds another value, or the value is not plain JSON (NaN, Map, ...).
   * @throws TouchstoneError (`failed`) where the disk refuses; every later record then fails too.
   */
  async record(key: string, value: unknown): Promise<void> {
    if (this.#failure) throw this.#failure;
    const body = encodeBody(key, value);
    const known = this.#lines.get(key);
    if (known === undefined) return this.#append(key, body);
    if (bodyOf(known) !== body) throw new Error(`internal: ${key} recorded twice, with two values`);
    await this.settle();
  }

  /** Resolves once nothing is waiting to be written. */
  async settle(): Promise<void> {
    while (this.#flushing) await this.#flushing;
    if (this.#failure) throw this.#failure;
  }

  /** Writes what is waiting and closes the file. */
  async close(): Promise<void> {
    while (this.#flushing) await this.#flushing;
    await this.#file.close();
  }

  #append(key: string, body: string): Promise<void> {
    const line = encodeLine(this.#sum, body);
    this.#sum = line.sum;
    this.#lines.set(key, line.text);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text: line.text, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  async #flush(): Promise<void> {
    // One turn later, so that records made together go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await this.#write(group);
    }
    this.#flushing = undefined;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      // A line after a torn one would be damage in the middle: after a failure nothing is written.
      if (this.#failure) throw this.#failure;
      await this.#file.appendFile(group.map((entry) => `${entry.text}\n`).join(''));
      await this.#file.datasync();
      for (const entry of group) entry.resolve();
    } catch (cause) {
      this.#failure ??= cannotWrite(this.#path, cause);
      for (const entry of group) entry.reject(this.#failure);
    }
  }
}

function readLines(bytes: Uint8Array, origin: string, path: string): Contents {
  const lines = new Map<string, string>();
  let sum = origin;
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    const line = decodeLine(sum, bytes.subarray(start, end));
    if (line === undefined) {
      if (end + 1 < bytes.length) refuseDamage(path, lines.size + 1);
      break;
    }
    lines.set(line.key, line.text);
    sum = line.sum;
    start = end + 1;
  }
  return { lines, sum, length: start };
}

function refuseDamage(path: string, line: number): never {
  badInput(
    `${path} is damaged at line ${line}: its checksum does not match, and lines follow it`,
    `restore the file from a copy, or start again in another folder`,
  );
}
