/** @file The port through which an audit keeps finished work; the store implements it on disk. */

/** One finished piece of work: its key names it, its value is plain JSON. */
export interface JournalEntry {
  readonly key: string;
  readonly value: unknown;
}

/** Append-only memory of finished work. What `record` has returned from survives kill -9. */
export interface Journal {
  /** The value recorded under `key`, or undefined. */
  recall(key: string): unknown | undefined;
  /** Records a value; durable once the promise resolves. */
  record(key: string, value: unknown): Promise<void>;
}

/** A journal that forgets: for tests and library use without a folder. */
export class MemoryJournal implements Journal {
  readonly #entries = new Map<string, unknown>();

  recall(key: string): unknown | undefined {
    return this.#entries.get(key);
  }

  async record(key: string, value: unknown): Promise<void> {
    this.#entries.set(key, value);
  }
}
