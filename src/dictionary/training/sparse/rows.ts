/** @file Plain loops over dense rows: what is linear in the batch and needs no kernel. */

/** out = scale x - centre, row by row. */
export function centredRows(
  out: Float32Array,
  x: Float32Array,
  scale: number,
  centre: Float32Array,
): void {
  const width = centre.length;
  for (let start = 0; start < x.length; start += width) {
    for (let i = 0; i < width; i++) out[start + i] = x[start + i]! * scale - centre[i]!;
  }
}

/**
 * Errors of a reconstruction by `bias` alone: bias - scale target, row by row. Returns the squared distance of
 * the scaled rows from their mean.
 */
export function startErrors(
  out: Float32Array,
  target: Float32Array,
  scale: number,
  bias: Float32Array,
): number {
  const width = bias.length;
  const sums = new Float64Array(width);
  let squares = 0;
  for (let start = 0; start < target.length; start += width) {
    for (let i = 0; i < width; i++) {
      const value = target[start + i]! * scale;
      out[start + i] = bias[i]! - value;
      sums[i] = sums[i]! + value;
      squares += value * value;
    }
  }
  const rows = target.length / width;
  return squares - sums.reduce((total, sum) => total + (sum * sum) / rows, 0);
}

/** Squared norm of each row, and the sum of the rows. */
export function rowsAndSums(
  rows: Float32Array,
  width: number,
): { squares: Float32Array; sums: Float64Array } {
  const squares = new Float32Array(rows.length / width);
  const sums = new Float64Array(width);
  for (let row = 0; row < squares.length; row++) {
    let square = 0;
    for (let i = 0; i < width; i++) {
      const value = rows[row * width + i]!;
      square += value * value;
      sums[i] = sums[i]! + value;
    }
    squares[row] = square;
  }
  return { squares, sums };
}

export function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
