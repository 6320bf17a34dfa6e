/** @file The key-value cache of a batch: plain arrays that programs read in place and that grow in steps. */
import type { HostTensor, Runtime } from '../tensor/index.ts';
import type { LlamaConfig } from './config.ts';

/** Slots are added this many at a time: attending over empty slots costs memory bandwidth. */
const BUCKET = 32;

/** Keys and values of all layers, each [rows, kv heads, slots, d_head], of which `length` slots are filled. */
export class KeyValueCache {
  length = 0;
  rows: number;
  #slots = 0;
  #arrays: Float32Array[];
  #tensors: Record<string, HostTensor> = {};
  readonly #heads: number;
  readonly #size: number;
  readonly #layers: number;
  readonly #runtime: Runtime;

  constructor(config: LlamaConfig, runtime: Runtime, rows: number) {
    this.rows = rows;
    this.#runtime = runtime;
    this.#heads = config.num_key_value_heads;
    this.#size = config.head_dim;
    this.#layers = config.num_hidden_layers;
    this.#arrays = Array.from({ length: 2 * this.#layers }, () => new Float32Array(0));
  }

  /** Feeds of a decoding step. */
  feeds(): Record<string, HostTensor> {
    return this.#tensors;
  }

  /**
   * Appends new positions.
   *
   * @param fresh keys then values of each layer in turn, stacked: [2 * layers, rows, kv heads, count, d_head]
   */
  append(fresh: Float32Array, count: number): void {
    if (this.length + count > this.#slots)
      this.#resize(Math.ceil((this.length + count) / BUCKET) * BUCKET);
    const block = count * this.#size;
    let from = 0;
    for (const array of this.#arrays) {
      for (let row = 0; row < this.rows * this.#heads; row++, from += block) {
        const to = (row * this.#slots + this.length) * this.#size;
        for (let i = 0; i < block; i++) array[to + i] = fresh[from + i]!;
      }
    }
    this.length += count;
    this.#updateMask();
  }

  /** Keeps only the given rows, in order. */
  keep(rows: readonly number[]): void {
    const block = this.#heads * this.#slots * this.#size;
    this.#arrays = this.#arrays.map((array) => {
      const out = new Float32Array(rows.length * block);
      rows.forEach(
        (row, i) => void out.set(array.subarray(row * block, (row + 1) * block), i * block),
      );
      return out;
    });
    this.rows = rows.length;
    this.#bind();
  }

  #resize(slots: number): void {
    const [before, after] = [this.#slots * this.#size, slots * this.#size];
    this.#arrays = this.#arrays.map((array) => {
      const out = new Float32Array(this.rows * this.#heads * after);
      for (let row = 0; row < this.rows * this.#heads; row++) {
        out.set(array.subarray(row * before, (row + 1) * before), row * after);
      }
      return out;
    });
    this.#slots = slots;
    this.#bind();
  }

  #bind(): void {
    const dims = [this.rows, this.#heads, this.#slots, this.#size];
    this.#arrays.forEach((array, i) => {
      const name = `past.${i >> 1}.${i % 2 === 0 ? 'key' : 'value'}`;
      this.#tensors[name] = this.#runtime.tensor('float32', array, dims);
    });
    this.#updateMask();
  }

  #updateMask(): void {
    const mask = new Float32Array(this.#slots).fill(Number.NEGATIVE_INFINITY, this.length);
    this.#tensors['past.mask'] = this.#runtime.tensor('float32', mask, [1, 1, 1, this.#slots]);
  }
}
