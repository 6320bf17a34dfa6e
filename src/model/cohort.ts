/**
 * @file Rows that are decoded together, and the order of the work: the places of rows that ended are taken by
 * rows of other cohorts, so that steps stay as large as the batch may be.
 */
import { KeyValueCache } from './cache.ts';
import { type Decoding, paddedLength, type Row, readPrompt, take, takeStep } from './decoding.ts';

/** Below this share of open rows a cohort waits for others to fill it up. */
const FULL = 3 / 4;
/** Rows that wait may be this many batches: each holds its cache. */
const PARKED_BATCHES = 2;

/** Rows whose caches have equally many slots, now and after every further step. */
export class Cohort {
  #rows: Row[];
  readonly #decoding: Decoding;
  readonly #cache: KeyValueCache;

  private constructor(decoding: Decoding, rows: Row[], cache: KeyValueCache) {
    this.#decoding = decoding;
    this.#rows = rows;
    this.#cache = cache;
  }

  /** Reads the prompts of rows, which are padded alike, and chooses their first tokens. */
  static async start(decoding: Decoding, given: readonly Row[]): Promise<Cohort> {
    // A product with a single row runs another kernel, whose sums round otherwise: never run one row alone.
    const companion: Row = { ...given[0]!, tokens: [], fired: new Set(), finish: 'length' };
    const rows = given.length === 1 ? [given[0]!, companion] : [...given];
    const { config, runtime } = decoding.model;
    const cache = new KeyValueCache(config, runtime, rows.length);
    take(decoding, rows, await readPrompt(decoding, rows, cache));
    return new Cohort(decoding, rows, cache);
  }

  /** Rows that have not ended. */
  get open(): number {
    return this.#rows.reduce((count, { finish }) => count + Number(finish === undefined), 0);
  }

  /** Positions that the longest row can have cached: cohorts with equal reach can become one. */
  get reach(): number {
    return this.#cache.reach;
  }

  /** Takes a step. */
  async step(): Promise<void> {
    if (this.open <= this.#rows.length / 2) this.#compact();
    const distributions = await takeStep(this.#decoding, this.#rows, this.#cache);
    take(this.#decoding, this.#rows, distributions);
  }

  /** Gives back the memory of rows that ended. */
  park(): void {
    this.#compact();
    this.#cache.shrink();
  }

  /** Takes rows over from a cohort with the same reach, until there are `most`. */
  absorb(other: Cohort, most: number): void {
    this.#compact();
    const open = other.#openRows();
    const places = most - this.open;
    // One row must not stay behind alone.
    const moved = open.slice(0, open.length - places === 1 ? places - 1 : places);
    this.#cache.absorb(other.#cache, moved);
    this.#rows.push(...moved.map((i) => other.#rows[i]!));
    other.#keep([...other.#rows.keys()].filter((i) => !moved.includes(i)));
  }

  #openRows(): number[] {
    return this.#rows.flatMap(({ finish }, i) => (finish === undefined ? [i] : []));
  }

  /** Drops rows that ended; always keeps two. */
  #compact(): void {
    const open = this.#openRows();
    if (open.length === this.#rows.length || this.#rows.length <= 2) return;
    const companion = open[0] === 0 ? 1 : 0;
    this.#keep(open.length === 1 ? [open[0]!, companion].sort((a, b) => a - b) : open);
  }

  #keep(rows: readonly number[]): void {
    this.#cache.keep(rows);
    this.#rows = rows.map((i) => this.#rows[i]!);
  }
}

/** Decodes rows to their ends, so many at once. */
export class Schedule {
  readonly #decoding: Decoding;
  readonly #size: number;
  /** Rows to be started, in batches that are padded alike. */
  readonly #queue: Row[][];
  /** Cohorts that wait, by their reach; the least first. */
  readonly #parked: Cohort[] = [];

  constructor(decoding: Decoding, rows: readonly Row[], size: number) {
    this.#decoding = decoding;
    this.#size = size;
    this.#queue = [...batches(decoding, rows, size)];
  }

  /** Yields after each step, until all rows have ended. */
  async *run(): AsyncGenerator<void> {
    for (let cohort = await this.#next(); cohort; cohort = await this.#next()) {
      yield;
      while (cohort.open > 0) {
        this.#fill(cohort);
        if (this.#parks(cohort)) break;
        await cohort.step();
        yield;
      }
    }
  }

  async #next(): Promise<Cohort | undefined> {
    const rows = this.#queue.shift();
    return rows ? Cohort.start(this.#decoding, rows) : this.#parked.shift();
  }

  /** Fills a cohort up from those that wait where it has come to. */
  #fill(cohort: Cohort): void {
    for (const other of this.#parked.filter(({ reach }) => reach === cohort.reach)) {
      if (cohort.open >= this.#size) return;
      cohort.absorb(other, this.#size);
      if (other.open === 0) this.#parked.splice(this.#parked.indexOf(other), 1);
    }
  }

  /** Puts a cohort aside if it has free places and others will come by. */
  #parks(cohort: Cohort): boolean {
    if (cohort.open > this.#size * FULL || !this.#comes(cohort.reach)) return false;
    const waiting = this.#parked.reduce((sum, { open }) => sum + open, cohort.open);
    if (waiting > this.#size * PARKED_BATCHES) return false;
    cohort.park();
    this.#parked.push(cohort);
    this.#parked.sort((a, b) => a.reach - b.reach);
    return true;
  }

  /** Whether some rows have yet to come to a reach. */
  #comes(reach: number): boolean {
    const padded = this.#queue.map(([row]) => paddedLength(this.#decoding.model, row!));
    return [...padded, ...this.#parked.map((other) => other.reach)].some((at) => at < reach);
  }
}

/** Batches of rows whose prompts are padded to one length. */
function* batches({ model }: Decoding, rows: readonly Row[], size: number): Generator<Row[]> {
  const byLength = new Map<number, Row[]>();
  for (const row of rows) {
    const length = paddedLength(model, row);
    const group = byLength.get(length);
    if (group) group.push(row);
    else byLength.set(length, [row]);
  }
  for (const group of byLength.values()) {
    for (let i = 0; i < group.length; i += size) yield group.slice(i, i + size);
  }
}
