/**
 * @file Counter-based random streams: every number is a pure function of (seed, stream name, index),
 * so that no result depends on batch size, order or threads.
 *
 * The generator is Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw 2011, "Parallel random
 * numbers: as easy as 1, 2, 3", section 4.1).
 */
import { fillNormal, normalFromBits } from './normal.ts';

/** Two 32-bit words: a key, a counter, or a block of output. */
export type Words = readonly [number, number];

const PARITY = 0x1bd11bda;

/** Threefry-2x32-20 of one counter block under one key. */
export function threefry2x32(key: Words, counter: Words): [number, number] {
  const k0 = key[0] | 0;
  const k1 = key[1] | 0;
  const k2 = PARITY ^ k0 ^ k1;
  let x0 = (counter[0] + k0) | 0;
  let x1 = (counter[1] + k1) | 0;
  // Four rounds a group, the key schedule injected after each group.
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k1) | 0;
  x1 = (x1 + k2 + 1) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + k2) | 0;
  x1 = (x1 + k0 + 2) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k0) | 0;
  x1 = (x1 + k1 + 3) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + k1) | 0;
  x1 = (x1 + k2 + 4) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  return [(x0 + k2) >>> 0, (x1 + k0 + 5) >>> 0];
}

/** FNV-1a, 32 bits: names become key words. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** A named stream of random numbers, addressed by index. Immutable: the same index, the same number. */
export class RandomStream {
  readonly key: Words;

  constructor(key: Words) {
    this.key = key;
  }

  /** The sub-stream for an index or name; sub-streams are independent of one another and of this one. */
  at(...path: (number | string)[]): RandomStream {
    let key = this.key;
    for (const part of path) {
      const word = typeof part === 'string' ? hashName(part) : part >>> 0;
      const high = typeof part === 'string' ? 0x73747265 : Math.floor(part / 2 ** 32) >>> 0;
      // The tag keeps derived keys apart from the outputs of this stream.
      key = threefry2x32(threefry2x32(key, [0x666f6c64, 0x696e2121]), [word, high]);
    }
    return new RandomStream(key);
  }

  /** The 64 random bits at an index, as two words. */
  words(index: number): [number, number] {
    return threefry2x32(this.key, [index >>> 0, Math.floor(index / 2 ** 32) >>> 0]);
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(index: number): number {
    const [a, b] = this.words(index);
    return ((a >>> 5) * 67108864 + (b >>> 6)) / 9007199254740992;
  }

  /** Uniform integer in [0, bound). */
  integer(index: number, bound: number): number {
    return Math.floor(this.uniform(index) * bound);
  }

  /** Standard normal. */
  normal(index: number): number {
    return normalFromBits(this.words(index)[0]);
  }

  /** Fills `out` with standard normals number `offset`, `offset + 1`, ... (two a block). */
  fillNormal(out: Float32Array, offset = 0): Float32Array {
    return fillNormal(this.key, out, offset);
  }

  /** A sequential reader of this stream, for code that draws a varying number of times. */
  reader(): RandomReader {
    return new RandomReader(this);
  }
}

/** Draws from a stream one after another. */
export class RandomReader {
  #index = 0;
  readonly #stream: RandomStream;

  constructor(stream: RandomStream) {
    this.#stream = stream;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.#stream.uniform(this.#index++);
  }

  /** Uniform integer in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Standard normal. */
  normal(): number {
    return this.#stream.normal(this.#index++);
  }

  /** One item, uniformly. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)]!;
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }
}

/**
 * The stream called `name` under `seed`.
 *
 * @param seed a non-negative safe integer
 * @param name what the numbers are for: 'init', 'data', 'sampling', 'noise', ...
 */
export function randomStream(seed: number, name: string): RandomStream {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed must be a non-negative integer, got ${seed}`);
  }
  return new RandomStream([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]).at(name);
}
