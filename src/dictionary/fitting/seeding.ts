/** @file Where clusters start: k-means++ (Arthur and Vassilvitskii 2007). */
import type { RandomReader } from '../../tensor/index.ts';
import { type Rows, rowCount } from '../kind.ts';
import { rowAt } from './rows.ts';

/** Centres that are drawn between reports. */
const REPORT = 64;

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
  progress: (done: number) => Promise<void> = async () => {},
): Promise<number[]> {
  const nearest = new Float64Array(rowCount(rows)).fill(Number.POSITIVE_INFINITY);
  const chosen = [reader.integer(nearest.length)];
  while (chosen.length < count) {
    const total = approach(rows, nearest, rowAt(rows, chosen.at(-1)!));
    chosen.push(
      total > 0 ? drawn(nearest, reader.uniform() * total) : reader.integer(nearest.length),
    );
    if (chosen.length % REPORT === 0) await progress(chosen.length);
  }
  return chosen;
}

/** Lowers squared distances to those from one more centre; their sum. */
function approach({ data, width }: Rows, nearest: Float64Array, centre: Float32Array): number {
  let total = 0;
  for (let row = 0, at = 0; row < nearest.length; row++, at += width) {
    const bound = nearest[row]!;
    let sum = 0;
    for (let i = 0; i < width && sum < bound; i++) {
      const difference = data[at + i]! - centre[i]!;
      sum += difference * difference;
    }
    nearest[row] = Math.min(bound, sum);
    total += nearest[row]!;
  }
  return total;
}

/** The entry in whose share of the running sum `point` falls. */
function drawn(weights: Float64Array, point: number): number {
  let last = 0;
  for (let i = 0, sum = 0; i < weights.length; i++) {
    if (weights[i]! === 0) continue;
    last = i;
    sum += weights[i]!;
    if (point < sum) return i;
  }
  return last;
}
