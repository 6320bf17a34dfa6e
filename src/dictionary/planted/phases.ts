/**
 * @file Rows with their phases shuffled: what has all the variances and correlations of activations, and none of
 * their structure beyond. A dictionary that "finds" as much in them found it in the covariance.
 */
import { badUsage, type RandomStream, randomStream } from '../../tensor/index.ts';
import { rowsAt } from '../fitting/rows.ts';
import { type Rows, rowCount } from '../kind.ts';

/**
 * The surrogate of Prichard and Theiler 1994 ("Generating surrogate data for time series with several simultaneously
 * measured variables"): each column is Fourier transformed along the rows, every frequency turned by a random angle
 * that is the same for all columns, and transformed back. Means, the covariance of columns and all
 * auto- and cross-spectra stay (to rounding); sums of many independent phases are all but normal.
 *
 * @returns as many rows as the largest power of 2 that there are, the first ones being used
 * @throws TouchstoneError for fewer than 2 rows
 */
export function phaseShuffled(rows: Rows, seed: number): Rows {
  const all = rowCount(rows);
  if (all < 2) badUsage(`${all} rows to shuffle the phases of`, 'there are to be 2 or more');
  const count = 2 ** Math.floor(Math.log2(all));
  const angles = anglesOf(count, randomStream(seed, 'phases'));
  const out = rowsAt(
    rows,
    Array.from({ length: count }, (_, row) => row),
  );
  for (let column = 0; column < rows.width; column++) shuffleColumn(out, column, angles);
  return out;
}

/** An angle for each frequency below half of the rows; the lowest, the mean, is not turned. */
function anglesOf(count: number, stream: RandomStream): Float64Array {
  return Float64Array.from({ length: count / 2 }, (_, frequency) =>
    frequency === 0 ? 0 : 2 * Math.PI * stream.uniform(frequency),
  );
}

function shuffleColumn({ data, width }: Rows, column: number, angles: Float64Array): void {
  const count = data.length / width;
  const re = Float64Array.from({ length: count }, (_, row) => data[row * width + column]!);
  const im = new Float64Array(count);
  transform(re, im, -1);
  turn(re, im, angles);
  transform(re, im, 1);
  for (let row = 0; row < count; row++) data[row * width + column] = re[row]! / count;
}

/** Turns each frequency, and its negative the other way, so that what comes back is real. */
function turn(re: Float64Array, im: Float64Array, angles: Float64Array): void {
  const count = re.length;
  for (let at = 1; at < count / 2; at++) {
    const [cos, sin] = [Math.cos(angles[at]!), Math.sin(angles[at]!)];
    const [a, b] = [re[at]!, im[at]!];
    [re[at], im[at]] = [a * cos - b * sin, a * sin + b * cos];
    [re[count - at], im[count - at]] = [re[at]!, -im[at]!];
  }
}

/** The discrete Fourier transform in place, without a scale, of a power of 2 (Cooley and Tukey 1965). */
function transform(re: Float64Array, im: Float64Array, sign: 1 | -1): void {
  reverseBits(re);
  reverseBits(im);
  for (let size = 2; size <= re.length; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const angle = (sign * 2 * Math.PI * k) / size;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let a = k; a < re.length; a += size) butterfly(re, im, a, a + half, cos, sin);
    }
  }
}

function butterfly(
  re: Float64Array,
  im: Float64Array,
  a: number,
  b: number,
  cos: number,
  sin: number,
): void {
  const [x, y] = [re[b]! * cos - im[b]! * sin, re[b]! * sin + im[b]! * cos];
  [re[b], im[b]] = [re[a]! - x, im[a]! - y];
  [re[a], im[a]] = [re[a]! + x, im[a]! + y];
}

function reverseBits(values: Float64Array): void {
  for (let i = 1, j = 0; i < values.length; i++) {
    let bit = values.length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [values[i], values[j]] = [values[j]!, values[i]!];
  }
}
