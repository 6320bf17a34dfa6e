/** @file Compiled programs by key: compiled on first use, kept while recently used, never released under a run. */
import type { Feeds, HostTensor, Program } from '../tensor/index.ts';

/** Programs kept compiled. */
export const MAX_PROGRAMS = 12;

/** A program to run, wherever it is kept. */
export interface Runnable<Name extends string = string> {
  run(feeds: Feeds): Promise<Record<Name, HostTensor>>;
}

interface Entry {
  readonly program: Promise<Program>;
  /** Whether it holds a copy of the weights. */
  readonly baked: boolean;
  running: number;
  /** No longer found by its key: to be released when nothing runs it any more. */
  retired: boolean;
}

/** How to get a program that is not there. */
export interface Recipe {
  readonly key: string;
  readonly baked: boolean;
  compile(): Promise<Program>;
}

/** A cache of programs. One that was evicted is compiled again when it is run again. */
export class Programs {
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;

  /** @param most programs kept; the least recently used is released first */
  constructor(most = MAX_PROGRAMS) {
    this.#most = most;
  }

  /** Runs a program, compiling it if need be. */
  async run(recipe: Recipe, feeds: Feeds): Promise<Record<string, HostTensor>> {
    const entry = this.#use(recipe);
    entry.running++;
    try {
      return await (await entry.program).run(feeds);
    } finally {
      entry.running--;
      if (entry.retired && entry.running === 0) await release(entry);
    }
  }

  /** Releases all programs, or those alone that hold a copy of the weights. */
  async release(which: 'all' | 'baked' = 'all'): Promise<void> {
    const chosen = [...this.#entries].filter(([, { baked }]) => baked || which === 'all');
    for (const [key] of chosen) await this.#retire(key);
  }

  #use({ key, baked, compile }: Recipe): Entry {
    const entry = this.#entries.get(key) ?? {
      program: compile(),
      baked,
      running: 0,
      retired: false,
    };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    // What failed to compile is not kept; who asked for it gets the error.
    entry.program.catch(() => this.#entries.get(key) === entry && this.#entries.delete(key));
    if (this.#entries.size > this.#most) void this.#retire(this.#entries.keys().next().value!);
    return entry;
  }

  async #retire(key: string): Promise<void> {
    const entry = this.#entries.get(key)!;
    this.#entries.delete(key);
    entry.retired = true;
    if (entry.running === 0) await release(entry);
  }
}

async function release({ program }: Entry): Promise<void> {
  const compiled = await program.catch(() => undefined);
  await compiled?.release();
}
