/** @file Tensors of a GGUF file, read into their place piece by piece, and laid out as Hugging Face has them. */
import type { ByteSource } from '../source.ts';
import type { GgufTensorInfo } from './header.ts';
import { dequantize } from './quantization.ts';

/**
 * Puts some rows of a tensor, as the file has them, where they belong. A vector is a column.
 *
 * @param row number of the first one
 */
export type Placement = (
  values: Float32Array,
  row: number,
  columns: number,
  into: Float32Array,
) => void;

/** Rows in another order: row i of the file is row `rowOf(i)`. */
export function reordered(rowOf: (row: number) => number): Placement {
  return (values, row, columns, into) => {
    for (let i = 0; i * columns < values.length; i++)
      into.set(values.subarray(i * columns, (i + 1) * columns), rowOf(row + i) * columns);
  };
}

/** The transpose of a matrix of so many rows. */
export function transposed(rows: number): Placement {
  return (values, row, columns, into) => {
    for (let i = 0; i < values.length; i++)
      into[(i % columns) * rows + row + Math.floor(i / columns)] = values[i]!;
  };
}

/** Every value less one. */
export const lessOne: Placement = (values, row, columns, into) => {
  for (let i = 0; i < values.length; i++) into[row * columns + i] = values[i]! - 1;
};

/** About so many values are read at once; a multiple of every type's block. */
const PIECE_VALUES = 2 ** 21;

/** Reads one tensor as float32 into its place. */
export async function loadGgufTensor(
  source: ByteSource,
  { type, shape, begin }: GgufTensorInfo,
  into: Float32Array,
  place?: Placement,
): Promise<void> {
  const columns = shape.length > 1 ? shape.at(-1)! : 1;
  const step = Math.max(1, Math.floor(PIECE_VALUES / columns)) * columns;
  const values = new Float32Array(place ? Math.min(step, into.length) : 0);
  for (let from = 0; from < into.length; from += step) {
    const until = Math.min(from + step, into.length);
    const bytes = await source.slice(byteOf(from), byteOf(until));
    const piece = place ? values.subarray(0, until - from) : into.subarray(from, until);
    dequantize(type, bytes, piece);
    place?.(piece, from / columns, columns, into);
  }
  function byteOf(value: number): number {
    return begin + (value / type.block) * type.bytes;
  }
}
