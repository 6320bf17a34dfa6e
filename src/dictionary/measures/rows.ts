/** @file Adds rows and their reconstructions to sums, in float64. */
import { badInput, badUsage } from '../../tensor/index.ts';
import type { DocumentSums, Sums, SumsByDocument } from './sums.ts';

/** A matrix [n, width], row by row. */
export interface MeasuredRows {
  readonly data: Float32Array | Float64Array;
  readonly width: number;
}

/** Rows to be measured. */
export interface DecodedRows {
  /** What is to be decoded, [n, width]. */
  readonly x: MeasuredRows;
  /** What was decoded, [n, width]. */
  readonly reconstruction: MeasuredRows;
  /** [n, d_sae]. */
  readonly latents?: MeasuredRows;
  /** Number of each row's document; default: each row is one by itself. */
  readonly documents?: ArrayLike<number>;
}

/** Vectors that rows are seen from. */
export interface Origins {
  /** Where X, H, P and the gammas have their 0. Default: the origin. */
  readonly about?: ArrayLike<number> | undefined;
  /** The mean of all rows, which the mean of per-row ratios needs beforehand. */
  readonly mean?: ArrayLike<number> | undefined;
}

/** @throws TouchstoneError where shapes do not fit, or a number is not finite */
export function addRows(
  to: SumsByDocument,
  { x, reconstruction, documents }: DecodedRows,
  first: number,
  origins: Origins = {},
): void {
  const rows = checkedRows(x, reconstruction, to.width, documents);
  for (let row = 0; row < rows; row++) {
    const into = to.of(documents ? documents[row]! : first + row);
    const sums = rowSums(x, reconstruction, row, origins);
    if (!Number.isFinite(sums.R + sums.X)) notFinite(x, reconstruction, row);
    addRow(into.sums, sums);
    addMoments(into, x.data, reconstruction.data, row * to.width, origins.about);
  }
}

interface RowSums {
  readonly X: number;
  readonly H: number;
  readonly P: number;
  readonly R: number;
  /** |x - m|^2, or 0 where no mean is given. */
  readonly fromMean: number;
}

function rowSums(
  x: MeasuredRows,
  reconstruction: MeasuredRows,
  row: number,
  { about, mean }: Origins,
): RowSums {
  const { width } = x;
  let [X, H, P, R, fromMean] = [0, 0, 0, 0, 0];
  for (let i = 0, at = row * width; i < width; i++, at++) {
    const origin = about ? about[i]! : 0;
    const error = x.data[at]! - reconstruction.data[at]!;
    const a = x.data[at]! - origin;
    const b = reconstruction.data[at]! - origin;
    X += a * a;
    H += b * b;
    P += a * b;
    R += error * error;
    if (mean) fromMean += (x.data[at]! - mean[i]!) * (x.data[at]! - mean[i]!);
  }
  return { X, H, P, R, fromMean };
}

function addRow(sums: Sums, { X, H, P, R, fromMean }: RowSums): void {
  sums.rows++;
  sums.X += X;
  sums.H += H;
  sums.P += P;
  sums.R += R;
  sums.distance += Math.sqrt(R);
  if (X > 0) {
    sums.directed++;
    sums.projection += P / X;
    sums.cosine += H > 0 ? P / Math.sqrt(X * H) : 0;
    sums.normRatio += Math.sqrt(H / X);
  }
  if (fromMean > 0) {
    sums.distant++;
    sums.unexplained += R / fromMean;
  }
}

function addMoments(
  { x, error }: DocumentSums,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  at: number,
  about: ArrayLike<number> | undefined,
): void {
  for (let i = 0; i < x.length; i++) {
    x[i] = x[i]! + (a[at + i]! - (about ? about[i]! : 0));
    error[i] = error[i]! + (a[at + i]! - b[at + i]!);
  }
}

function checkedRows(
  x: MeasuredRows,
  reconstruction: MeasuredRows,
  width: number,
  documents: ArrayLike<number> | undefined,
): number {
  const rows = x.data.length / width;
  const shape = ({ data, width: own }: MeasuredRows) => `${data.length / own} rows of ${own}`;
  if (x.width !== width || x.data.length !== reconstruction.data.length) {
    badUsage(
      `${shape(x)} with reconstructions of ${shape(reconstruction)}`,
      `both are rows of width ${width}, one for one`,
    );
  }
  if (documents && documents.length !== rows) {
    badUsage(`${documents.length} documents of ${rows} rows`, 'each row has the number of its own');
  }
  return rows;
}

function notFinite(x: MeasuredRows, reconstruction: MeasuredRows, row: number): never {
  const badIn = ({ data, width }: MeasuredRows) =>
    data.subarray(row * width, (row + 1) * width).find((value) => !Number.isFinite(value));
  const activation = badIn(x);
  const what = activation === undefined ? 'a reconstruction' : 'an activation';
  const bad = activation ?? badIn(reconstruction) ?? 'a square beyond float64';
  return badInput(`row ${row} has ${what} with ${bad}`, 'leave out rows that are not finite');
}
