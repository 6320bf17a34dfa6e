/**
 * @file Products with sparse matrices in compressed rows, and Adam's step, in float32, four numbers at once. All
 * arrays lie in one WebAssembly memory, where ONNX Runtime reads them too without a copy.
 */

import { instantiate, type Kernel, PAGE } from '../../tensor/wasm/instance.ts';
import { OPTIMIZER } from './adam.ts';
import { COMPACT } from './compaction.ts';
import { PRODUCTS } from './products.ts';

/** Entries by row: those of row r are number starts[r] up to starts[r + 1] of the lists. */
export interface SparseRows {
  /** One more than there are rows. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** Some of the rows. */
export function rowRange(matrix: SparseRows, from: number, to: number): SparseRows {
  return { ...matrix, starts: matrix.starts.subarray(from, to + 1) };
}

/** Arrays begin at multiples of a cache line; what is between them is 0. */
const LINE = 64;

/** Numbers of a row must be a multiple of this. */
export const LANES = 4;
/** Bytes that one memory can have. */
export const MOST_BYTES = 2 ** 32 - PAGE;

/** Bytes that an array of `length` numbers takes. */
export function bytesFor(length: number): number {
  return Math.ceil((4 * length) / LINE) * LINE;
}

/** One array's part in a step of Adam. */
export interface AdamRows {
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Numbers of a row whose norm is kept at 1; undefined where norms are free. */
  readonly unit?: number | undefined;
}

/** Numbers of a step of Adam, bias corrections already in them. */
export interface AdamNumbers {
  readonly betas: readonly [number, number];
  readonly rate: number;
  readonly epsilon: number;
  /** Factor on the gradient. */
  readonly scale: number;
}

/** A memory of fixed size with its kernels. Freed when nothing refers to its arrays. */
export class SparseMemory {
  readonly #buffer: ArrayBuffer;
  readonly #kernels: Record<string, Kernel>;
  readonly #result: Float32Array;
  #used = 0;

  /** @param bytes all that will be allocated, by {@link bytesFor} */
  constructor(bytes: number) {
    const pages = Math.ceil((bytes + LINE) / PAGE);
    const { buffer, kernels } = instantiate([...PRODUCTS, ...OPTIMIZER, COMPACT], pages);
    this.#buffer = buffer;
    this.#kernels = kernels;
    this.#result = this.floats(1);
  }

  /** An array of zeros. */
  floats(length: number): Float32Array {
    return new Float32Array(this.#buffer, this.#take(length), length);
  }

  /** An array of zeros. */
  integers(length: number): Int32Array {
    return new Int32Array(this.#buffer, this.#take(length), length);
  }

  /** out = matrix table, where `out` and `table` have rows of `width`. Entries are added in their order. */
  product(out: Float32Array, matrix: SparseRows, table: Float32Array, width: number): void {
    this.#multiply('product', out, matrix, matrix.values, table, width);
  }

  /** out += matrix table. */
  addProduct(out: Float32Array, matrix: SparseRows, table: Float32Array, width: number): void {
    this.#multiply('addProduct', out, matrix, matrix.values, table, width);
  }

  /** out[e] = dense[r] . table[columns[e]] for each entry e of row r; the matrix's values are not read. */
  sampleProduct(
    out: Float32Array,
    matrix: SparseRows,
    dense: Float32Array,
    table: Float32Array,
    width: number,
  ): void {
    this.#multiply('sampleProduct', out, matrix, dense, table, width);
  }

  /**
   * Fills rows of a matrix with the entries of dense rows that are above `bar`. The lists must have room for
   * the rows before, for `limit` entries in all, and for one row more: rows that begin past it are left empty.
   *
   * @param rows the matrix, `starts` being those of these rows; the first is where the lists go on
   */
  compact(rows: SparseRows, dense: Float32Array, width: number, bar: number, limit: number): void {
    checkWidth(width);
    const { starts, columns, values } = rows;
    const addresses = this.#addresses([starts, columns, values, dense]);
    this.#kernels.compact!(...addresses, starts.length - 1, width * 4, limit * 4, bar);
  }

  /** A step of Adam on one array. */
  adam({ weight, gradient, first, second, unit }: AdamRows, numbers: AdamNumbers): void {
    const addresses = this.#addresses([weight, gradient, first, second]);
    // Without rows of their own, numbers are one row; what follows it up to a whole vector is 0 and stays so.
    const width = unit ?? Math.ceil(weight.length / LANES) * LANES;
    checkWidth(width);
    const { betas, rate, epsilon, scale } = numbers;
    const rows = unit === undefined ? 1 : weight.length / unit;
    const [beta1, beta2] = betas;
    const factors = [beta1, beta2, 1 - beta1, 1 - beta2, rate, epsilon, scale];
    this.#kernels.adam!(...addresses, rows, width * 4, Number(unit !== undefined), ...factors);
  }

  /** The sum of squares, in float32. */
  squares(array: Float32Array): number {
    const [out, from] = this.#addresses([this.#result, array]);
    this.#kernels.squares!(out!, from!, Math.ceil(array.length / LANES) * LANES * 4);
    return this.#result[0]!;
  }

  #multiply(
    kernel: string,
    out: Float32Array,
    { starts, columns }: SparseRows,
    other: Float32Array,
    table: Float32Array,
    width: number,
  ): void {
    checkWidth(width);
    const addresses = this.#addresses([out, starts, columns, other, table]);
    this.#kernels[kernel]!(...addresses, starts.length - 1, width * 4);
  }

  #addresses(arrays: readonly (Float32Array | Int32Array)[]): number[] {
    if (arrays.some(({ buffer }) => buffer !== this.#buffer)) {
      throw new TypeError('sparse: an array lies in another memory');
    }
    return arrays.map(({ byteOffset }) => byteOffset);
  }

  #take(length: number): number {
    const at = this.#used;
    this.#used += bytesFor(length);
    if (this.#used > this.#buffer.byteLength) {
      throw new RangeError(`sparse: ${this.#used} bytes of ${this.#buffer.byteLength}`);
    }
    return at;
  }
}

function checkWidth(width: number): void {
  if (width % LANES !== 0) throw new RangeError(`sparse: width ${width} is no multiple of 4`);
}

/**
 * The transpose, written into `into`: entries of each column in the order of the rows. `permutation` gets
 * the number of the entry that each came from.
 */
export function transposeRows(
  { starts, columns }: Pick<SparseRows, 'starts' | 'columns'>,
  into: Pick<SparseRows, 'starts' | 'columns'>,
  permutation: Int32Array,
): void {
  const { starts: counts } = into;
  const count = starts.at(-1)!;
  counts.fill(0);
  for (let entry = 0; entry < count; entry++) counts[columns[entry]! + 1]!++;
  for (let i = 1; i < counts.length; i++) counts[i] = counts[i]! + counts[i - 1]!;
  const next = counts.slice(0, -1);
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
      const place = next[columns[entry]!]!++;
      into.columns[place] = row;
      permutation[place] = entry;
    }
  }
}
