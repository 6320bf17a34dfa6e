/** @file Builds and feeds a model's programs: a full pass over sequences, and one decoding step over a cache. */
import {
  badUsage,
  type HostTensor,
  input,
  multiplyDims,
  type Runtime,
  type Tensor,
} from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import type { BoundEdit } from './edits.ts';
import type { HookName } from './hooks.ts';
import {
  type ForwardInputs,
  type ForwardOutputs,
  type Hooks,
  llama,
  type Parameters,
  unembed,
} from './transformer.ts';
import { weightLayout } from './weights.ts';

/** Weights as graph inputs. */
export function weightInputs(config: ModelConfig): Parameters & { tensors: Map<string, Tensor> } {
  const tensors = new Map(
    weightLayout(config).map(({ name, shape }) => [name, input(name, 'float32', shape)]),
  );
  return { weight: (name) => tensors.get(name)!, tensors };
}

/** Hooks that apply edits and remember what is to be read. */
export class Taps implements Hooks {
  readonly read = new Map<HookName, Tensor>();
  readonly #wanted: ReadonlySet<HookName>;
  readonly #edits: readonly BoundEdit[];

  constructor(wanted: Iterable<HookName>, edits: readonly BoundEdit[]) {
    this.#wanted = new Set(wanted);
    this.#edits = edits;
  }

  at(name: HookName, value: Tensor): Tensor {
    const edited = this.#edits
      .filter((edit) => edit.hook === name)
      .reduce((x, edit) => edit.apply(x), value);
    if (this.#wanted.has(name)) this.read.set(name, edited);
    return edited;
  }

  wants(name: HookName): boolean {
    return this.#wanted.has(name) || this.#edits.some((edit) => edit.hook === name);
  }
}

/** Symbolic inputs of a pass over whole sequences. One mask serves all rows, or each row has its own. */
export function sequenceInputs(
  config: ModelConfig,
  masks: 'shared' | 'perRow' = 'shared',
): ForwardInputs {
  const group = config.num_attention_heads / config.num_key_value_heads;
  return {
    tokens: input('tokens', 'int64', ['batch', 'seq']),
    positions: input('positions', 'int64', ['batch', 'seq']),
    mask: input('mask', 'float32', [
      masks === 'shared' ? 1 : 'batch',
      1,
      multiplyDims([group, 'seq']),
      'seq',
    ]),
    ...ropeInputs(config),
  };
}

function ropeInputs(config: ModelConfig): { cos: Tensor; sin: Tensor } {
  const shape = [config.max_position_embeddings, config.head_dim / 2];
  return { cos: input('rope_cos', 'float32', shape), sin: input('rope_sin', 'float32', shape) };
}

/** Symbolic inputs of one decoding step: one new position over `past` cached ones. */
export function stepInputs(config: ModelConfig): ForwardInputs {
  const { num_hidden_layers: layers, num_key_value_heads: heads, head_dim: d } = config;
  const cache = (what: string) =>
    Array.from({ length: layers }, (_, i) =>
      input(`past.${i}.${what}`, 'float32', ['batch', heads, 'past', d]),
    );
  const group = config.num_attention_heads / heads;
  return {
    tokens: input('tokens', 'int64', ['batch', 1]),
    positions: input('positions', 'int64', ['batch', 1]),
    mask: input('mask', 'float32', [1, 1, group, 1]),
    past: {
      keys: cache('key'),
      values: cache('value'),
      mask: input('past.mask', 'float32', ['batch', 1, 1, 'past']),
    },
    ...ropeInputs(config),
  };
}

/** cos and sin of position times inverse frequency (Su et al. 2021, section 3.2.2), [positions, d_head / 2]. */
export function ropeTables(
  config: ModelConfig,
  runtime: Runtime,
): Record<'rope_cos' | 'rope_sin', HostTensor> {
  const half = config.head_dim / 2;
  const positions = config.max_position_embeddings;
  const [cos, sin] = [new Float32Array(positions * half), new Float32Array(positions * half)];
  for (let i = 0; i < half; i++) {
    const frequency = Math.fround(
      1 / Math.fround(config.rope_theta ** ((2 * i) / config.head_dim)),
    );
    for (let p = 0; p < positions; p++) {
      // Hugging Face forms the angle in float32; at long positions its rounding is visible.
      const angle = Math.fround(p * frequency);
      cos[p * half + i] = Math.cos(angle);
      sin[p * half + i] = Math.sin(angle);
    }
  }
  return {
    rope_cos: runtime.tensor('float32', cos, [positions, half]),
    rope_sin: runtime.tensor('float32', sin, [positions, half]),
  };
}

/** Checks token ids from outside. @throws TouchstoneError naming the first that the model does not have */
export function checkTokenIds(ids: ArrayLike<number>, { vocab_size: vocab }: ModelConfig): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (!(Number.isInteger(id) && id >= 0 && id < vocab)) {
      badUsage(`token id ${id}`, `ids are whole numbers from 0 to ${vocab - 1}`);
    }
  }
}

/** Token ids as an int64 tensor. */
export function tokenTensor(runtime: Runtime, rows: readonly ArrayLike<number>[]): HostTensor {
  const length = rows[0]!.length;
  const data = new BigInt64Array(rows.length * length);
  rows.forEach((row, r) => {
    for (let i = 0; i < length; i++) data[r * length + i] = BigInt(row[i]!);
  });
  return runtime.tensor('int64', data, [rows.length, length]);
}

/** Positions start, start + 1, ... for every row. */
export function positionTensor(
  runtime: Runtime,
  rows: number,
  length: number,
  start = 0,
): HostTensor {
  const data = BigInt64Array.from({ length: rows * length }, (_, i) =>
    BigInt(start + (i % length)),
  );
  return runtime.tensor('int64', data, [rows, length]);
}

/** The causal mask [1, 1, group * seq, seq]: 0 where a row may look, -Infinity elsewhere. */
export function causalMask(config: ModelConfig, runtime: Runtime, seq: number): HostTensor {
  const group = config.num_attention_heads / config.num_key_value_heads;
  const data = new Float32Array(group * seq * seq);
  for (let row = 0; row < group * seq; row++)
    data.fill(Number.NEGATIVE_INFINITY, row * seq + (row % seq) + 1, (row + 1) * seq);
  return runtime.tensor('float32', data, [1, 1, group * seq, seq]);
}

export interface Graph extends ForwardOutputs {
  readonly taps: Taps;
  readonly parameters: Parameters;
  readonly inputs: ForwardInputs;
  logits(of?: Tensor): Tensor;
}

/** The graph of a pass with reads and edits. */
export function forwardGraph(
  config: ModelConfig,
  inputs: ForwardInputs,
  read: Iterable<HookName>,
  edits: readonly BoundEdit[],
  parameters: Parameters = weightInputs(config),
): Graph {
  const taps = new Taps(read, edits);
  const outputs = llama(config, parameters, taps, inputs);
  return {
    ...outputs,
    taps,
    parameters,
    inputs,
    logits: (of = outputs.final) => unembed(config, parameters, of),
  };
}
