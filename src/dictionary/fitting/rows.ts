/** @file Rows in blocks: sums in float64, centres, checks. */
import { badInput, type RandomReader } from '../../tensor/index.ts';
import { type DictionaryConfig, type Rows, rowCount } from '../kind.ts';

/** Rows that a program takes at once. Sums are formed per block, so results depend on it. */
const BLOCK = 4096;

/** A run of rows. */
export interface Block extends Rows {
  /** Number of its first row. */
  readonly first: number;
}

/** The rows in order, some at a time, in place. */
export function* blocks({ data, width }: Rows, size = BLOCK): Generator<Block> {
  for (let first = 0; first * width < data.length; first += size) {
    yield { data: data.subarray(first * width, (first + size) * width), width, first };
  }
}

/** One row, in place. */
export function rowAt({ data, width }: Rows, row: number): Float32Array {
  return data.subarray(row * width, (row + 1) * width);
}

/** Copies of some rows. */
export function rowsAt(rows: Rows, picked: ArrayLike<number>): Rows {
  const data = new Float32Array(picked.length * rows.width);
  for (let i = 0; i < picked.length; i++) data.set(rowAt(rows, picked[i]!), i * rows.width);
  return { data, width: rows.width };
}

/** Some of the numbers from 0 to `count`, each at most once, in random order. */
export function picked(count: number, some: number, reader: RandomReader): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < some; i++) {
    const j = i + reader.integer(count - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.subarray(0, some);
}

/** Means of the columns, or zeros where the config says that b_dec is not subtracted. */
export function centreOf(rows: Rows, { apply_b_dec_to_input }: DictionaryConfig): Float64Array {
  const { data, width } = rows;
  const sums = new Float64Array(width);
  if (!apply_b_dec_to_input) return sums;
  for (let at = 0; at < data.length; at += width) {
    for (let i = 0; i < width; i++) sums[i] = sums[i]! + data[at + i]!;
  }
  return sums.map((sum) => sum / rowCount(rows));
}

/** The rows less a centre, which is first rounded to float32 as b_dec will be. */
export function lessCentre({ data, width }: Rows, centre: Float64Array): Rows {
  const rounded = Float32Array.from(centre);
  const out = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += width) {
    for (let i = 0; i < width; i++) out[at + i] = data[at + i]! - rounded[i]!;
  }
  return { data: out, width };
}

/** Sum of all squares. */
export function sumOfSquares(data: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!;
  return sum;
}

/** Refuses rows that are no numbers, and none at all. */
export function checkFinite(rows: Rows): void {
  const { data, width } = rows;
  if (data.length === 0) badInput('no activations to fit', 'give one row or more');
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const where = `row ${Math.floor(bad / width)}, column ${bad % width}`;
  badInput(`${where} of the activations is ${data[bad]}`, 'leave out rows that are not finite');
}

/** Refuses more latents than rows. */
export function checkEnough(rows: Rows, { architecture, d_sae }: DictionaryConfig): void {
  const count = rowCount(rows);
  if (d_sae <= count) return;
  badInput(
    `a ${architecture} dictionary of ${d_sae} latents from ${count} rows`,
    'it takes at least one row for each latent',
  );
}
