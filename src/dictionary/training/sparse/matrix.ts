/** @file The active latents of a batch as a sparse matrix [rows, d_sae], filled row by row, and its transpose. */
import {
  bytesFor,
  type SparseMemory,
  type SparseRows,
  transposeRows,
} from '../../kernels/sparse.ts';

/** A sparse matrix of at most `capacity` entries whose rows are appended in order. */
export class LatentMatrix {
  readonly capacity: number;
  readonly #starts: Int32Array;
  readonly #columns: Int32Array;
  readonly #values: Float32Array;
  readonly #turnedStarts: Int32Array;
  readonly #turnedColumns: Int32Array;
  readonly #turnedValues: Float32Array;
  readonly #permutation: Int32Array;
  #rows = 0;

  constructor(memory: SparseMemory, rows: number, columns: number, capacity: number) {
    this.capacity = capacity;
    this.#starts = memory.integers(rows + 1);
    this.#columns = memory.integers(capacity);
    this.#values = memory.floats(capacity);
    this.#turnedStarts = memory.integers(columns + 1);
    this.#turnedColumns = memory.integers(capacity);
    this.#turnedValues = memory.floats(capacity);
    this.#permutation = new Int32Array(capacity);
  }

  /** Memory that such a matrix takes. */
  static bytes(rows: number, columns: number, capacity: number): number {
    return bytesFor(rows + 1) + bytesFor(columns + 1) + 4 * bytesFor(capacity);
  }

  /** Number of entries. */
  get count(): number {
    return this.#starts[this.#rows]!;
  }

  clear(): void {
    this.#rows = 0;
    this.#starts[0] = 0;
  }

  /**
   * Appends rows: of each row of `values` [rows, width] the entries above `bar`, with `columnOf` the column
   * of each where these are not just counted. Returns whether there was room.
   */
  append(values: Float32Array, width: number, bar: number, columnOf?: Int32Array): boolean {
    let count = this.count;
    const [columns, kept, most] = [this.#columns, this.#values, this.capacity - width];
    for (let start = 0; start < values.length; start += width) {
      if (count > most && !this.#fits(values, start, width, bar, count)) return false;
      for (let i = 0; i < width; i++) {
        const value = values[start + i]!;
        if (value > bar) {
          columns[count] = columnOf ? columnOf[start + i]! : i;
          kept[count++] = value;
        }
      }
      this.#starts[++this.#rows] = count;
    }
    return true;
  }

  #fits(values: Float32Array, start: number, width: number, bar: number, count: number): boolean {
    let more = 0;
    for (let i = start; i < start + width; i++) if (values[i]! > bar) more++;
    return count + more <= this.capacity;
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
