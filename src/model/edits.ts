/** @file Edits bound to a model: their shape rewrites the graph; their numbers are inputs of it. */
import {
  badUsage,
  constant,
  type Dim,
  type HostTensor,
  input,
  type RandomStream,
  type Runtime,
  randomStream,
  type Tensor,
} from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import { checkNumbers, type Edit, seedOf } from './editSchema.ts';
import { checkHook, type HookName, hookSizes } from './hooks.ts';

export { type Edit, editSchema, parseEdits } from './editSchema.ts';

/**
 * Which positions of which sequences a program run holds. In sampling, the last token of the prompt
 * belongs to the prompt although the first new token is chosen there.
 */
export interface Span {
  /** A number for each row that is the sample's own, whatever its batch. */
  readonly rows: readonly number[];
  /** Position of each row's first column in its sequence. */
  readonly starts: readonly number[];
  /** Columns; in a prompt shorter than this, the rest is padding. */
  readonly length: number;
  /** For each row, positions below this belong to the prompt. */
  readonly promptLengths: readonly number[];
}

/** One edit bound to a model: builds its part of the graph and its feeds. */
export class BoundEdit {
  readonly edit: Edit;
  readonly hook: HookName;
  readonly #sizes: readonly number[] | undefined;
  readonly #name: string;
  readonly #stream: RandomStream;

  /**
   * @param index its place among the run's edits, which names its inputs
   * @param repeat how many noises of the same seed act at the same hook before it
   */
  constructor(edit: Edit, index: number, repeat: number, config: ModelConfig) {
    this.edit = edit;
    this.hook = checkHook(edit.at, config);
    this.#sizes = hookSizes(this.hook, config);
    this.#name = `edit${index}`;
    checkNumbers(edit);
    this.#check();
    this.#stream = randomStream(seedOf(edit), 'noise').at(this.hook, repeat);
  }

  get #size(): number {
    return this.#sizes!.reduce((a, b) => a * b, 1);
  }

  #check(): void {
    const { edit } = this;
    if (!this.#sizes && edit.do !== 'scale') {
      badUsage(
        `'${edit.do}' cannot act on '${this.hook}'`,
        "only 'scale' acts on scores and patterns",
      );
    }
    if (!this.#sizes && (edit.positions ?? 'all') !== 'all') {
      badUsage(
        `positions '${edit.positions}' mean nothing on '${this.hook}'`,
        "use positions 'all'",
      );
    }
    if (edit.do === 'add' && edit.vector.length !== this.#size) {
      badUsage(
        `vector of ${edit.vector.length} numbers added at '${this.hook}'`,
        `it takes ${this.#size}`,
      );
    }
    if (edit.do === 'set' && edit.value.length % this.#size !== 0) {
      badUsage(
        `value of ${edit.value.length} numbers set at '${this.hook}'`,
        `it takes a multiple of ${this.#size}`,
      );
    }
  }

  /** Whether it sets a value of its own at every position. */
  get whole(): boolean {
    return this.edit.do === 'set' && this.edit.value.length > this.#size;
  }

  /** What of the edit is in the graph's structure; its numbers are not. */
  get key(): string {
    const { edit } = this;
    const kind = edit.do === 'noise' ? [edit.relativeTo ?? 'rms', edit.draw ?? 'perStep'] : [];
    return [this.hook, edit.do, edit.positions ?? 'all', ...kind].join(':');
  }

  /** The edited activation. */
  apply(x: Tensor): Tensor {
    const changed = this.#change(x);
    if ((this.edit.positions ?? 'all') === 'all') return changed;
    const lead = x.shape.slice(0, 2);
    const mask = input(`${this.#name}.mask`, 'bool', [...lead, ...this.#sizes!.map(() => 1)]);
    return mask.where(changed, x);
  }

  #change(x: Tensor): Tensor {
    const { edit } = this;
    switch (edit.do) {
      case 'noise':
        return x.add(this.#noise(x));
      case 'add':
        return x.add(this.#input('vector', this.#sizes!));
      case 'set':
        return this.#input('value', x.shape);
      case 'scale':
        return this.#scaled(x, this.#input('factor', []));
    }
  }

  /** Masked scores stay masked: -Infinity times zero would be NaN. */
  #scaled(x: Tensor, factor: Tensor): Tensor {
    if (!this.hook.endsWith('hook_attn_scores')) return x.mul(factor);
    return x.greater(Number.NEGATIVE_INFINITY).where(x.mul(factor), x);
  }

  #noise(x: Tensor): Tensor {
    const { relativeTo = 'rms', draw = 'perStep' } = this.edit as Extract<Edit, { do: 'noise' }>;
    const [batch, seq] = x.shape as [Dim, Dim];
    const noise = this.#input('noise', [batch, draw === 'perStep' ? seq : 1, ...this.#sizes!]);
    const scale = this.#input('scale', []);
    if (relativeTo === 'absolute') return noise.mul(scale);
    const perRoot = constant(1 / Math.sqrt(this.#sizes!.at(-1)!));
    return noise.mul(x.norm(-1, true).mul(scale.mul(perRoot)));
  }

  #input(what: string, shape: readonly Dim[]): Tensor {
    return input(`${this.#name}.${what}`, 'float32', shape);
  }

  /** Values of this edit's inputs for one run. */
  feeds(runtime: Runtime, span: Span): Record<string, HostTensor> {
    const out: Record<string, HostTensor> = this.#numbers(runtime, span);
    const { positions = 'all' } = this.edit;
    if (positions !== 'all') out[`${this.#name}.mask`] = this.#mask(runtime, span, positions);
    return out;
  }

  /** Opens the positions of the prompt, or those after it. */
  #mask(
    runtime: Runtime,
    { starts, length, promptLengths }: Span,
    positions: 'prompt' | 'generated',
  ): HostTensor {
    const mask = new Uint8Array(starts.length * length);
    starts.forEach((start, row) => {
      for (let i = 0; i < length; i++) {
        const inPrompt = start + i < promptLengths[row]!;
        mask[row * length + i] = inPrompt === (positions === 'prompt') ? 1 : 0;
      }
    });
    return runtime.tensor('bool', mask, [starts.length, length, ...this.#sizes!.map(() => 1)]);
  }

  #numbers(runtime: Runtime, span: Span): Record<string, HostTensor> {
    const { edit } = this;
    const number = (what: string, value: number) => ({
      [`${this.#name}.${what}`]: runtime.tensor('float32', Float32Array.of(value), []),
    });
    switch (edit.do) {
      case 'noise':
        return {
          ...number('scale', edit.scale),
          [`${this.#name}.noise`]: this.#draw(runtime, span),
        };
      case 'add': {
        const factor = edit.scale ?? 1;
        const vector = Float32Array.from(edit.vector, (value) => value * factor);
        return { [`${this.#name}.vector`]: runtime.tensor('float32', vector, this.#sizes!) };
      }
      case 'set':
        return { [`${this.#name}.value`]: this.#value(runtime, edit.value, span) };
      case 'scale':
        return number('factor', edit.factor);
    }
  }

  /** The value at every position of every row; one position's is repeated. */
  #value(runtime: Runtime, value: readonly number[], span: Span): HostTensor {
    const dims = [span.rows.length, span.length, ...this.#sizes!];
    const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
    if (this.whole && value.length !== data.length) {
      badUsage(
        `value of ${value.length} numbers set at '${this.hook}'`,
        `this run takes ${this.#size} or ${data.length}`,
      );
    }
    for (let at = 0; at < data.length; at += value.length) data.set(value, at);
    return runtime.tensor('float32', data, dims);
  }

  /** Noise of each row at each position: a function of (seed, hook, row, position) alone. */
  #draw(runtime: Runtime, { rows, starts, length }: Span): HostTensor {
    const frozen = (this.edit as Extract<Edit, { do: 'noise' }>).draw === 'perSequence';
    const columns = frozen ? 1 : length;
    const size = this.#size;
    const data = new Float32Array(rows.length * columns * size);
    rows.forEach((row, i) => {
      const part = data.subarray(i * columns * size, (i + 1) * columns * size);
      this.#stream.at(row).fillNormal(part, frozen ? 0 : starts[i]! * size);
    });
    return runtime.tensor('float32', data, [rows.length, columns, ...this.#sizes!]);
  }
}

/** Binds edits to a model. @throws TouchstoneError where one does not fit it */
export function bindEdits(edits: readonly Edit[], config: ModelConfig): BoundEdit[] {
  const drawn = new Map<string, number>();
  return edits.map((edit, i) => {
    // Two noises at one place are two draws; edits elsewhere change neither.
    const place = `${edit.at} ${seedOf(edit)}`;
    const repeat = drawn.get(place) ?? 0;
    if (edit.do === 'noise') drawn.set(place, repeat + 1);
    return new BoundEdit(edit, i, repeat, config);
  });
}
