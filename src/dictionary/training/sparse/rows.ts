/** @file Plain loops over dense rows: what is linear in the batch and needs no kernel. */

/** out[r] = scale x[r] + factor shift, row by row. */
export function shiftedRows(
  out: Float32Array,
  x: Float32Array,
  scale: number,
  shift: Float32Array,
  factor: number,
): void {
  const width = shift.length;
  for (let start = 0; start < x.length; start += width) {
    for (let i = 0; i < width; i++) out[start + i] = x[start + i]! * scale + factor * shift[i]!;
  }
}

/** Squared norm of each row. */
export function rowSquares(rows: Float32Array, width: number): Float32Array {
  const out = new Float32Array(rows.length / width);
  for (let row = 0; row < out.length; row++) {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += rows[i]! * rows[i]!;
    out[row] = sum;
  }
  return out;
}

/** Sum of the rows. */
export function sumOfRows(rows: Float32Array, width: number): Float64Array {
  const sums = new Float64Array(width);
  for (let start = 0; start < rows.length; start += width) {
    for (let i = 0; i < width; i++) sums[i] = sums[i]! + rows[start + i]!;
  }
  return sums;
}

/** Squared distance of all rows from their mean, times scale^2. */
export function varianceOf(rows: Float32Array, width: number, scale: number): number {
  const count = rows.length / width;
  const mean = sumOfRows(rows, width).map((sum) => sum / count);
  let sum = 0;
  for (let start = 0; start < rows.length; start += width) {
    for (let i = 0; i < width; i++) sum += (rows[start + i]! - mean[i]!) ** 2;
  }
  return sum * scale * scale;
}

export function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
