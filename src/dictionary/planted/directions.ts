/** @file Directions whose truth is known: random ones of norm 1, and what reads each without the others. */
import { inverse, Matrix } from 'ml-matrix';
import type { RandomStream } from '../../tensor/index.ts';
import { toUnit } from '../fitting/clusters.ts';
import type { Rows } from '../kind.ts';

/** Normal numbers, each row scaled to norm 1: [count, width]. */
export function randomDirections(stream: RandomStream, count: number, width: number): Rows {
  const data = stream.fillNormal(new Float32Array(count * width));
  toUnit(data, width);
  return { data, width };
}

/** Rows as a matrix in float64. */
export function matrixOf({ data, width }: Rows): Matrix {
  return Matrix.from1DArray(data.length / width, width, data);
}

/** A matrix as rows, rounded to float32. */
export function rowsOf(matrix: Matrix): Rows {
  return { data: Float32Array.from(matrix.to1DArray()), width: matrix.columns };
}

/**
 * Rows of the pseudo-inverse (D D^T)^-1 D of independent directions [count, width], count <= width: the product of row i
 * with a sum of the directions is the coefficient of direction i alone.
 */
export function readoutsOf(directions: Rows): Rows {
  const d = matrixOf(directions);
  return rowsOf(inverse(d.mmul(d.transpose())).mmul(d));
}
