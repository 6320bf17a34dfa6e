/** @file The key-value cache of a batch: plain arrays that programs read in place and that grow in steps. */
import type { HostTensor, Runtime } from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import { windowOf } from './forward.ts';

/** Slots are added this many at a time: attending over empty slots costs memory bandwidth. */
const BUCKET = 32;

/** Slots that there is memory for at first; the system gives it when it is written to. Later twice as many. */
const FIRST_CAPACITY = 128;

/** Which slots the next position sees. */
interface Mask {
  readonly name: string;
  /** Positions that it sees, itself included. */
  readonly window: number;
  /** [rows, slots]: 0 or -Infinity. */
  data: Float32Array;
}

/**
 * Keys and values of all layers; row r has filled `lengths[r]` slots. Values are [rows, kv heads, slots, d_head].
 * Keys are [rows, kv heads, d_head, slots]: a query's products with all of them then read memory in one
 * sweep, which takes a third of the time that a sum for each key does.
 */
export class KeyValueCache {
  /** Positions that each row has cached. */
  lengths: number[] = [];
  #reach = 0;
  #slots = 0;
  /** Slots that the arrays have room for, with the rows that there were at first. */
  #capacity = FIRST_CAPACITY;
  #arrays: Float32Array[];
  #masks: Mask[];
  #tensors: Record<string, HostTensor> = {};
  #rows: number;
  readonly #heads: number;
  readonly #size: number;
  readonly #runtime: Runtime;

  constructor(config: ModelConfig, runtime: Runtime, rows: number) {
    this.#rows = rows;
    this.#runtime = runtime;
    this.#heads = config.num_key_value_heads;
    this.#size = config.head_dim;
    const mask = (name: string, window: number) => ({ name, window, data: new Float32Array(0) });
    const window = windowOf(config);
    this.#masks = [
      mask('past.mask', Number.POSITIVE_INFINITY),
      ...(window ? [mask('past.window_mask', window)] : []),
    ];
    this.#arrays = Array.from({ length: 2 * config.num_hidden_layers }, () => this.#room());
  }

  #room(): Float32Array {
    return new Float32Array(this.#rows * this.#heads * this.#capacity * this.#size);
  }

  /** Feeds of a decoding step. */
  feeds(): Record<string, HostTensor> {
    return this.#tensors;
  }

  /**
   * Takes up prompts.
   *
   * @param fresh keys then values of each layer in turn, stacked: [2 * layers, rows, kv heads, padded, d_head]
   * @param padded the length that the prompts were padded to
   * @param lengths their own lengths
   */
  fill(fresh: Float32Array, padded: number, lengths: readonly number[]): void {
    this.lengths = [...lengths];
    this.#reach = padded;
    this.#grow();
    const [size, heads] = [this.#size, this.#rows * this.#heads];
    let from = 0;
    this.#arrays.forEach((array, i) => {
      const { unit, stride } = this.#layout(i);
      for (let head = 0; head < heads; head++) {
        const start = head * this.#slots * size;
        for (let slot = 0; slot < padded; slot++, from += size) {
          scatter(fresh, from, array, start + slot * unit, stride, size);
        }
      }
    });
    this.#openMask();
  }

  /** Appends one position to every row; `fresh` is [2 * layers, rows, kv heads, 1, d_head]. */
  push(fresh: Float32Array): void {
    const [heads, size, slots] = [this.#heads, this.#size, this.#slots];
    let from = 0;
    this.#arrays.forEach((array, i) => {
      const { unit, stride } = this.#layout(i);
      for (let row = 0; row < this.#rows; row++) {
        const slot = this.lengths[row]! * unit;
        for (let head = 0; head < heads; head++, from += size) {
          scatter(fresh, from, array, (row * heads + head) * slots * size + slot, stride, size);
        }
      }
    });
    for (let row = 0; row < this.#rows; row++) this.#advance(row);
    this.#reach++;
    this.#grow();
  }

  /** How a position's numbers lie in an array: how far apart those of two positions are, and two of one. */
  #layout(array: number): { unit: number; stride: number } {
    return isKeys(array) ? { unit: 1, stride: this.#slots } : { unit: this.#size, stride: 1 };
  }

  /** One more position of a row is seen; what has left the window is not. */
  #advance(row: number): void {
    const from = row * this.#slots;
    const length = ++this.lengths[row]!;
    for (const { data, window } of this.#masks) {
      data[from + length - 1] = 0;
      if (length >= window) data[from + length - window] = Number.NEGATIVE_INFINITY;
    }
  }

  /** Keeps only the given rows, in order. */
  keep(rows: readonly number[]): void {
    const block = this.#heads * this.#slots * this.#size;
    for (const array of this.#arrays) {
      rows.forEach((row, i) => void array.copyWithin(i * block, row * block, (row + 1) * block));
    }
    this.#rows = rows.length;
    this.lengths = rows.map((row) => this.lengths[row]!);
    this.#bind();
  }

  /** The longest that any row of this padding can have become: caches of equal reach have equally many slots. */
  get reach(): number {
    return this.#reach;
  }

  /** Copies rows of a cache of the same reach behind its own. */
  absorb(other: KeyValueCache, rows: readonly number[]): void {
    const block = this.#heads * this.#slots * this.#size;
    const from = this.#rows * block;
    this.#rows += rows.length;
    this.#arrays = this.#arrays.map((array, layer) => {
      const to = array.length < this.#rows * block ? this.#room() : array;
      if (to !== array) to.set(array.subarray(0, from));
      rows.forEach((row, i) => {
        const theirs = other.#arrays[layer]!.subarray(row * block, (row + 1) * block);
        to.set(theirs, from + i * block);
      });
      return to;
    });
    this.lengths = [...this.lengths, ...rows.map((row) => other.lengths[row]!)];
    this.#bind();
  }

  /** Gives back the memory that nothing is in. */
  shrink(): void {
    this.#capacity = this.#slots;
    const used = this.#rows * this.#heads * this.#slots * this.#size;
    this.#arrays = this.#arrays.map((array) => array.slice(0, used));
    this.#bind();
  }

  /** Makes room for the next position. The number of slots depends on padding and steps alone, never on the batch. */
  #grow(): void {
    const slots = Math.ceil((this.#reach + 1) / BUCKET) * BUCKET;
    if (slots === this.#slots) return;
    while (slots > this.#capacity) this.#capacity *= 2;
    const needed = this.#rows * this.#heads * this.#capacity * this.#size;
    this.#arrays = this.#arrays.map((array, i) => {
      const to = array.length < needed ? this.#room() : array;
      this.#spread(array, to, slots, isKeys(i));
      return to;
    });
    this.#slots = slots;
    this.#bind();
  }

  /** Moves positions to where they lie among `slots`; from the last, since places overlap. */
  #spread(from: Float32Array, to: Float32Array, slots: number, keys: boolean): void {
    const [lines, unit] = keys ? [this.#heads * this.#size, 1] : [this.#heads, this.#size];
    const [before, after] = [this.#slots * unit, slots * unit];
    for (let line = this.#rows * lines - 1; line >= 0; line--) {
      const [at, goal] = [line * before, line * after];
      // Lines of keys are short: a loop moves them sooner than a call does.
      for (let i = before - 1; i >= 0; i--) to[goal + i] = from[at + i]!;
      // What lies there is masked, but a stale NaN would survive a product with zero.
      for (let i = goal + before; i < goal + after; i++) to[i] = 0;
    }
  }

  #bind(): void {
    const [rows, heads, slots, size] = [this.#rows, this.#heads, this.#slots, this.#size];
    this.#arrays.forEach((array, i) => {
      const dims = [rows, heads, ...(isKeys(i) ? [size, slots] : [slots, size])];
      const used = array.subarray(0, rows * heads * slots * size);
      const name = `past.${i >> 1}.${isKeys(i) ? 'key' : 'value'}`;
      this.#tensors[name] = this.#runtime.tensor('float32', used, dims);
    });
    this.#openMask();
  }

  /** Lets every row look at what it has filled, as far as windows reach. */
  #openMask(): void {
    const slots = this.#slots;
    for (const mask of this.#masks) {
      mask.data = new Float32Array(this.#rows * slots).fill(Number.NEGATIVE_INFINITY);
      this.lengths.forEach((length, row) => {
        const first = Math.max(0, length + 1 - mask.window);
        mask.data.fill(0, row * slots + first, row * slots + length);
      });
      const dims = [this.#rows, 1, 1, slots];
      this.#tensors[mask.name] = this.#runtime.tensor('float32', mask.data, dims);
    }
  }
}

/** Keys and values of the layers take turns. */
function isKeys(array: number): boolean {
  return array % 2 === 0;
}

/** Copies `count` numbers that lie together to places `stride` apart. */
function scatter(
  from: Float32Array,
  start: number,
  to: Float32Array,
  goal: number,
  stride: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) to[goal + i * stride] = from[start + i]!;
}
