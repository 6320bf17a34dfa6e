/** @file Where clusters start: k-means++ (Arthur and Vassilvitskii 2007). */
import type { RandomReader } from '../../tensor/index.ts';
import { type Rows, rowCount } from '../kind.ts';
import { rowAt } from './rows.ts';

/** Centres that are drawn between reports. */
const REPORT = 64;

export interface Seeding {
  /**
   * Candidates for each centre, of which the one is taken that leaves the least sum of squared distances (the greedy
   * variant of the same paper's implementation). Default 1: the plain algorithm.
   */
  readonly candidates?: number;
  readonly progress?: (done: number) => Promise<void>;
}

/**
 * Rows to start from: the first uniformly, each next with probability in proportion to its squared distance
 * from the nearest so far; uniformly where all distances are 0.
 *
 * @returns numbers of rows, in the order of drawing
 */
export async function plusPlus(
  rows: Rows,
  count: number,
  reader: RandomReader,
  { candidates = 1, progress = async () => {} }: Seeding = {},
): Promise<number[]> {
  const none = new Float64Array(rowCount(rows)).fill(Number.POSITIVE_INFINITY);
  let last = nearer(rows, none, reader.integer(none.length));
  const chosen = [last.row];
  while (chosen.length < count) {
    const { nearest, total } = last;
    const found = Array.from({ length: candidates }, () =>
      nearer(rows, nearest, drawn(nearest, total, reader)),
    );
    last = found.reduce((best, one) => (one.total < best.total ? one : best));
    chosen.push(last.row);
    if (chosen.length % REPORT === 0) await progress(chosen.length);
  }
  return chosen;
}

/** Squared distances from the nearest centre when a row becomes one, and their sum. */
function nearer({ data, width }: Rows, nearest: Float64Array, centre: number) {
  const at = rowAt({ data, width }, centre);
  const next = new Float64Array(nearest.length);
  let total = 0;
  for (let row = 0, start = 0; row < next.length; row++, start += width) {
    const bound = nearest[row]!;
    let sum = 0;
    for (let i = 0; i < width && sum < bound; i++) {
      const difference = data[start + i]! - at[i]!;
      sum += difference * difference;
    }
    next[row] = Math.min(bound, sum);
    total += next[row]!;
  }
  return { row: centre, nearest: next, total };
}

/** The entry in whose share of the running sum a random point falls. */
function drawn(weights: Float64Array, total: number, reader: RandomReader): number {
  if (total === 0) return reader.integer(weights.length);
  const point = reader.uniform() * total;
  let last = 0;
  for (let i = 0, sum = 0; i < weights.length; i++) {
    if (weights[i]! === 0) continue;
    last = i;
    sum += weights[i]!;
    if (point < sum) return i;
  }
  return last;
}
