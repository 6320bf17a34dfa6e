/** @file What is counted of every latent while texts stream by: how often it is active, and how strongly. */
import { type ClusteredEstimate, streamedProportion } from '../../statistics/index.ts';
import type { ActiveRows } from './active.ts';
import type { Corpus } from './corpus.ts';
import { Histograms } from './histograms.ts';

/** Counts of all latents, in memory that does not grow with the texts. Documents come one after another. */
export class Census {
  readonly histograms: Histograms;
  /** Rows in which each latent is active. */
  readonly fired: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  readonly #products: Float64Array;
  readonly #own: Uint32Array;
  #touched: number[] = [];
  #document = -1;
  #rowsOfDocument = 0;
  #rows = 0;
  #documents = 0;
  #sizes = 0;

  constructor(latents: number) {
    const numbers = () => new Float64Array(latents);
    this.histograms = new Histograms(latents);
    this.fired = numbers();
    this.#sums = numbers();
    this.#squares = numbers();
    this.#products = numbers();
    this.#own = new Uint32Array(latents);
  }

  add({ places, starts, latents, values }: ActiveRows, { documents }: Corpus): void {
    for (let row = 0; row < places.length; row++) {
      const document = documents[places[row]!]!;
      if (document !== this.#document) this.#close(document);
      this.#rowsOfDocument++;
      for (let i = starts[row]!; i < starts[row + 1]!; i++) this.#count(latents[i]!, values[i]!);
    }
  }

  #count(latent: number, value: number): void {
    if (this.#own[latent] === 0) this.#touched.push(latent);
    this.#own[latent] = this.#own[latent]! + 1;
    this.#sums[latent] = this.#sums[latent]! + value;
    this.histograms.add(latent, Math.abs(value));
  }

  /** Ends a document: each latent's count in it enters the sums. */
  #close(next: number): void {
    const n = this.#rowsOfDocument;
    for (const latent of this.#touched) {
      const own = this.#own[latent]!;
      this.fired[latent] = this.fired[latent]! + own;
      this.#squares[latent] = this.#squares[latent]! + own * own;
      this.#products[latent] = this.#products[latent]! + own * n;
      this.#own[latent] = 0;
    }
    this.#rows += n;
    this.#sizes += n * n;
    if (n > 0) this.#documents++;
    [this.#touched, this.#document, this.#rowsOfDocument] = [[], next, 0];
  }

  /** To be called after the last row. */
  finish(): void {
    this.#close(-1);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Share of the rows in which a latent is active, its interval over documents. */
  density(latent: number): ClusteredEstimate {
    return streamedProportion({
      successes: this.fired[latent]!,
      n: this.#rows,
      clusters: this.#documents,
      squares: this.#squares[latent]!,
      products: this.#products[latent]!,
      sizes: this.#sizes,
    });
  }

  /** Mean activation where it is active; 0 where it never is. */
  mean(latent: number): number {
    return this.fired[latent] === 0 ? 0 : this.#sums[latent]! / this.fired[latent]!;
  }
}
