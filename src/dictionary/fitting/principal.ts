/** @file Principal axes of rows: eigenvectors of their covariance, in float64. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { input, type Runtime } from '../../tensor/index.ts';
import { type Rows, rowCount, rowsTensor } from '../kind.ts';
import { fittingProgram, withProgram } from './programs.ts';
import { blocks } from './rows.ts';

/** Axes of a symmetric matrix, by falling eigenvalue. */
export interface Axes {
  /** Orthonormal rows [width, width]; of each, the entry of largest magnitude is positive. */
  readonly axes: Matrix;
  /** The eigenvalue of each: for a covariance, the variance along it. */
  readonly values: readonly number[];
}

/** Sum over the rows of x^T x, divided by n - 1: the covariance of rows that are centred. [width, width]. */
export async function covarianceOf(rows: Rows, runtime: Runtime): Promise<Matrix> {
  const { width } = rows;
  const x = input('x', 'float32', ['n', width]).cast('float64');
  const product = x.matmul(x, { transposeA: true });
  return withProgram(fittingProgram(runtime, { product }, width), async (program) => {
    const sum = new Float64Array(width * width);
    for (const block of blocks(rows)) {
      const out = await program.run({ x: rowsTensor(runtime, block) });
      const part = out.product.data as Float64Array;
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + part[i]!;
    }
    return Matrix.from1DArray(width, width, sum).div(Math.max(1, rowCount(rows) - 1));
  });
}

/** Eigenvectors of a symmetric matrix. */
export function axesOf(symmetric: Matrix): Axes {
  const found = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const order = found.realEigenvalues.map((_, i) => i).reverse();
  const rows = order.map((i) => positive(found.eigenvectorMatrix.getColumn(i)));
  return { axes: new Matrix(rows), values: order.map((i) => found.realEigenvalues[i]!) };
}

function positive(axis: number[]): number[] {
  const most = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return most < 0 ? axis.map((value) => -value) : axis;
}

/** Principal axes of centred rows. */
export async function principalAxes(rows: Rows, runtime: Runtime): Promise<Axes> {
  return axesOf(await covarianceOf(rows, runtime));
}

/** Rows [n, width] on directions [count, width]: [n, count], float32. */
export async function onto(rows: Rows, directions: Matrix, runtime: Runtime): Promise<Rows> {
  const count = directions.rows;
  const x = input('x', 'float32', ['n', rows.width]);
  const along = input('along', 'float32', [count, rows.width]);
  const y = x.matmul(along, { transposeB: true });
  const data = Float32Array.from(directions.to1DArray());
  const feeds = { along: runtime.tensor('float32', data, [count, rows.width]) };
  return withProgram(fittingProgram(runtime, { y }, count), async (program) => {
    const out = new Float32Array(rowCount(rows) * count);
    for (const block of blocks(rows)) {
      const result = await program.run({ ...feeds, x: rowsTensor(runtime, block) });
      out.set(result.y.data as Float32Array, block.first * count);
    }
    return { data: out, width: count };
  });
}
