/** @file What a test of an operation consists of, and the random shapes and values that it draws. */
import fc from 'fast-check';
import {
  addDims,
  type Dim,
  type DType,
  multiplyDims,
  randomStream,
  type Tensor,
} from '../../src/tensor/index.ts';
import { count, type Values } from './reference.ts';

/** An operand: 'float' ones are run in float64 and in float32. */
export interface Operand extends Values {
  readonly type: 'float' | 'int64' | 'bool';
}

/** Sizes as they stand in a graph: the number itself, or a symbol for it. */
export interface Sizes {
  of(size: number): Dim;
  product(...sizes: number[]): Dim;
  sum(...sizes: number[]): Dim;
}

/** One random instance of an operation. */
export interface Sample {
  readonly operands: readonly Operand[];
  readonly build: (operands: Tensor[], sizes: Sizes) => Tensor | Tensor[];
  readonly expected: Values | readonly Values[];
}

/** Operands that an operation must refuse. */
export interface Wrong {
  readonly operands: readonly (readonly [DType, ...Dim[]])[];
  readonly build: (...operands: [Tensor, Tensor, Tensor, Tensor]) => unknown;
}

export interface Case {
  /** The operation's name. */
  readonly name: string;
  draw(from: Draw): Sample;
  readonly wrong: readonly Wrong[];
  /** Whether all float operands have gradients. Default true; otherwise the operands that do. */
  readonly differentiable?: boolean | readonly number[];
  /** Whether the operation is tried with symbolic sizes, too. Default true. */
  readonly symbolic?: boolean;
}

/** Where the entries of an operand lie: around 0, above 0.3, or between -1 and 1. */
type Domain = 'real' | 'positive' | 'small';

const LEVELS = 512;

/** Draws shapes and values for one sample. All real values are distinct and none is within 0.001 of 0: no kinks there. */
export class Draw {
  readonly #g: fc.GeneratorValue;
  readonly #levels: readonly number[];
  #used = 0;

  constructor(g: fc.GeneratorValue) {
    this.#g = g;
    const levels = Array.from({ length: LEVELS }, (_, i) => i);
    this.#levels = randomStream(g(fc.nat), 'levels').reader().shuffle(levels);
  }

  integer(min: number, max: number): number {
    return this.#g(fc.integer, { min, max });
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)]!;
  }

  boolean(): boolean {
    return this.pick([false, true]);
  }

  shape(minRank = 0, maxRank = 3): number[] {
    return Array.from({ length: this.integer(minRank, maxRank) }, () => this.integer(1, 3));
  }

  /** A shape that broadcasts to `shape`: some axes 1, some leading ones missing. */
  narrower(shape: readonly number[]): number[] {
    const sizes = shape.map((size) => (this.integer(0, 2) === 0 ? 1 : size));
    return sizes.slice(this.integer(0, 2) === 0 ? this.integer(0, sizes.length) : 0);
  }

  /** Two shapes that broadcast with each other. */
  pair(maxRank = 3): [number[], number[]] {
    const shape = this.shape(0, maxRank);
    return [this.narrower(shape), this.narrower(shape)];
  }

  reals(shape: readonly number[], domain: Domain = 'real'): Operand {
    const data = Float64Array.from({ length: count(shape) }, () => this.#real(domain));
    return { type: 'float', shape, data };
  }

  /** Integers in [0, bound). */
  integers(shape: readonly number[], bound: number): Operand {
    const data = Float64Array.from({ length: count(shape) }, () => this.integer(0, bound - 1));
    return { type: 'int64', shape, data };
  }

  booleans(shape: readonly number[]): Operand {
    return { ...this.integers(shape, 2), type: 'bool' };
  }

  /** Values that float32 holds exactly, so that both precisions compute from the same numbers. */
  #real(domain: Domain): number {
    const level = this.#levels[this.#used++];
    if (level === undefined) throw new Error(`a sample has at most ${LEVELS} real values`);
    const x = (level + 0.5 + 0.2 * Math.sin(level)) / (LEVELS / 2) - 1;
    return Math.fround({ real: 2 * x, positive: Math.exp(x), small: 0.99 * x }[domain]);
  }
}

/** Numbers as sizes. */
export const PLAIN: Sizes = {
  of: (size) => size,
  product: (...sizes) => multiplyDims(sizes),
  sum: (...sizes) => addDims(sizes),
};

function symbol(size: number): Dim {
  return size < 2 ? size : `n${size}`;
}

/** A symbol for each size but 0 and 1, which broadcast. */
export const SYMBOLIC: Sizes = {
  of: symbol,
  product: (...sizes) => multiplyDims(sizes.map(symbol)),
  sum: (...sizes) => addDims(sizes.map(symbol)),
};
