/** @file Sums over rows, kept for each document: what every measure is computed from. They merge, and no order of rows or batches shows in them but by rounding. */

/** Sums over the rows of a document. x is what is to be decoded, x' its reconstruction, f the latents. */
export const COLUMNS = [
  /** Rows. */
  'rows',
  /** X: |x|^2. */
  'X',
  /** H: |x'|^2. */
  'H',
  /** P: x x'. */
  'P',
  /** R: |x - x'|^2, summed by itself and not as X + H - 2 P. */
  'R',
  /** |x - x'|. */
  'distance',
  /** Rows with x other than 0: those that the next three are summed over. */
  'directed',
  /** x x' / |x|^2. */
  'projection',
  /** x x' / (|x| |x'|); 0 where x' is 0. */
  'cosine',
  /** |x'| / |x|. */
  'normRatio',
  /** |x - m|^2 for the mean m of all rows. */
  'variation',
  /** |x - x' - e|^2 for the mean e of all x - x'. */
  'residualVariation',
  /** Rows other than the mean that was given beforehand. */
  'distant',
  /** |x - x'|^2 / |x - m|^2 over these. */
  'unexplained',
  /** Number of latents other than 0. */
  'l0',
  /** |f|_1. */
  'l1',
  /** Tokens with a next one whose likelihood was asked. */
  'tokens',
  /** Nats of the next token: of the model as it is, with the reconstruction, and with 0 or the mean instead. */
  'ceOriginal',
  'ceSpliced',
  'ceZero',
  'ceMean',
  /** KL(original || changed) in nats, of the distribution of the next token. */
  'klSpliced',
  'klZero',
  'klMean',
] as const;

/** The name of a sum. */
export type Column = (typeof COLUMNS)[number];

/** Sums by name. */
export type Sums = Record<Column, number>;

/** Documents are drawn again and again for intervals: more than this many are counted in groups. */
const MOST_CLUSTERS = 1024;

/** Sums of nothing. */
export function noSums(): Sums {
  return Object.fromEntries(COLUMNS.map((column) => [column, 0])) as Sums;
}

/** Adds `times` the sums of another. */
export function addSums(to: Sums, from: Sums, times = 1): void {
  for (const column of COLUMNS) to[column] += times * from[column];
}

/** What one document's rows add up to. */
export interface DocumentSums {
  readonly sums: Sums;
  /** Sums of x, and of x - x', [width] each. */
  readonly x: Float64Array;
  readonly error: Float64Array;
}

/** Sums by document; or, of more than 1024 documents, by number of the document modulo 1024. */
export class SumsByDocument {
  readonly width: number;
  readonly #clusters = new Map<number, DocumentSums>();
  readonly #documents = new Set<number>();

  constructor(width: number) {
    this.width = width;
  }

  /** Number of documents. */
  get documents(): number {
    return this.#documents.size;
  }

  /** The sums that a document is counted in, to be added to. */
  of(document: number): DocumentSums {
    this.#documents.add(document);
    return this.#cluster(document % MOST_CLUSTERS);
  }

  #cluster(cluster: number): DocumentSums {
    const known = this.#clusters.get(cluster);
    if (known) return known;
    const zeros = () => new Float64Array(this.width);
    const fresh = { sums: noSums(), x: zeros(), error: zeros() };
    this.#clusters.set(cluster, fresh);
    return fresh;
  }

  /** Adds the sums of other rows; documents of one number are one. */
  merge(other: SumsByDocument): void {
    for (const document of other.#documents) this.#documents.add(document);
    for (const [cluster, from] of other.#clusters) {
      const to = this.#cluster(cluster);
      addSums(to.sums, from.sums);
      addVector(to.x, from.x);
      addVector(to.error, from.error);
    }
  }

  /** Numbers of the clusters, in order. */
  clusters(): number[] {
    return [...this.#clusters.keys()].sort((a, b) => a - b);
  }

  /**
   * The sums of each cluster, in order, with the variation about the means of all rows: |x|^2 - 2 m x + |m|^2,
   * summed. Intervals hold the means fixed, which changes them by a share of 1 / clusters only: the sum of squares
   * about the mean is least there.
   */
  finished(): Sums[] {
    const all = this.clusters().map((cluster) => this.#clusters.get(cluster)!);
    const rows = all.reduce((sum, { sums }) => sum + sums.rows, 0);
    const [mean, bias] = [meanOf(all, rows, 'x'), meanOf(all, rows, 'error')];
    return all.map(({ sums, x, error }) => ({
      ...sums,
      variation: about(sums.X, x, mean, sums.rows),
      residualVariation: about(sums.R, error, bias, sums.rows),
    }));
  }
}

/** Sum of |v - m|^2 over rows, from the sums of |v|^2 and of v. */
function about(squares: number, sum: Float64Array, mean: Float64Array, rows: number): number {
  let correction = 0;
  for (let i = 0; i < mean.length; i++) correction += mean[i]! * (rows * mean[i]! - 2 * sum[i]!);
  return Math.max(0, squares + correction);
}

function meanOf(all: readonly DocumentSums[], rows: number, what: 'x' | 'error'): Float64Array {
  const sum = new Float64Array(all[0]?.x.length ?? 0);
  for (const one of all) addVector(sum, one[what]);
  return sum.map((value) => value / rows);
}

function addVector(to: Float64Array, from: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = to[i]! + from[i]!;
}
