/**
 * @file Counter-based random streams: every number is a pure function of (seed, stream name, index),
 * so that no result depends on batch size, order or threads.
 */
import { fillNormal } from './normal.ts';
import { threefry2x32, type Words } from './threefry.ts';

export { threefry2x32, type Words };

const single = new Float32Array(1);

// Counters that no index reaches: indices stay below 2^53, so the high word of theirs stays below 2^21.
const FOLD_NUMBER: Words = [0x666f6c64, 0x696e2121];
const NORMALS: Words = [0x6e6f726d, 0x616c7321];
const FOLD_NAME = 0x6e616d65;

/** The key of a sub-stream: the part of the path is absorbed block by block, so distinct paths have distinct keys. */
function fold(key: Words, part: number | string): Words {
  if (typeof part === 'string') return foldName(key, part);
  if (!Number.isSafeInteger(part)) {
    throw new RangeError(`a random stream's path takes names and integers, got ${part}`);
  }
  return threefry2x32(threefry2x32(key, FOLD_NUMBER), wordsOf(part));
}

function foldName(key: Words, name: string): Words {
  let folded = threefry2x32(key, [name.length, FOLD_NAME]);
  const pair = (i: number) => name.charCodeAt(i) | (name.charCodeAt(i + 1) << 16);
  for (let i = 0; i < name.length; i += 4) folded = threefry2x32(folded, [pair(i), pair(i + 2)]);
  return folded;
}

/** An integer as two words, the low one first. */
function wordsOf(integer: number): Words {
  return [integer >>> 0, Math.floor(integer / 4294967296) >>> 0];
}

/** A named stream of random numbers, addressed by index. Immutable: the same index, the same number. */
export class RandomStream {
  readonly key: Words;
  #normals: Words | undefined;

  constructor(key: Words) {
    this.key = key;
  }

  /** The sub-stream for indices and names; sub-streams are independent of one another and of this one. */
  at(...path: (number | string)[]): RandomStream {
    return new RandomStream(path.reduce(fold, this.key));
  }

  /** The 64 random bits at an index, as two words. */
  words(index: number): [number, number] {
    return threefry2x32(this.key, wordsOf(index));
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

  /** Standard normal number `index`, rounded to float32. */
  normal(index: number): number {
    return this.fillNormal(single, index)[0]!;
  }

  /**
   * Fills `out` with standard normals number `offset`, `offset + 1`, ..., independent of the uniforms
   * of this stream.
   */
  fillNormal(out: Float32Array, offset = 0): Float32Array {
    if (!Number.isSafeInteger(offset) || offset < 0) {
      throw new RangeError(`fillNormal: offset must be a non-negative integer, got ${offset}`);
    }
    // Under a key of their own: two normals share a block, which a uniform fills alone.
    this.#normals ??= threefry2x32(this.key, NORMALS);
    return fillNormal(this.#normals, out, offset);
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
    return this.#stream.integer(this.#index++, bound);
  }

  /** Standard normal. */
  normal(): number {
    return this.#stream.normal(this.#index++);
  }

  /** One item, uniformly; throws where there is none. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick: there is nothing to pick from');
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
