/** @file Slow, plain measures: each written from its formula, over lists of rows in float64. */
import type { MeasuredRows } from '../../src/dictionary/index.ts';

type Matrix = number[][];

function listOf({ data, width }: MeasuredRows): Matrix {
  return Array.from({ length: data.length / width }, (_, row) =>
    Array.from(data.subarray(row * width, (row + 1) * width)),
  );
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const norm = (a: readonly number[]): number => Math.sqrt(dot(a, a));
const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => v - b[i]!);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const column = (a: Matrix, i: number): number[] => a.map((row) => row[i]!);
const columnMeans = (a: Matrix): number[] => a[0]!.map((_, i) => mean(column(a, i)));
const variance = (values: readonly number[]): number => {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
};
const summedVariance = (a: Matrix): number =>
  a[0]!.reduce((sum, _, i) => sum + variance(column(a, i)), 0);

/** Rows with reconstructions and latents. */
export interface PlainCase {
  readonly x: MeasuredRows;
  readonly reconstruction: MeasuredRows;
  readonly latents: MeasuredRows;
}

function gammas(x: Matrix, y: Matrix): Record<string, number> {
  const X = mean(x.map((row) => dot(row, row)));
  const H = mean(y.map((row) => dot(row, row)));
  const P = mean(x.map((row, i) => dot(row, y[i]!)));
  const R = mean(x.map((row, i) => norm(minus(row, y[i]!)) ** 2));
  return {
    rho2: (P * P) / (X * H),
    gamma_A: P / X,
    gamma_pp: mean(x.map((row, i) => dot(row, y[i]!) / dot(row, row))),
    gamma_B: P / H,
    gamma_C: H / P,
    gamma_v1: Math.sqrt(H / (X - R)),
  };
}

function errors(x: Matrix, y: Matrix): Record<string, number> {
  const centre = columnMeans(x);
  const squares = (a: Matrix, b: Matrix) => a.map((row, i) => norm(minus(row, b[i]!)) ** 2);
  const R = squares(x, y);
  const spread = x.map((row) => norm(minus(row, centre)) ** 2);
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const squaresPerColumn = columnMeans(x.map((row) => row.map((value) => value * value)));
  return {
    mse: mean(R),
    fve: 1 - total(R) / total(spread),
    l2_loss: mean(R.map(Math.sqrt)),
    cosine: mean(x.map((row, i) => dot(row, y[i]!) / norm(row) / norm(y[i]!))),
    l2_ratio: mean(x.map((row, i) => norm(y[i]!) / norm(row))),
    fve_without_bias: 1 - summedVariance(x.map((row, i) => minus(row, y[i]!))) / summedVariance(x),
    legacy_explained_variance_of_squares:
      1 - mean(R) / (mean(x.map((row) => dot(row, row))) - mean(squaresPerColumn) ** 2),
    legacy_explained_variance_per_row: mean(R.map((error, i) => 1 - error / spread[i]!)),
  };
}

/** All measures of rows and latents, by name. */
export function plainMeasures(
  { x, reconstruction, latents }: PlainCase,
  { valueBits, latents: m }: { valueBits: number; latents: number },
): Record<string, number> {
  const [rows, decoded, f] = [listOf(x), listOf(reconstruction), listOf(latents)];
  const l0 = mean(f.map((row) => row.filter((value) => value !== 0).length));
  const density = f[0]!.map((_, i) => mean(column(f, i).map((value) => Number(value !== 0))));
  const share = (test: (density: number) => boolean) => density.filter(test).length / m;
  return {
    ...gammas(rows, decoded),
    ...errors(rows, decoded),
    l0,
    l1: mean(f.map((row) => row.reduce((sum, value) => sum + Math.abs(value), 0))),
    bits: l0 * (Math.log2(m / l0) + valueBits),
    dead: share((value) => value === 0),
    dense_1: share((value) => value > 0.01),
    dense_10: share((value) => value > 0.1),
  };
}
