/** @file Non-negative codes of rows on given directions, as a graph; and factorisations of rows that alternate them with directions. */
import { Matrix } from 'ml-matrix';
import {
  input,
  type Program,
  type RandomStream,
  type Runtime,
  type Tensor,
} from '../../tensor/index.ts';
import { type Rows, rowCount, rowsTensor } from '../kind.ts';
import { toUnit } from './clusters.ts';
import type { FitOutcome, Step } from './fitting.ts';
import { fittingProgram, withProgram } from './programs.ts';
import { blocks, picked, rowAt, sumOfSquares } from './rows.ts';

/**
 * Codes f >= 0 [n, m] near the least of |x - f D|^2 / 2, from products x D^T [n, m] and the directions D [m, d]:
 * projected gradient steps of length 1 / max row sum of D D^T, with momentum (Beck and Teboulle 2009, "FISTA") that
 * starts anew in each row where it points uphill (O'Donoghue and Candes 2015).
 */
export function nonNegativeCodes(
  product: Tensor,
  directions: Tensor,
  iterations: number,
  start: Tensor = product.relu().mul(0),
): Tensor {
  const gram = directions.matmul(directions, { transposeB: true });
  const length = gram.abs().sum(-1).max().maximum(1e-30).reciprocal();
  let [codes, ahead] = [start, start];
  let pace = product.sum(-1, true).mul(0).add(1);
  for (let i = 0; i < iterations; i++) {
    const slope = ahead.matmul(gram).sub(product);
    const next = ahead.sub(slope.mul(length)).relu();
    const moved = next.sub(codes);
    const uphill = ahead.sub(next).mul(moved).sum(-1, true).greater(0);
    const faster = pace.square().mul(4).add(1).sqrt().add(1).mul(0.5);
    const momentum = uphill.where(0, pace.sub(1).div(faster));
    ahead = next.add(moved.mul(momentum));
    pace = uphill.where(1, faster);
    codes = next;
  }
  return codes;
}

/** What is to be factorised, and when to stop. */
export interface Factorisation {
  /** [n, d], 0 or more. */
  readonly rows: Rows;
  /** Number of directions. */
  readonly count: number;
  readonly iterations: number;
  /** It has converged when an iteration lowers the squared error by less than this share. */
  readonly tolerance: number;
  readonly stream: RandomStream;
  readonly runtime: Runtime;
  readonly progress: Step;
}

/** Steps for the codes, and sweeps over the directions, in an iteration. */
const CODE_STEPS = 20;
const SWEEPS = 5;
/** Each direction starts as the mean of as many rows. */
const ROWS_OF_START = 3;

/** Directions [count, d] of norm 1 and 0 or more, such that non-negative codes on them give the rows. */
export async function factorised(
  work: Factorisation,
): Promise<{ directions: Float32Array; outcome: FitOutcome }> {
  const { rows, count, iterations, tolerance, progress } = work;
  const squares = sumOfSquares(rows.data);
  const codes = new Float32Array(rowCount(rows) * count);
  let directions = startOf(work);
  let [done, error, converged] = [0, squares, false];
  await withProgram(codesProgram(work), async (program) => {
    while (done < iterations && !converged) {
      const { gram, cross } = await codesOf(program, work, directions, codes);
      const swept = sweptDirections(directions, gram, cross);
      const next =
        squares - 2 * sumOfProducts(cross, swept) + sumOfProducts(gram.mmul(swept), swept);
      converged = error - next <= tolerance * squares;
      error = next;
      directions = scaled(swept, codes, work, done);
      await progress(
        ++done,
        iterations,
        `squared error ${(error / squares).toPrecision(3)} of all`,
      );
    }
  });
  const data = Float32Array.from(directions.to1DArray());
  return { directions: data, outcome: { iterations: done, converged, objective: error } };
}

function startOf({ rows, count, stream }: Factorisation): Matrix {
  const reader = stream.at('start').reader();
  const all = rowCount(rows);
  const means = Array.from({ length: count }, () => {
    const some = picked(all, Math.min(ROWS_OF_START, all), reader);
    const sum = new Float64Array(rows.width);
    for (const row of some) {
      rowAt(rows, row).forEach((value, i) => {
        sum[i] = sum[i]! + value;
      });
    }
    return sum;
  });
  return unitRows(new Matrix(means.map((mean) => [...mean])));
}

function unitRows(matrix: Matrix): Matrix {
  const data = Float64Array.from(matrix.to1DArray());
  toUnit(data, matrix.columns);
  return Matrix.from1DArray(matrix.rows, matrix.columns, data);
}

type Out = 'codes' | 'gram' | 'cross';

/** Codes from earlier ones, and the sums over rows of f^T f and f^T x, in float64. */
function codesProgram({ rows, count, runtime }: Factorisation): Promise<Program<Out>> {
  const x = input('x', 'float32', ['n', rows.width]);
  const directions = input('directions', 'float32', [count, rows.width]);
  const product = x.matmul(directions, { transposeB: true });
  const start = input('start', 'float32', ['n', count]);
  const codes = nonNegativeCodes(product, directions, CODE_STEPS, start);
  const wide = codes.cast('float64');
  const gram = wide.matmul(wide, { transposeA: true });
  const cross = wide.matmul(x.cast('float64'), { transposeA: true });
  return fittingProgram(runtime, { codes, gram, cross }, Math.min(count, rows.width));
}

/** Improves the codes in place. */
async function codesOf(
  program: Program<Out>,
  { rows, count, runtime }: Factorisation,
  directions: Matrix,
  codes: Float32Array,
): Promise<{ gram: Matrix; cross: Matrix }> {
  const data = Float32Array.from(directions.to1DArray());
  const fixed = { directions: runtime.tensor('float32', data, [count, rows.width]) };
  const sums = { gram: Matrix.zeros(count, count), cross: Matrix.zeros(count, rows.width) };
  for (const block of blocks(rows)) {
    const own = codes.subarray(block.first * count, block.first * count + rowCount(block) * count);
    const start = runtime.tensor('float32', own, [rowCount(block), count]);
    const out = await program.run({ ...fixed, start, x: rowsTensor(runtime, block) });
    own.set(out.codes.data as Float32Array);
    for (const name of ['gram', 'cross'] as const) {
      const sum = sums[name];
      sum.add(Matrix.from1DArray(sum.rows, sum.columns, out[name].data as Float64Array));
    }
  }
  return sums;
}

/** Sweeps that solve for one direction at a time, the others fixed (Cichocki and Phan 2009, "HALS"). */
function sweptDirections(directions: Matrix, gram: Matrix, cross: Matrix): Matrix {
  const next = directions.clone();
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let k = 0; k < next.rows; k++) {
      const own = gram.get(k, k);
      if (own <= 0) continue;
      const others = gram.getRowVector(k).mmul(next).to1DArray();
      others.forEach((value, i) => {
        next.set(k, i, Math.max(0, next.get(k, i) + (cross.get(k, i) - value) / own));
      });
    }
  }
  return next;
}

function sumOfProducts(a: Matrix, b: Matrix): number {
  return Matrix.mul(a, b).sum();
}

/** Directions of norm 1, their codes as much larger; one that nothing uses starts anew at a random row. */
function scaled(
  directions: Matrix,
  codes: Float32Array,
  { rows, count, stream }: Factorisation,
  iteration: number,
): Matrix {
  const norms = directions.to2DArray().map((row) => Math.sqrt(sumOfSquares(row)));
  for (let at = 0; at < codes.length; at++) codes[at] = codes[at]! * norms[at % count]!;
  const next = unitRows(directions);
  const reader = stream.at('anew', iteration).reader();
  norms.forEach((norm, k) => {
    if (norm > 0) return;
    next.setRow(k, [...rowAt(rows, reader.integer(rowCount(rows)))]);
  });
  return unitRows(next);
}
