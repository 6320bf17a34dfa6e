/** @file The active latents of a batch as a sparse matrix [rows, d_sae], filled row by row, and its transpose. */
import {
  bytesFor,
  type SparseMemory,
  type SparseRows,
  transposeRows,
} from '../../kernels/sparse.ts';

/** A sparse matrix of at most `capacity` entries whose rows are appended in order. The lists have room for a row more. */
export class LatentMatrix {
  readonly capacity: number;
  readonly #starts: Int32Array;
  readonly #columns: Int32Array;
  readonly #values: Float32Array;
  readonly #turnedStarts: Int32Array;
  readonly #turnedColumns: Int32Array;
  readonly #turnedValues: Float32Array;
  readonly #permutation: Int32Array;
  readonly #memory: SparseMemory;
  readonly #width: number;
  #rows = 0;

  constructor(memory: SparseMemory, rows: number, columns: number, capacity: number) {
    this.capacity = capacity;
    this.#memory = memory;
    this.#width = columns;
    this.#starts = memory.integers(rows + 1);
    this.#columns = memory.integers(capacity + columns);
    this.#values = memory.floats(capacity + columns);
    this.#turnedStarts = memory.integers(columns + 1);
    this.#turnedColumns = memory.integers(capacity);
    this.#turnedValues = memory.floats(capacity);
    this.#permutation = new Int32Array(capacity);
  }

  /** Memory that such a matrix takes. */
  static bytes(rows: number, columns: number, capacity: number): number {
    return bytesFor(rows + 1) + bytesFor(columns + 1) + 4 * bytesFor(capacity + columns);
  }

  /** Number of entries. */
  get count(): number {
    return this.#starts[this.#rows]!;
  }

  clear(): void {
    this.#rows = 0;
    this.#starts[0] = 0;
  }

  /** Appends rows of `width` entries, of which those above 0 are kept; `columns` says where each belongs. */
  appendListed(values: Float32Array, columns: Int32Array, width: number): boolean {
    let count = this.count;
    const [rows, into, kept] = [values.length / width, this.#columns, this.#values];
    for (let row = 0; row < rows; row++) {
      for (let i = row * width; i < (row + 1) * width; i++) {
        if (values[i]! <= 0) continue;
        into[count] = columns[i]!;
        kept[count++] = values[i]!;
      }
      this.#starts[++this.#rows] = count;
    }
    return count <= this.capacity;
  }

  /** Appends dense rows, of which the entries above 0 are kept. Returns whether there was room. */
  appendDense(rows: Float32Array): boolean {
    const first = this.#rows;
    this.#rows += rows.length / this.#width;
    const starts = this.#starts.subarray(first, this.#rows + 1);
    const lists = { starts, columns: this.#columns, values: this.#values };
    this.#memory.compact(lists, rows, this.#width, 0, this.capacity);
    return this.count <= this.capacity;
  }

  /** The matrix itself: rows are those of the batch. */
  get rows(): SparseRows {
    return {
      starts: this.#starts,
      columns: this.#columns.subarray(0, this.count),
      values: this.#values.subarray(0, this.count),
    };
  }

  /** Turns columns and rows around, once all rows are there. */
  transpose(): void {
    transposeRows(
      this.rows,
      { starts: this.#turnedStarts, columns: this.#turnedColumns },
      this.#permutation,
    );
  }

  /** The transpose with factor value + shift of `values`, one for each entry, in place of the latents. */
  turned(values: Float32Array, factor: number, shift: number): SparseRows {
    const [count, turned] = [this.count, this.#turnedValues];
    for (let i = 0; i < count; i++) turned[i] = factor * values[this.#permutation[i]!]! + shift;
    return {
      starts: this.#turnedStarts,
      columns: this.#turnedColumns.subarray(0, count),
      values: turned.subarray(0, count),
    };
  }
}
