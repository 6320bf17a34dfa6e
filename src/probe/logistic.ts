/** @file Logistic regression with an L2 penalty, by Newton's method: the convex loss has one minimum, so that no seed enters. */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { Rows } from '../dictionary/index.ts';
import { badUsage } from '../tensor/index.ts';
import { checkClasses, type LinearProbe } from './linearProbe.ts';

export interface LogisticOptions {
  /** Weight of |w|^2 / 2 beside the sum of the rows' losses (scikit-learn's 1 / C); the bias is free. Default 1. */
  readonly penalty?: number;
  /** Newton steps at the most. Default 50. */
  readonly steps?: number;
}

/** Steps end where no weight changes by more than this. */
const STILL = 1e-10;

/**
 * Minimizes sum log(1 + exp(-y (w x + b))) + penalty |w|^2 / 2 over w and b, y being 1 or -1.
 *
 * @throws TouchstoneError where a class is empty or the penalty is not above 0
 */
export function fitLogisticProbe(
  rows: Rows,
  labels: readonly boolean[],
  { penalty = 1, steps = 50 }: LogisticOptions = {},
): LinearProbe {
  checkClasses(rows, labels);
  if (!(penalty > 0 && Number.isFinite(penalty)))
    badUsage(`penalty ${penalty}`, 'a penalty is above 0');
  // The last weight is the bias.
  let weights = new Float64Array(rows.width + 1);
  for (let step = 0; step < steps; step++) {
    const { gradient, hessian } = derivatives(rows, labels, weights, penalty);
    const change = new CholeskyDecomposition(hessian).solve(Matrix.columnVector(gradient));
    const next = lowered(rows, labels, weights, change.to1DArray(), penalty);
    const moved = next.some((value, i) => Math.abs(value - weights[i]!) > STILL);
    weights = next;
    if (!moved) break;
  }
  return { direction: weights.slice(0, -1), bias: weights.at(-1)! };
}

/** The Newton step, halved until the loss does not rise. */
function lowered(
  rows: Rows,
  labels: readonly boolean[],
  weights: Float64Array<ArrayBuffer>,
  change: readonly number[],
  penalty: number,
): Float64Array<ArrayBuffer> {
  const before = loss(rows, labels, weights, penalty);
  for (let factor = 1; factor > 1e-6; factor /= 2) {
    const next = weights.map((value, i) => value - factor * change[i]!);
    if (loss(rows, labels, next, penalty) <= before) return next;
  }
  return weights;
}

function scoreOf({ data, width }: Rows, row: number, weights: Float64Array): number {
  let sum = weights[width]!;
  for (let i = 0; i < width; i++) sum += weights[i]! * data[row * width + i]!;
  return sum;
}

function loss(
  rows: Rows,
  labels: readonly boolean[],
  weights: Float64Array,
  penalty: number,
): number {
  let sum = 0;
  labels.forEach((label, row) => {
    const margin = scoreOf(rows, row, weights) * (label ? 1 : -1);
    sum += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
  });
  const own = weights.subarray(0, rows.width);
  return sum + (penalty / 2) * own.reduce((all, value) => all + value * value, 0);
}

/** Gradient and Hessian of the loss: X^T (p - y) and X^T diag(p (1 - p)) X, with the penalty. */
function derivatives(
  rows: Rows,
  labels: readonly boolean[],
  weights: Float64Array,
  penalty: number,
) {
  const { data, width } = rows;
  const size = width + 1;
  const gradient = weights.map((value, i) => (i < width ? penalty * value : 0));
  const upper = new Float64Array(size * size);
  const x = new Float64Array(size).fill(1);
  labels.forEach((label, row) => {
    for (let i = 0; i < width; i++) x[i] = data[row * width + i]!;
    const p = 1 / (1 + Math.exp(-scoreOf(rows, row, weights)));
    for (let i = 0; i < size; i++) gradient[i]! += (p - Number(label)) * x[i]!;
    addOuter(upper, x, p * (1 - p));
  });
  return { gradient, hessian: symmetric(upper, size, penalty) };
}

/** The upper triangle of factor x x^T. */
function addOuter(upper: Float64Array, x: Float64Array, factor: number): void {
  const size = x.length;
  for (let i = 0; i < size; i++) {
    const scaled = factor * x[i]!;
    for (let j = i; j < size; j++) upper[i * size + j]! += scaled * x[j]!;
  }
}

function symmetric(upper: Float64Array, size: number, penalty: number): Matrix {
  const out = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const value = upper[i * size + j]! + (i === j && i < size - 1 ? penalty : 0);
      out.set(i, j, value);
      out.set(j, i, value);
    }
  }
  return out;
}
