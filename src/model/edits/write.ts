/** @file Edits that write a vector: added to the activation, or put in its place. */
import { badUsage, type Runtime, type Tensor } from '../../tensor/index.ts';
import { numbersOf } from './dictionary.ts';
import type { EditOf } from './schema.ts';
import type { Change, Feeds, Seen, Site } from './site.ts';
import type { Span } from './span.ts';

/** Adds a vector at each position. */
export class Add implements Change {
  readonly key = 'add';
  readonly #site: Site;
  readonly #vector: Float32Array;

  constructor({ vector, scale = 1 }: EditOf<'add'>, site: Site) {
    this.#site = site;
    const numbers = numbersOf(vector, site.around.dictionaries);
    // The product is taken in float64 and rounded once.
    const scaled = Array.isArray(vector)
      ? Float32Array.from(vector, (value) => value * scale)
      : numbers.map((value) => value * scale);
    this.#vector = site.onePosition(scaled, 'vector');
  }

  apply(x: Tensor, seen: Seen | undefined): Tensor {
    const sum = x.add(this.#site.input('vector', this.#site.shape));
    return this.#site.visible(x, seen)?.where(sum, x) ?? sum;
  }

  feeds(runtime: Runtime): Feeds {
    return this.#site.feed(runtime, 'vector', this.#vector, this.#site.shape);
  }
}

/** Puts numbers in place of the activation: one position's at each, or a whole run's. */
export class Replace implements Change {
  readonly whole: boolean;
  readonly #site: Site;
  readonly #value: Float32Array;

  /** @param what the field that `value` comes from */
  constructor(value: readonly number[] | Float32Array, site: Site, what: 'value' | 'vector') {
    const { size, width, sizes, hook } = site;
    const numbers = Float32Array.from(value);
    this.#site = site;
    this.whole = what === 'value' && numbers.length !== size && numbers.length !== width;
    if (this.whole && sizes && numbers.length % size !== 0) {
      badUsage(
        `value of ${numbers.length} numbers set at '${hook}'`,
        `it takes a multiple of ${size}`,
      );
    }
    this.#value = this.whole ? numbers : site.onePosition(numbers, what);
  }

  get key(): string {
    return this.#spread ? 'set' : 'set:one';
  }

  /** Whether it is fed position by position: without an input of that shape a graph may not know its sizes. */
  get #spread(): boolean {
    return this.whole || this.#site.sizes !== undefined;
  }

  apply(x: Tensor, seen: Seen | undefined): Tensor {
    const value = this.#site.input('value', this.#spread ? x.shape : this.#site.shape);
    return this.#site.visible(x, seen)?.where(value, x) ?? value;
  }

  feeds(runtime: Runtime, { rows, length, past = 0 }: Span): Feeds {
    const { sizes, heads, shape } = this.#site;
    const own = sizes ? [length, ...sizes] : [heads!, length, past + length];
    const dims = this.#spread ? [rows.length, ...own] : shape;
    const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
    if (this.whole) this.#checkLength(data.length);
    for (let at = 0; at < data.length; at += this.#value.length) data.set(this.#value, at);
    return this.#site.feed(runtime, 'value', data, dims);
  }

  #checkLength(expected: number): void {
    const { hook, size } = this.#site;
    if (this.#value.length === expected) return;
    badUsage(
      `value of ${this.#value.length} numbers set at '${hook}'`,
      `this run takes ${size} or ${expected}`,
    );
  }
}

/** Multiplies the activation. */
export class Scale implements Change {
  readonly key = 'scale';
  readonly #edit: EditOf<'scale'>;
  readonly #site: Site;

  constructor(edit: EditOf<'scale'>, site: Site) {
    this.#edit = edit;
    this.#site = site;
  }

  /** Masked scores stay masked: -Infinity times zero would be NaN. */
  apply(x: Tensor): Tensor {
    const scaled = x.mul(this.#site.input('factor', []));
    if (!this.#site.hook.endsWith('hook_attn_scores')) return scaled;
    return x.greater(Number.NEGATIVE_INFINITY).where(scaled, x);
  }

  feeds(runtime: Runtime): Feeds {
    return this.#site.number(runtime, 'factor', this.#edit.factor);
  }
}
