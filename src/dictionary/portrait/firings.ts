/** @file Which latents are active together and on which tokens: rows kept whole, thinned at random where they grow too many. */
import type { RandomStream } from '../../tensor/index.ts';
import type { ActiveRows } from './active.ts';

/** Active latents kept in all: 32 MB. */
const MOST_ENTRIES = 2 ** 22;

/** Rows of a corpus with their active latents; all of them, or a uniform random sample. */
export class Firings {
  readonly #order: RandomStream;
  readonly #most: number;
  #share = 1;
  #places: number[] = [];
  #rows: Int32Array[] = [];
  #entries = 0;
  #byLatent = new Map<number, number[]>();

  constructor(order: RandomStream, most = MOST_ENTRIES) {
    this.#order = order;
    this.#most = most;
  }

  add({ places, starts, latents }: ActiveRows): void {
    for (let row = 0; row < places.length; row++) {
      if (this.#order.uniform(places[row]!) >= this.#share) continue;
      const own = latents.slice(starts[row]!, starts[row + 1]!);
      this.#places.push(places[row]!);
      this.#rows.push(own);
      this.#entries += own.length;
    }
    while (this.#entries > this.#most && this.#places.length > 1) this.#thin();
  }

  /** Halves the share of rows that are kept. A row's number decides, so batches do not matter. */
  #thin(): void {
    this.#share /= 2;
    const kept = [...this.#places.keys()].filter(
      (i) => this.#order.uniform(this.#places[i]!) < this.#share,
    );
    this.#places = kept.map((i) => this.#places[i]!);
    this.#rows = kept.map((i) => this.#rows[i]!);
    this.#entries = this.#rows.reduce((sum, { length }) => sum + length, 0);
  }

  /** Place of each row. */
  get places(): readonly number[] {
    return this.#places;
  }

  /** Share of the corpus's rows that were kept. */
  get share(): number {
    return this.#share;
  }

  /** Active latents of a row. */
  row(row: number): Int32Array {
    return this.#rows[row]!;
  }

  /** Lists the rows of some latents, for {@link rowsOf}. */
  index(latents: Iterable<number>): void {
    this.#byLatent = new Map([...latents].map((latent) => [latent, []]));
    this.#rows.forEach((active, row) => {
      for (const latent of active) this.#byLatent.get(latent)?.push(row);
    });
  }

  /** Rows in which an indexed latent is active, in order. */
  rowsOf(latent: number): readonly number[] {
    return this.#byLatent.get(latent) ?? [];
  }

  /** In how many of the kept rows each latent is active. */
  counts(latents: number): Uint32Array {
    const out = new Uint32Array(latents);
    for (const active of this.#rows) for (const latent of active) out[latent] = out[latent]! + 1;
    return out;
  }
}
