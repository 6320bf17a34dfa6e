/** @file Data and values of scikit-learn for clusterings, and slow plain references. */
import { readFileSync } from 'node:fs';
import type { Dictionary, Rows } from '../../src/dictionary/index.ts';
import { randomStream } from '../../src/tensor/index.ts';

export type Matrix = readonly (readonly number[])[];

interface ClustersOfPeer {
  readonly inertia: number;
  readonly labels: readonly number[];
}

/** Written by `test/fixtures/clusterings/make.py`. */
export interface PeerValues {
  readonly blobs: {
    readonly x: Matrix;
    readonly start: readonly number[];
    readonly kmeans: ClustersOfPeer;
    /** Least inertia of 50 starts: of all dimensions, and of the first three principal components. */
    readonly best: { readonly all: number; readonly three: number };
    readonly pca: { readonly components: Matrix; readonly variances: readonly number[] };
  };
  readonly ica: { readonly x: Matrix; readonly mixing: Matrix; readonly components: Matrix };
  readonly nmf: { readonly x: Matrix; readonly errors: readonly number[] };
}

const path = new URL('../fixtures/clusterings/values.json', import.meta.url);
export const peer: PeerValues = JSON.parse(readFileSync(path, 'utf8'));

export function rowsOf(matrix: Matrix): Rows {
  return { data: Float32Array.from(matrix.flat()), width: matrix[0]!.length };
}

/** Normal numbers with a spread and a mean of its own in each column. */
export function normalRows(count: number, width: number, seed = 1): Rows {
  const data = randomStream(seed, 'rows').fillNormal(new Float32Array(count * width));
  return { data: data.map((value, i) => value * (1 + (i % width)) + (i % 3)), width };
}

export function matrixOf({ data, width }: Rows): number[][] {
  return Array.from({ length: data.length / width }, (_, row) =>
    Array.from(data.subarray(row * width, (row + 1) * width)),
  );
}

export function tensorOf(dictionary: Dictionary, name: string): number[][] {
  const { data, shape } = dictionary.tensors.get(name)!;
  return matrixOf({ data: data as Float32Array, width: shape.at(-1)! });
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

export function squaredDistance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
}

export function meanOf(rows: Matrix): number[] {
  return rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
}

/** 1 - sum |x - x'|^2 / sum |x - mean|^2, the definition of explained variance. */
export async function explained(dictionary: Dictionary, x: Rows): Promise<number> {
  const rows = matrixOf(x);
  const found = matrixOf({ data: await dictionary.reconstruct(x), width: x.width });
  const mean = meanOf(rows);
  const error = rows.reduce((sum, row, i) => sum + squaredDistance(row, found[i]!), 0);
  return 1 - error / rows.reduce((sum, row) => sum + squaredDistance(row, mean), 0);
}
