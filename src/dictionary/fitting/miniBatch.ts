/** @file k-means in mini-batches (Sculley 2010, "Web-scale k-means clustering"): centres follow some rows at a time. */
import type { RandomReader } from '../../tensor/index.ts';
import { type Rows, rowCount } from '../kind.ts';
import type { Assigner } from './assignment.ts';
import { toUnit } from './clusters.ts';
import { picked, rowAt, rowsAt } from './rows.ts';

/** What a sweep needs to know. */
export interface MiniBatches {
  readonly rows: Rows;
  /** Rows of a batch. */
  readonly minibatch: number;
  readonly unit: boolean;
}

/**
 * Shows all rows once, in random order. Each moves its centre by one over the number of rows that the centre
 * has seen, which is kept in `seen`: a centre is the mean of all of them.
 */
export async function miniBatchSweep(
  { rows, minibatch, unit }: MiniBatches,
  assigner: Assigner,
  centres: Float64Array,
  seen: Float64Array,
  reader: RandomReader,
): Promise<Float64Array> {
  const next = Float64Array.from(centres);
  const order = picked(rowCount(rows), rowCount(rows), reader);
  for (let first = 0; first < order.length; first += minibatch) {
    const batch = rowsAt(rows, order.subarray(first, first + minibatch));
    const labels = await assigner.labels(batch, next);
    labels.forEach((label, row) => void follow(next, label, rowAt(batch, row), seen));
    if (unit) toUnit(next, rows.width);
  }
  return next;
}

function follow(centres: Float64Array, label: number, row: Float32Array, seen: Float64Array): void {
  const count = seen[label]! + 1;
  seen[label] = count;
  for (let i = 0, at = label * row.length; i < row.length; i++, at++) {
    centres[at] = centres[at]! + (row[i]! - centres[at]!) / count;
  }
}
