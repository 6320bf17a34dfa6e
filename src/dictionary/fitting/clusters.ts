/** @file A partition of rows: sums, distances, and what becomes of clusters that nobody is in. */
import type { Rows } from '../kind.ts';
import { rowAt } from './rows.ts';

/** What rows and their labels say of clusters. */
export interface ClusterSums {
  /** Sums of the members, [count, width]. */
  readonly sums: Float64Array;
  /** Number of members. */
  readonly counts: Float64Array;
  /** Squared distance of each row from its centre. */
  readonly distances: Float64Array;
  /** Their sum: what k-means minimises. */
  readonly inertia: number;
}

/** Sums over the members of each cluster, in float64. */
export function clusterSums(rows: Rows, labels: Int32Array, centres: Float64Array): ClusterSums {
  const { data, width } = rows;
  const sums = new Float64Array(centres.length);
  const counts = new Float64Array(centres.length / width);
  const distances = new Float64Array(labels.length);
  let inertia = 0;
  for (let row = 0, at = 0; row < labels.length; row++, at += width) {
    const label = labels[row]!;
    const base = label * width;
    let distance = 0;
    for (let i = 0; i < width; i++) {
      const value = data[at + i]!;
      distance += (value - centres[base + i]!) ** 2;
      sums[base + i] = sums[base + i]! + value;
    }
    counts[label] = counts[label]! + 1;
    distances[row] = distance;
    inertia += distance;
  }
  return { sums, counts, distances, inertia };
}

/**
 * Makes members of empty clusters out of the rows that are farthest from their centres, the farthest first;
 * none is taken from a cluster that would become empty, and none that lies on its centre.
 */
export function fillEmpty(rows: Rows, labels: Int32Array, clusters: ClusterSums): void {
  const { counts, distances } = clusters;
  const empty = [...counts.keys()].filter((cluster) => counts[cluster] === 0);
  if (empty.length === 0) return;
  const farthest = [...distances.keys()].sort((a, b) => distances[b]! - distances[a]! || a - b);
  for (const row of farthest) {
    if (empty.length === 0 || distances[row] === 0) return;
    if (counts[labels[row]!]! > 1) move(row, labels, empty.shift()!, clusters, rows);
  }
}

function move(
  row: number,
  labels: Int32Array,
  to: number,
  { sums, counts }: ClusterSums,
  rows: Rows,
): void {
  const from = labels[row]!;
  rowAt(rows, row).forEach((value, i) => {
    sums[from * rows.width + i] = sums[from * rows.width + i]! - value;
    sums[to * rows.width + i] = value;
  });
  counts[from] = counts[from]! - 1;
  counts[to] = 1;
  labels[row] = to;
}

/** Means of the members; a cluster without members keeps its centre. */
export function means({ sums, counts }: ClusterSums, centres: Float64Array): Float64Array {
  const width = centres.length / counts.length;
  return centres.map((old, at) => {
    const count = counts[Math.floor(at / width)]!;
    return count > 0 ? sums[at]! / count : old;
  });
}

/** Scales each row to norm 1, in place; a row of zeros stays. */
export function toUnit(data: Float32Array | Float64Array, width: number): void {
  for (let start = 0; start < data.length; start += width) {
    let norm = 0;
    for (let i = start; i < start + width; i++) norm += data[i]! * data[i]!;
    if (norm === 0) continue;
    const scale = 1 / Math.sqrt(norm);
    for (let i = start; i < start + width; i++) data[i] = data[i]! * scale;
  }
}
