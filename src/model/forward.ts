/** @file Builds and feeds a model's programs: a full pass over sequences, and one decoding step over a cache. */
import {
  badUsage,
  constant,
  type Dim,
  type HostTensor,
  input,
  multiplyDims,
  type Runtime,
  type Tensor,
} from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import type { BoundEdit, Seen } from './edits.ts';
import type { HookName } from './hooks.ts';
import { ropeTable } from './rope.ts';
import {
  type ForwardInputs,
  type ForwardOutputs,
  type Hooks,
  type Parameters,
  transformer,
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

/** What a caller of its own makes of values at hook points, after the edits there. */
export type Changes = ReadonlyMap<HookName, (value: Tensor) => Tensor>;

/** Hooks that apply edits and remember what is to be read. */
export class Taps implements Hooks, Seen {
  readonly read = new Map<HookName, Tensor>();
  /** Whether each row's condition has fired so far, bool [batch], by the names of edits that remember it. */
  readonly fired = new Map<string, Tensor>();
  readonly #wanted: ReadonlySet<HookName>;
  readonly #edits: readonly BoundEdit[];
  readonly #changes: Changes;
  /** What edits look at elsewhere. */
  readonly #seen = new Map<HookName, Tensor | undefined>();

  constructor(
    wanted: Iterable<HookName>,
    edits: readonly BoundEdit[],
    changes: Changes = new Map(),
  ) {
    this.#wanted = new Set(wanted);
    this.#edits = edits;
    this.#changes = changes;
    for (const name of edits.flatMap((edit) => edit.reads)) this.#seen.set(name, undefined);
  }

  at(name: HookName, value: Tensor): Tensor {
    const own = this.#edits
      .filter((edit) => edit.hook === name)
      .reduce((x, edit) => edit.apply(x, this), value);
    const edited = this.#changes.get(name)?.(own) ?? own;
    if (this.#wanted.has(name)) this.read.set(name, edited);
    if (this.#seen.has(name)) this.#seen.set(name, edited);
    return edited;
  }

  wants(name: HookName): boolean {
    const edited = this.#edits.some((edit) => edit.hook === name);
    const used = this.#wanted.has(name) || this.#seen.has(name);
    return used || edited || this.#changes.has(name);
  }

  value(name: HookName): Tensor | undefined {
    return this.#seen.get(name);
  }

  remember(name: string, fired: Tensor): void {
    this.fired.set(name, fired);
  }
}

/** Symbolic inputs of a pass over whole sequences. One mask serves all rows, or each row has its own. */
export function sequenceInputs(
  config: ModelConfig,
  masks: 'shared' | 'perRow' = 'shared',
): ForwardInputs {
  const group = config.num_attention_heads / config.num_key_value_heads;
  const rows = masks === 'shared' ? 1 : 'batch';
  const shape = [rows, 1, multiplyDims([group, 'seq']), 'seq'];
  return {
    tokens: input('tokens', 'int64', ['batch', 'seq']),
    positions: input('positions', 'int64', ['batch', 'seq']),
    mask: input('mask', 'float32', shape),
    ...(windowOf(config) && { windowMask: input('window_mask', 'float32', shape) }),
    ropes: ropeInputs(config),
  };
}

function ropeInputs({ architecture }: ModelConfig): ForwardInputs['ropes'] {
  return architecture.ropes.map(({ dims }, i) => ({
    cos: input(`rope.${i}.cos`, 'float32', ['table', dims / 2]),
    sin: input(`rope.${i}.sin`, 'float32', ['table', dims / 2]),
  }));
}

/** Symbolic inputs of one decoding step: one new position over `past` cached ones. */
export function stepInputs(config: ModelConfig): ForwardInputs {
  const { num_hidden_layers: layers, num_key_value_heads: heads, head_dim: d } = config;
  const cache = (what: string, shape: readonly Dim[]) =>
    Array.from({ length: layers }, (_, i) =>
      input(`past.${i}.${what}`, 'float32', ['batch', heads, ...shape]),
    );
  const pastMask = (name: string) => input(name, 'float32', ['batch', 1, 1, 'past']);
  const windowed = windowOf(config) !== undefined;
  const mask = constant(0);
  return {
    tokens: input('tokens', 'int64', ['batch', 1]),
    positions: input('positions', 'int64', ['batch', 1]),
    // Every window holds its own position.
    mask,
    ...(windowed && { windowMask: mask }),
    past: {
      keys: cache('key', [d, 'past']),
      values: cache('value', ['past', d]),
      mask: pastMask('past.mask'),
      ...(windowed && { windowMask: pastMask('past.window_mask') }),
    },
    ropes: ropeInputs(config),
  };
}

/** The window of those layers that have one; a model has one size of window. */
export function windowOf({ architecture }: ModelConfig): number | undefined {
  return architecture.layers.find(({ window }) => window !== undefined)?.window;
}

/** Rotary tables that reach `positions` far, as feeds. */
export function ropeFeeds(
  { architecture }: ModelConfig,
  runtime: Runtime,
  positions: number,
): Record<string, HostTensor> {
  const feeds: Record<string, HostTensor> = {};
  architecture.ropes.forEach((rope, i) => {
    const { cos, sin } = ropeTable(rope, positions);
    const shape = [positions, rope.dims / 2];
    feeds[`rope.${i}.cos`] = runtime.tensor('float32', cos, shape);
    feeds[`rope.${i}.sin`] = runtime.tensor('float32', sin, shape);
  });
  return feeds;
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

/** Whether each row may look at each column of [group * seq, seq]: 0, or -Infinity. */
export function causalMask(
  config: ModelConfig,
  runtime: Runtime,
  seq: number,
): Record<string, HostTensor> {
  const group = config.num_attention_heads / config.num_key_value_heads;
  const window = windowOf(config);
  const tensor = (size: number) => {
    const data = new Float32Array(group * seq * seq).fill(Number.NEGATIVE_INFINITY);
    for (let row = 0; row < group * seq; row++) {
      const last = row % seq;
      data.fill(0, row * seq + Math.max(0, last + 1 - size), row * seq + last + 1);
    }
    return runtime.tensor('float32', data, [1, 1, group * seq, seq]);
  };
  return { mask: tensor(seq), ...(window && { window_mask: tensor(window) }) };
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
  const outputs = transformer(config, parameters, taps, inputs);
  return {
    ...outputs,
    taps,
    parameters,
    inputs,
    logits: (of = outputs.final) => unembed(config, parameters, of),
  };
}
