/** @file Steps by one program: the kind's loss and its gradients as a graph. */
import {
  compile,
  gradients,
  type HostTensor,
  input,
  type Program,
  type Runtime,
  type Tensor,
} from '../../tensor/index.ts';
import { type DictionaryConfig, rowsTensor, type TrainingLoss } from '../kind.ts';
import { trainedKindOf } from '../kinds/index.ts';
import type { StepEngine, StepResult, StepSettings } from './engine.ts';
import { type Optimizer, PlainOptimizer } from './optimizer.ts';
import { type Arrays, initialParameters, trainingShapes } from './parameters.ts';
import type { FullPlan } from './plan.ts';
import type { Batch } from './source.ts';

/** Any kind, any device. Holds native memory: close it. */
export class GraphEngine implements StepEngine {
  readonly parameters: Arrays;
  readonly optimizer: Optimizer;
  readonly #config: DictionaryConfig;
  readonly #runtime: Runtime;
  readonly #rows: number;
  readonly #feeds: Readonly<Record<string, HostTensor>>;
  /** With and without the loss of dead latents. */
  readonly #programs = new Map<boolean, Promise<Program>>();

  /**
   * @param rows of every batch
   * @param shared parameters of another engine, and their optimizer
   */
  constructor(
    plan: FullPlan,
    rows: number,
    runtime: Runtime,
    shared?: Pick<StepEngine, 'parameters' | 'optimizer'>,
  ) {
    const { config } = plan;
    const parameters =
      shared?.parameters ?? initialParameters(plan, (length) => new Float32Array(length));
    this.parameters = parameters;
    this.optimizer = shared?.optimizer ?? new PlainOptimizer(plan, parameters);
    this.#config = config;
    this.#runtime = runtime;
    this.#rows = rows;
    const shapes = Object.entries(trainingShapes(config));
    this.#feeds = Object.fromEntries(
      shapes.map(([name, shape]) => [
        name,
        runtime.tensor('float32', parameters.get(name)!, shape),
      ]),
    );
  }

  async run(batch: Batch, { scales, sparsity, dead }: StepSettings): Promise<StepResult> {
    const program = await this.#program(dead !== undefined);
    const scalar = (value: number) => this.#runtime.tensor('float32', Float32Array.of(value), []);
    const out = await program.run({
      ...this.#feeds,
      x: rowsTensor(this.#runtime, batch.x),
      target: rowsTensor(this.#runtime, batch.target ?? batch.x),
      inputScale: scalar(scales.input),
      targetScale: scalar(scales.target),
      sparsity: scalar(sparsity),
      ...(dead && { dead: this.#runtime.tensor('float32', dead, [dead.length]) }),
    });
    return resultOf(out);
  }

  async close(): Promise<void> {
    for (const program of this.#programs.values()) await (await program).release();
    this.#programs.clear();
  }

  #program(dead: boolean): Promise<Program> {
    const known = this.#programs.get(dead) ?? this.#compile(dead);
    this.#programs.set(dead, known);
    return known;
  }

  #compile(dead: boolean): Promise<Program> {
    const { d_in, d_sae, d_out } = this.#config;
    const weights = new Map(
      Object.entries(trainingShapes(this.#config)).map(([name, shape]) => [
        name,
        input(name, 'float32', shape),
      ]),
    );
    const x = input('x', 'float32', [this.#rows, d_in]).mul(input('inputScale', 'float32', []));
    const separate = d_out !== undefined;
    const given = input('target', 'float32', [this.#rows, d_out ?? d_in]);
    const target = separate ? given.mul(input('targetScale', 'float32', [])) : x;
    const turned = weights.get('W_enc')!.transpose();
    const result = trainedKindOf(this.#config.architecture).training.loss({
      x,
      target,
      weight: (name) => (name === 'W_enc' ? turned : weights.get(name)!),
      config: this.#config,
      sparsity: input('sparsity', 'float32', []),
      dead: dead ? input('dead', 'float32', [d_sae]).greater(0) : undefined,
    });
    return compile({ runtime: this.#runtime, outputs: outputsOf(result, target, weights) });
  }
}

function outputsOf(
  result: TrainingLoss,
  target: Tensor,
  weights: ReadonlyMap<string, Tensor>,
): Record<string, Tensor> {
  const { loss, terms, latents, reconstruction, followed = {} } = result;
  const trained = [...weights].filter(([name]) => !(name in followed));
  const grads = gradients(
    loss,
    trained.map(([, tensor]) => tensor),
  );
  const named = (prefix: string, tensors: Readonly<Record<string, Tensor>>) =>
    Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]);
  const fired = latents.greater(0).cast(latents.dtype).sum(0);
  return {
    loss,
    l0: fired.sum().div(latents.shape[0] as number),
    fired,
    rowErrors: target.sub(reconstruction).square().sum(-1),
    variance: target.sub(target.mean(0, true)).square().sum(),
    ...Object.fromEntries(named('term', terms)),
    ...Object.fromEntries(named('followed', followed)),
    ...Object.fromEntries(trained.map(([name], i) => [`gradient.${name}`, grads[i]!])),
  };
}

function resultOf(out: Readonly<Record<string, HostTensor>>): StepResult {
  const data = (name: string) => out[name]!.data as Float32Array;
  const under = (prefix: string): [string, Float32Array][] =>
    Object.keys(out)
      .filter((name) => name.startsWith(`${prefix}.`))
      .map((name) => [name.slice(prefix.length + 1), data(name)]);
  return {
    loss: data('loss')[0]!,
    terms: Object.fromEntries(under('term').map(([name, [value]]) => [name, value!])),
    l0: data('l0')[0]!,
    rowErrors: data('rowErrors'),
    variance: data('variance')[0]!,
    fired: data('fired'),
    gradients: new Map(under('gradient')),
    followed: new Map(under('followed')),
  };
}
