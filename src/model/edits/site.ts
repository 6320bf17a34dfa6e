/** @file The place an edit acts at: its sizes, its inputs, and the views in which vectors fit it. */
import {
  badUsage,
  type Dim,
  type HostTensor,
  input,
  type Runtime,
  type Tensor,
} from '../../tensor/index.ts';
import type { ModelConfig } from '../config.ts';
import { type HookName, hookSizes } from '../hooks.ts';
import type { Dictionaries } from './dictionary.ts';
import type { Span } from './span.ts';

/** What an edit sees of the pass besides the value it changes. */
export interface Seen {
  /** The value that an earlier hook point left. */
  value(hook: HookName): Tensor | undefined;
  /** Keeps a tensor [batch] that tells where the edit's condition has fired so far. */
  remember(name: string, fired: Tensor): void;
}

export type Feeds = Record<string, HostTensor>;

/** One kind's part of the graph, and its numbers. */
export interface Change {
  /** What of it is in the graph's structure; numbers are not. */
  readonly key: string;
  /** Whether it sets a value of its own at every position. */
  readonly whole?: boolean;
  apply(x: Tensor, seen: Seen | undefined): Tensor;
  feeds(runtime: Runtime, span: Span): Feeds;
  /** Feeds that are the same in every run. */
  constants?(runtime: Runtime): Feeds;
}

/** What edits of one call share. */
export interface Surroundings {
  readonly config: ModelConfig;
  readonly dictionaries: Dictionaries;
  /** Whether rows hold several texts, each from position 0. */
  readonly packed: boolean;
}

/** Where one edit acts. */
export class Site {
  readonly hook: HookName;
  /** Sizes of one position; undefined for scores and patterns, [batch, head, query, key]. */
  readonly sizes: readonly number[] | undefined;
  /** Prefix of the edit's inputs. */
  readonly name: string;
  readonly around: Surroundings;

  constructor(hook: HookName, name: string, around: Surroundings) {
    this.hook = hook;
    this.sizes = hookSizes(hook, around.config);
    this.name = name;
    this.around = around;
  }

  get #heads(): number {
    return this.around.config.num_attention_heads;
  }

  /** Heads of an activation here; undefined where it has none. */
  get heads(): number | undefined {
    if (!this.sizes) return this.#heads;
    return this.sizes.length === 2 ? this.sizes[0] : undefined;
  }

  /** Numbers of one position; of scores and patterns, one a head. */
  get size(): number {
    return this.sizes?.reduce((a, b) => a * b, 1) ?? this.#heads;
  }

  /** Numbers of one head at one position. */
  get width(): number {
    return this.sizes?.at(-1) ?? 1;
  }

  /** The shape of one position's numbers, so that they broadcast over an activation. */
  get shape(): readonly number[] {
    return this.sizes ?? [this.#heads, 1, 1];
  }

  input(
    what: string,
    shape: readonly Dim[],
    dtype: 'float32' | 'bool' | 'int64' = 'float32',
  ): Tensor {
    return input(`${this.name}.${what}`, dtype, shape);
  }

  feed(runtime: Runtime, what: string, data: Float32Array, dims: readonly number[]): Feeds {
    return { [`${this.name}.${what}`]: runtime.tensor('float32', data, dims) };
  }

  number(runtime: Runtime, what: string, value: number): Feeds {
    return this.feed(runtime, what, Float32Array.of(value), []);
  }

  /** The numbers of one position: as given, or one head's repeated for all. @throws TouchstoneError */
  onePosition(values: Float32Array, what: string): Float32Array {
    const { size, width } = this;
    if (values.length === size) return values;
    if (values.length !== width) {
      badUsage(
        `${what} of ${values.length} numbers ${this.#verb(what)} at '${this.hook}'`,
        this.takes,
      );
    }
    return Float32Array.from({ length: size }, (_, i) => values[i % width]!);
  }

  get takes(): string {
    return this.heads === undefined
      ? `it takes ${this.size}`
      : `it takes ${this.size}, or ${this.width} for each head`;
  }

  #verb(what: string): string {
    return what === 'vector' ? 'added' : 'used';
  }

  /** @throws TouchstoneError where a direction spans neither a position nor a head */
  checkDirection(length: number, what: string): void {
    if (!this.sizes) {
      badUsage(
        `${what} cannot act on '${this.hook}'`,
        "scores and patterns grow with the sequence: 'noise', 'add', 'set', 'scale' and 'mean' act on them",
      );
    }
    if (length !== this.size && length !== this.width) {
      badUsage(`${what} of ${length} numbers at '${this.hook}'`, this.takes);
    }
  }

  /** Applies a function of vectors of `length` numbers: those of whole positions, or of single heads. */
  along(x: Tensor, length: number, change: (vectors: Tensor) => Tensor): Tensor {
    const vectors = this.vectors(x, length);
    const changed = change(vectors);
    return vectors === x ? changed : changed.reshape(...x.shape);
  }

  /** An activation as vectors of `length` numbers. */
  vectors(x: Tensor, length: number): Tensor {
    if (x.shape.at(-1) === length) return x;
    return x.reshape(...x.shape.slice(0, 2), length);
  }

  /** Where a query sees a key, [batch, head, query, key]; undefined for other activations. */
  visible(x: Tensor, seen: Seen | undefined): Tensor | undefined {
    if (this.sizes) return undefined;
    const scores = this.hook.endsWith('hook_pattern') ? seen?.value(scoresOf(this.hook)) : x;
    if (!scores) throw new TypeError(`an edit at '${this.hook}' needs the scores`);
    return scores.greater(Number.NEGATIVE_INFINITY);
  }
}

/** The scores that a pattern is made of. */
export function scoresOf(pattern: HookName): HookName {
  return pattern.replace('hook_pattern', 'hook_attn_scores') as HookName;
}
