/** @file Runs a kind's loss and its gradients in float64 on small random parameters. */
import {
  type DictionaryConfig,
  type TrainingLoss,
  trainedKindOf,
} from '../../src/dictionary/index.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import {
  compile,
  constant,
  gradients,
  type HostTensor,
  input,
  randomStream,
} from '../../src/tensor/index.ts';
import type { Matrix, Parameters, PlainBatch } from './plainKinds.ts';

const runtime = nodeRuntime({ threads: 1 });

/** Normal numbers. */
export function random(seed: number, name: string, rows: number, columns: number): Matrix {
  const stream = randomStream(seed, name);
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => stream.normal(i * columns + j)),
  );
}

/** Random parameters of a kind; thresholds are positive. */
export function parametersOf(config: DictionaryConfig, seed: number): Parameters {
  const shapes = trainedKindOf(config.architecture).shapes(config);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const [rows, columns] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!];
      const values = random(seed, name, rows, columns);
      const scale = name.startsWith('W') ? 0.6 : 0.3;
      const placed = name === 'threshold' ? Math.abs : (value: number) => value;
      return [name, values.map((row) => row.map((value) => placed(value) * scale))];
    }),
  );
}

export function batchOf(config: DictionaryConfig, seed: number, dead?: boolean[]): PlainBatch {
  const x = random(seed, 'x', 6, config.d_in);
  const target = config.d_out === undefined ? x : random(seed, 'target', 6, config.d_out);
  return { x, target, config, sparsity: 0.7, ...(dead && { dead }) };
}

function host(matrix: Matrix, shape: readonly number[]): HostTensor {
  return runtime.tensor('float64', Float64Array.from(matrix.flat()), shape);
}

function shapeIn(name: string, matrix: Matrix): number[] {
  return name.startsWith('W_') ? [matrix.length, matrix[0]!.length] : [matrix[0]!.length];
}

/** What the graph gives: the loss, its gradients by parameter, and what is followed. */
export interface GraphResult {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, number[]>>;
  readonly followed: Readonly<Record<string, number[]>>;
  readonly latents: number[];
}

export async function runKind(batch: PlainBatch, p: Parameters): Promise<GraphResult> {
  const { config } = batch;
  const names = Object.keys(p);
  const weights = new Map(
    names.map((name) => [name, input(name, 'float64', shapeIn(name, p[name]!))]),
  );
  const x = input('x', 'float64', [batch.x.length, config.d_in]);
  const result: TrainingLoss = trainedKindOf(config.architecture).training.loss({
    x,
    target: input('target', 'float64', [batch.x.length, config.d_out ?? config.d_in]),
    weight: (name) => weights.get(name)!,
    config,
    sparsity: constant(batch.sparsity, [], 'float64'),
    dead: batch.dead && constant(batch.dead.map(Number), [config.d_sae]).greater(0),
  });
  const grads = gradients(result.loss, [...weights.values()]);
  const followed = Object.entries(result.followed ?? {});
  const outputs = {
    loss: result.loss,
    latents: result.latents,
    ...Object.fromEntries(names.map((name, i) => [`grad.${name}`, grads[i]!])),
    ...Object.fromEntries(followed.map(([name, tensor]) => [`followed.${name}`, tensor])),
  };
  const program = await compile({ runtime, outputs });
  const feeds = {
    x: host(batch.x, [batch.x.length, batch.x[0]!.length]),
    target: host(batch.target, [batch.target.length, batch.target[0]!.length]),
    ...Object.fromEntries(names.map((name) => [name, host(p[name]!, shapeIn(name, p[name]!))])),
  };
  const out: Record<string, HostTensor> = await program.run(feeds);
  await program.release();
  const numbers = (name: string) => Array.from(out[name]!.data as Float64Array);
  return {
    loss: numbers('loss')[0]!,
    latents: numbers('latents'),
    gradients: Object.fromEntries(names.map((name) => [name, numbers(`grad.${name}`)])),
    followed: Object.fromEntries(followed.map(([name]) => [name, numbers(`followed.${name}`)])),
  };
}
