/**
 * @file Preference training of adapters: direct preference optimization (Rafailov et al. 2023, equation 7), without a
 * reward model, and beside it the likelihood of chosen answers (Pang et al. 2024), without which both may become unlikely.
 */
import {
  AdamW,
  badUsage,
  compile,
  crossEntropy,
  type Feeds,
  globalNorm,
  gradients,
  input,
  type Program,
  type Reporter,
  silent,
  TouchstoneError,
} from '../tensor/index.ts';
import { forwardGraph, sequenceInputs, tokenTensor, weightInputs } from './forward.ts';
import type { LanguageModel } from './languageModel.ts';
import type { Lora } from './lora.ts';
import { adapterFeeds, adapterInputs } from './training.ts';

/** A prompt and two answers to it, as tokens: the first is to become likelier than the second. */
export interface Preference {
  readonly prompt: readonly number[];
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
}

export interface PreferenceOptions {
  readonly steps: number;
  /** The pairs of a step. */
  readonly batch: (step: number) => readonly Preference[];
  readonly learningRate: number;
  /** How strongly the policy is held to its beginning: beta of equation 7. Default 0.1. */
  readonly beta?: number;
  /** Weight of the mean surprise at tokens of chosen answers beside it, in nats a token. Default 1; 0: none. */
  readonly imitation?: number;
  /** What is trained, beside frozen weights. */
  readonly lora: Lora;
  readonly reporter?: Reporter;
  /** Called after each step with its mean loss: of preference, log 2 where nothing is preferred yet, and of imitation. */
  readonly onStep?: (step: number, loss: number) => void | Promise<void>;
}

/** The largest norm of a step's gradient. */
const CLIP = 1;

/**
 * Trains adapters until chosen answers are likelier than rejected ones, by more than with the adapters as they are
 * now (the reference). The loss of a pair is softplus(-beta (m - m_ref)), m being log p(chosen) - log p(rejected);
 * to it comes `imitation` times the mean surprise at the chosen tokens.
 * The learning rate falls linearly to a tenth. Returns the loss of each step.
 *
 * @throws TouchstoneError where an option or a pair is wrong, or a gradient is not finite
 */
export async function trainPreferences(
  model: LanguageModel,
  options: PreferenceOptions,
): Promise<number[]> {
  const { lora, steps, beta = 0.1, imitation = 1, reporter = silent } = options;
  if (!Number.isSafeInteger(steps) || steps < 0)
    badUsage(`${steps} steps`, 'steps is a whole number from 0');
  if (!(beta > 0 && beta < 1e3)) badUsage(`beta ${beta}`, 'beta is above 0');
  if (!(imitation >= 0 && imitation < 1e3)) badUsage(`imitation ${imitation}`, 'it is 0 or more');
  lora.checkFits(model.weights);
  const reference = model.withMerged(lora);
  const trained = lora.parameters();
  const optimizer = new AdamW(trained);
  const program = compilePairs(model, lora, [...trained.keys()], { beta, imitation });
  const losses: number[] = [];
  try {
    for (let step = 0; step < steps; step++) {
      const pairs = options.batch(step);
      const feeds = { ...model.feeds, ...adapterFeeds(model, lora) };
      const batch = pairFeeds(model, pairs, await margins(reference, pairs));
      const { loss, of } = await gradientsOf(await program, { ...feeds, ...batch }, trained.keys());
      const norm = globalNorm(of);
      if (!Number.isFinite(norm)) diverged(step);
      const rate = options.learningRate * (1 - (0.9 * step) / steps);
      optimizer.step(of, rate, norm > CLIP ? CLIP / norm : 1);
      losses.push(loss);
      await options.onStep?.(step, loss);
      const note = `loss ${loss.toFixed(3)}`;
      reporter({ task: 'preferences', done: step + 1, total: steps, unit: 'steps', note });
    }
    return losses;
  } finally {
    await (await program).release();
    await reference.release();
  }
}

function diverged(step: number): never {
  throw new TouchstoneError('failed', `preferences diverged: no finite gradient at step ${step}`, {
    hint: 'lower the learning rate',
  });
}

async function gradientsOf(program: Program, feeds: Feeds, names: Iterable<string>) {
  const out = await program.run(feeds);
  const data = (name: string) => out[name]!.data as Float32Array;
  const of = new Map([...names].map((name) => [name, data(`grad.${name}`)]));
  return { loss: data('loss')[0]!, of };
}

/** Loss and gradients: rows are all chosen texts, then all rejected ones. */
async function compilePairs(
  model: LanguageModel,
  lora: Lora,
  names: readonly string[],
  { beta, imitation }: { readonly beta: number; readonly imitation: number },
): Promise<Program> {
  const adapters = adapterInputs(lora);
  const parameters = { weight: weightInputs(model.config).weight, adapted: adapters.adapted };
  const graph = forwardGraph(model.config, sequenceInputs(model.config), [], [], parameters);
  const counts = input('weights', 'float32', ['batch', 'seq']);
  const losses = crossEntropy(graph.logits(), input('targets', 'int64', ['batch', 'seq']));
  const surprise = losses.mul(counts).sum([1], true);
  const margin = input('pairing', 'float32', ['pairs', 'batch']).matmul(surprise);
  const gain = margin.sub(input('reference', 'float32', ['pairs', 1]));
  const imitated = input('imitated', 'float32', [1, 'batch']).matmul(surprise).sum();
  const loss = gain.mul(-beta).softplus().mean().add(imitated.mul(imitation));
  const grads = gradients(
    loss,
    names.map((name) => adapters.tensors.get(name)!),
  );
  const outputs = {
    loss,
    ...Object.fromEntries(names.map((name, i) => [`grad.${name}`, grads[i]!])),
  };
  return compile({ runtime: model.runtime, outputs });
}

/** All texts of a batch, chosen ones first, and how much of each is prompt. */
function textsOf(pairs: readonly Preference[]) {
  const of = (answer: 'chosen' | 'rejected') =>
    pairs.map((pair) => ({ tokens: [...pair.prompt, ...pair[answer]], from: pair.prompt.length }));
  return [...of('chosen'), ...of('rejected')];
}

/** log p(chosen) - log p(rejected) of each pair by a model. */
async function margins(model: LanguageModel, pairs: readonly Preference[]): Promise<number[]> {
  const texts = textsOf(pairs);
  const tokens = texts.map((text) => text.tokens);
  const from = texts.map((text) => text.from);
  const mean = await model.negativeLogLikelihood(tokens, from);
  const total = mean.map((loss, i) => loss * (tokens[i]!.length - from[i]!));
  return pairs.map((_, i) => total[pairs.length + i]! - total[i]!);
}

function pairFeeds(
  model: LanguageModel,
  pairs: readonly Preference[],
  reference: readonly number[],
): Feeds {
  if (
    pairs.some(
      ({ prompt, chosen, rejected }) => !prompt.length || !chosen.length || !rejected.length,
    )
  )
    badUsage('a preference with an empty prompt or answer', 'each has at least one token');
  const texts = textsOf(pairs);
  const length = Math.max(...texts.map(({ tokens }) => tokens.length));
  const rows = texts.map(({ tokens }) => padded(tokens, length));
  const counts = new Float32Array(rows.length * length);
  texts.forEach(({ tokens, from }, row) => {
    counts.fill(1, row * length + from - 1, row * length + tokens.length - 1);
  });
  const pairing = new Float32Array(pairs.length * rows.length);
  pairs.forEach((_, i) => {
    pairing[i * rows.length + i] = -1;
    pairing[i * rows.length + pairs.length + i] = 1;
  });
  const imitated = texts.map(({ tokens, from }, i) =>
    i < pairs.length ? 1 / ((tokens.length - from) * pairs.length) : 0,
  );
  const { runtime } = model;
  return {
    ...model.sequenceFeeds(rows),
    targets: tokenTensor(
      runtime,
      rows.map((row) => padded(row.slice(1), length)),
    ),
    weights: runtime.tensor('float32', counts, [rows.length, length]),
    pairing: runtime.tensor('float32', pairing, [pairs.length, rows.length]),
    imitated: runtime.tensor('float32', Float32Array.from(imitated), [1, rows.length]),
    reference: runtime.tensor('float32', Float32Array.from(reference), [pairs.length, 1]),
  };
}

/** Tokens, then zeros, which causal attention never lets anything before them see. */
function padded(tokens: readonly number[], length: number): number[] {
  return [...tokens, ...new Array<number>(length - tokens.length).fill(0)];
}
