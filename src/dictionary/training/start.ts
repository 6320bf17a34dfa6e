/** @file What is taken from the first batches: the scale of activations, and where b_dec starts. */
import { badInput } from '../../tensor/index.ts';
import { type Rows, rowCount } from '../kind.ts';

/** Factor that brings rows to a mean norm of sqrt(width). @throws TouchstoneError where it would not be finite */
export function normalizingScale(batches: readonly Rows[]): number {
  let [sum, count] = [0, 0];
  for (const rows of batches) {
    for (let row = 0; row < rowCount(rows); row++) sum += norm(rows, row);
    count += rowCount(rows);
  }
  const scale = Math.sqrt(batches[0]?.width ?? 0) / (sum / count);
  if (Number.isFinite(scale) && scale > 0) return Math.fround(scale);
  return badInput(
    `activations of mean norm ${sum / count}`,
    'they are to be finite and not all zero',
  );
}

function norm({ data, width }: Rows, row: number): number {
  let sum = 0;
  for (let i = row * width; i < (row + 1) * width; i++) sum += data[i]! * data[i]!;
  return Math.sqrt(sum);
}

/** Weiszfeld's iterations: the point of least summed distance from all rows, to about 1e-4 of its own change. */
export function geometricMedian(rows: Rows, iterations = 30): Float64Array {
  let guess = weightedMean(rows, () => 1);
  for (let i = 0; i < iterations; i++) {
    const next = weightedMean(rows, (row) => 1 / Math.max(1e-12, distance(rows, row, guess)));
    const [moved, size] = [Math.sqrt(squares(next, guess)), Math.sqrt(squares(next))];
    guess = next;
    if (moved <= 1e-5 * size) break;
  }
  return guess;
}

function weightedMean({ data, width }: Rows, weight: (row: number) => number): Float64Array {
  const mean = new Float64Array(width);
  let total = 0;
  for (let row = 0; row < data.length / width; row++) {
    const share = weight(row);
    total += share;
    for (let i = 0; i < width; i++) mean[i] = mean[i]! + share * data[row * width + i]!;
  }
  return mean.map((value) => value / total);
}

function distance({ data, width }: Rows, row: number, from: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += (data[row * width + i]! - from[i]!) ** 2;
  return Math.sqrt(sum);
}

function squares(a: Float64Array, b?: Float64Array): number {
  return a.reduce((sum, value, i) => sum + (value - (b?.[i] ?? 0)) ** 2, 0);
}
