/** @file Histograms of values from 0 whose largest is not known beforehand: bins grow twice as wide when one lies beyond them. */

/** Bins of each histogram. */
export const BINS = 24;

/** Counts of one histogram. */
export interface Histogram {
  /** Width of a bin; the first begins at 0. */
  readonly width: number;
  readonly counts: readonly number[];
}

/** One histogram for each of many series. The result does not depend on the order of the values. */
export class Histograms {
  /** Largest value of each. */
  readonly max: Float64Array;
  readonly #counts: Uint32Array;
  /** Bins are 2^exponent wide. */
  readonly #exponents: Int16Array;

  constructor(series: number) {
    this.max = new Float64Array(series);
    this.#counts = new Uint32Array(series * BINS);
    this.#exponents = new Int16Array(series);
  }

  /** @param value above 0 */
  add(series: number, value: number): void {
    if (value > this.max[series]!) this.#reach(series, value);
    const bin = Math.floor(value / 2 ** this.#exponents[series]!);
    const at = series * BINS + bin;
    this.#counts[at] = this.#counts[at]! + 1;
  }

  #reach(series: number, value: number): void {
    const first = this.max[series] === 0;
    this.max[series] = value;
    const needed = exponentFor(value);
    if (first) this.#exponents[series] = needed;
    while (this.#exponents[series]! < needed) this.#double(series);
  }

  #double(series: number): void {
    const own = this.#counts.subarray(series * BINS, (series + 1) * BINS);
    for (let bin = 0; bin < BINS; bin++) {
      own[bin] = (own[2 * bin] ?? 0) + (own[2 * bin + 1] ?? 0);
    }
    this.#exponents[series] = this.#exponents[series]! + 1;
  }

  /** Bins up to the one that holds the largest value. */
  of(series: number): Histogram {
    const width = 2 ** this.#exponents[series]!;
    const used = this.max[series] === 0 ? 0 : Math.floor(this.max[series]! / width) + 1;
    const counts = this.#counts.subarray(series * BINS, series * BINS + used);
    return { width, counts: Array.from(counts) };
  }
}

/** The smallest exponent of bins that reach a value. */
function exponentFor(value: number): number {
  let exponent = Math.floor(Math.log2(value / BINS));
  while (Math.floor(value / 2 ** exponent) >= BINS) exponent++;
  return exponent;
}
