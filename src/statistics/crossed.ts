/** @file Two kinds of clusters that cross: every seed of a dictionary is measured on every document. */
import type { RandomReader } from '../tensor/random.ts';
import type { Resampled } from './resample.ts';

/**
 * Leaves row by row, each row with each column. Rows and columns are drawn apart and a leaf counts the product of both
 * (the pigeonhole bootstrap: Owen 2007, Annals of Applied Statistics 1:386; its variance is never too small).
 */
export class CrossedClusters implements Resampled {
  readonly #rows: number;
  readonly #columns: number;

  constructor(rows: number, columns: number) {
    this.#rows = rows;
    this.#columns = columns;
  }

  get leaves(): number {
    return this.#rows * this.#columns;
  }

  /** Those of whichever is fewer, where there is more than one of it. */
  get degrees(): number {
    const several = [this.#rows, this.#columns].filter((count) => count > 1);
    return several.length === 0 ? 0 : Math.min(...several) - 1;
  }

  /** The leaves of each row, then those of each column, where there are several. */
  outermost(): number[][] {
    const leaf = (row: number, column: number) => row * this.#columns + column;
    const rows = range(this.#rows).map((row) => range(this.#columns).map((c) => leaf(row, c)));
    const columns = range(this.#columns).map((c) => range(this.#rows).map((row) => leaf(row, c)));
    return [...(this.#rows > 1 ? rows : []), ...(this.#columns > 1 ? columns : [])];
  }

  resample(reader: RandomReader, multiplicity: Int32Array): void {
    const rows = drawn(this.#rows, reader);
    const columns = drawn(this.#columns, reader);
    for (let row = 0, leaf = 0; row < this.#rows; row++) {
      for (let column = 0; column < this.#columns; column++) {
        multiplicity[leaf++] = rows[row]! * columns[column]!;
      }
    }
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** How often each of `count` is drawn in as many draws. */
function drawn(count: number, reader: RandomReader): Int32Array {
  const times = new Int32Array(count);
  if (count === 1) return times.fill(1);
  for (let i = 0; i < count; i++) {
    const one = reader.integer(count);
    times[one] = times[one]! + 1;
  }
  return times;
}
