/** @file The losses of attacks and of training against them, with gradients by perturbations or by adapters. */
import {
  crossEntropy,
  gradients,
  type HostTensor,
  input,
  type Tensor,
} from '../../tensor/index.ts';
import { forwardGraph, sequenceInputs, Taps, weightInputs } from '../forward.ts';
import type { HookName } from '../hooks.ts';
import type { LanguageModel } from '../languageModel.ts';
import type { Lora } from '../lora.ts';
import { adapterFeeds, adapterInputs } from '../training.ts';
import { transformer, unembed } from '../transformer.ts';
import type { ExampleRows, Weighting } from './examples.ts';

type Perturbations = ReadonlyMap<HookName, Float32Array>;

/** How much each position counts, [rows, length]. */
export interface LossWeights {
  /** On the cross-entropy of the next token. */
  readonly toward: Weighting;
  /** On -log(1 - p) of the next token. */
  readonly away: Weighting;
}

export interface LossAndGradients {
  readonly loss: number;
  /** By hook point, or by the adapters' names. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** What is added to p before -log(1 - p), so that a certain token has a finite loss. */
const LEAST = 1e-6;

/** An attack's loss and its gradient by the perturbations. */
export async function attackLoss(
  model: LanguageModel,
  rows: ExampleRows,
  perturbations: Perturbations,
  weights: LossWeights,
  lora?: Lora,
): Promise<LossAndGradients> {
  return lossOf(model, rows, perturbations, weights, lora, 'perturbations');
}

/** The same loss and its gradient by the adapters. */
export async function adapterLoss(
  model: LanguageModel,
  rows: ExampleRows,
  perturbations: Perturbations,
  weights: LossWeights,
  lora: Lora,
): Promise<LossAndGradients> {
  return lossOf(model, rows, perturbations, weights, lora, 'adapters');
}

async function lossOf(
  model: LanguageModel,
  rows: ExampleRows,
  perturbations: Perturbations,
  weights: LossWeights,
  lora: Lora | undefined,
  by: 'perturbations' | 'adapters',
): Promise<LossAndGradients> {
  const hooks = [...perturbations.keys()];
  const names = by === 'adapters' ? [...lora!.parameters().keys()] : hooks;
  const key = `latent:${by}:${hooks}:${loraKey(lora)}`;
  const program = model.program<string>(key, { baked: false }, () =>
    attackGraph(model, hooks, lora, by),
  );
  const { runtime } = model;
  const dims = [rows.rows.length, rows.length];
  const out = await program.run({
    ...model.feeds,
    ...adapterFeeds(model, lora),
    ...model.sequenceFeeds(rows.rows),
    ...rows.feeds(runtime),
    ...perturbationFeeds(model, rows, perturbations),
    'latent.toward': runtime.tensor('float32', weights.toward, dims),
    'latent.away': runtime.tensor('float32', weights.away, dims),
  });
  return read(out, names);
}

function read(out: Record<string, HostTensor>, names: readonly string[]): LossAndGradients {
  const data = (name: string) => out[name]!.data as Float32Array;
  const of = names.map((name): [string, Float32Array] => [name, data(gradientOf(name))]);
  return { loss: data('loss')[0]!, gradients: new Map(of) };
}

const gradientOf = (name: string) => `grad.${name}`;

function loraKey(lora: Lora | undefined): string {
  return lora ? `${lora.rank}:${lora.alpha}:${[...lora.pairs.keys()]}` : '';
}

function attackGraph(
  { config }: LanguageModel,
  hooks: readonly HookName[],
  lora: Lora | undefined,
  by: 'perturbations' | 'adapters',
): Record<string, Tensor> {
  const example = input('latent.example', 'int64', ['batch']);
  const deltas = new Map(
    hooks.map((hook) => [
      hook,
      input(`latent.delta.${hook}`, 'float32', ['examples', 'seq', config.hidden_size]),
    ]),
  );
  const changes = new Map(
    hooks.map((hook) => [hook, (x: Tensor) => x.add(deltas.get(hook)!.gather(example))]),
  );
  const { parameters, tensors } = parametersOf(config, lora);
  const { final } = transformer(
    config,
    parameters,
    new Taps([], [], changes),
    sequenceInputs(config),
  );
  const targets = input('latent.targets', 'int64', ['batch', 'seq']);
  const loss = weighted(crossEntropy(unembed(config, parameters, final), targets));
  const wrt = by === 'adapters' ? [...tensors] : [...deltas];
  const of = gradients(
    loss,
    wrt.map(([, tensor]) => tensor),
  );
  return { loss, ...Object.fromEntries(wrt.map(([name], i) => [gradientOf(name), of[i]!])) };
}

function parametersOf(config: LanguageModel['config'], lora: Lora | undefined) {
  const { weight } = weightInputs(config);
  if (!lora) return { parameters: { weight }, tensors: new Map<string, Tensor>() };
  const { adapted, tensors } = adapterInputs(lora);
  return { parameters: { weight, adapted }, tensors };
}

/** Sum of weights times the cross-entropy l, and of others times -log(1 - e^-l). */
function weighted(losses: Tensor): Tensor {
  const shape = losses.shape;
  const toward = losses.mul(input('latent.toward', 'float32', shape)).sum();
  const unlikely = losses
    .neg()
    .exp()
    .neg()
    .add(1 + LEAST)
    .log()
    .neg();
  return toward.add(unlikely.mul(input('latent.away', 'float32', shape)).sum());
}

/** Mean over rows and positions of KL(model without adapters || with them), in nats, and its gradient by the adapters. */
export async function divergenceLoss(
  model: LanguageModel,
  rows: readonly (readonly number[])[],
  lora: Lora,
): Promise<LossAndGradients> {
  const program = model.program<string>(
    `latent:divergence:${loraKey(lora)}`,
    { baked: false },
    () => {
      const { config } = model;
      const inputs = sequenceInputs(config);
      const { parameters, tensors } = parametersOf(config, lora);
      const own = forwardGraph(config, inputs, [], [], parameters).logits().logSoftmax();
      const plain = forwardGraph(config, inputs, [], [], { weight: parameters.weight });
      const before = plain.logits().logSoftmax();
      const loss = before.exp().mul(before.sub(own)).sum(-1).mean();
      const of = gradients(loss, [...tensors.values()]);
      return {
        loss,
        ...Object.fromEntries([...tensors.keys()].map((name, i) => [gradientOf(name), of[i]!])),
      };
    },
  );
  const feeds = { ...model.feeds, ...adapterFeeds(model, lora), ...model.sequenceFeeds(rows) };
  return read(await program.run(feeds), [...lora.parameters().keys()]);
}

/** Perturbations as feeds. */
function perturbationFeeds(
  { config, runtime }: LanguageModel,
  { examples, length }: ExampleRows,
  perturbations: ReadonlyMap<HookName, Float32Array>,
): Record<string, HostTensor> {
  const dims = [examples.length, length, config.hidden_size];
  return Object.fromEntries(
    [...perturbations].map(([hook, data]) => [
      `latent.delta.${hook}`,
      runtime.tensor('float32', data, dims),
    ]),
  );
}
