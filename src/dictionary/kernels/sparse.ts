/**
 * @file Products with sparse matrices in compressed rows, in float32, four numbers at once. All arrays lie in
 * one WebAssembly memory, where ONNX Runtime reads them too without a copy.
 */
import { FUNCTIONS } from './code.ts';
import { encodeModule } from './wasm.ts';

/** Entries by row: those of row r are number starts[r] up to starts[r + 1]. */
export interface SparseRows {
  /** One more than there are rows. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** The part of the WebAssembly interface that is used (https://webassembly.github.io/spec/js-api/). */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, object>>,
  ) => { readonly exports: Record<string, unknown> };
}

declare const WebAssembly: WebAssemblyApi;

type Kernel = (
  out: number,
  starts: number,
  columns: number,
  other: number,
  table: number,
  rows: number,
  width: number,
) => void;

const PAGE = 65_536;
/** Arrays begin at multiples of a cache line. */
const LINE = 64;

/** Numbers of a row must be a multiple of this. */
export const LANES = 4;
/** Bytes that one memory can have. */
export const MOST_BYTES = 2 ** 32 - PAGE;

/** Bytes that an array of `length` numbers takes. */
export function bytesFor(length: number): number {
  return Math.ceil((4 * length) / LINE) * LINE;
}

/** A memory of fixed size with its kernels. Freed when nothing refers to its arrays. */
export class SparseMemory {
  readonly #buffer: ArrayBuffer;
  readonly #addProduct: Kernel;
  readonly #sampleProduct: Kernel;
  #used = 0;

  /** @param bytes all that will be allocated, by {@link bytesFor} */
  constructor(bytes: number) {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
    const module = new WebAssembly.Module(encodeModule(FUNCTIONS));
    const { exports } = new WebAssembly.Instance(module, { host: { memory } });
    this.#buffer = memory.buffer;
    this.#addProduct = exports.addProduct as Kernel;
    this.#sampleProduct = exports.sampleProduct as Kernel;
  }

  /** An array of zeros. */
  floats(length: number): Float32Array {
    return new Float32Array(this.#buffer, this.#take(length), length);
  }

  /** An array of zeros. */
  integers(length: number): Int32Array {
    return new Int32Array(this.#buffer, this.#take(length), length);
  }

  /** out += matrix table, where `out` and `table` have rows of `width`. Entries are added in their order. */
  addProduct(out: Float32Array, matrix: SparseRows, table: Float32Array, width: number): void {
    this.#run(this.#addProduct, out, matrix, matrix.values, table, width);
  }

  /** out[e] = dense[r] . table[columns[e]] for each entry e of row r; the matrix's values are not read. */
  sampleProduct(
    out: Float32Array,
    matrix: SparseRows,
    dense: Float32Array,
    table: Float32Array,
    width: number,
  ): void {
    this.#run(this.#sampleProduct, out, matrix, dense, table, width);
  }

  #run(
    kernel: Kernel,
    out: Float32Array,
    { starts, columns }: SparseRows,
    other: Float32Array,
    table: Float32Array,
    width: number,
  ): void {
    if (width % LANES !== 0) throw new RangeError(`sparse: width ${width} is no multiple of 4`);
    const arrays = [out, starts, columns, other, table];
    if (arrays.some(({ buffer }) => buffer !== this.#buffer)) {
      throw new TypeError('sparse: an array lies in another memory');
    }
    const [a, b, c, d, e] = arrays.map(({ byteOffset }) => byteOffset);
    kernel(a!, b!, c!, d!, e!, starts.length - 1, width * 4);
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
