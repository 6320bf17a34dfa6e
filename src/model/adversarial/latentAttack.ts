/**
 * @file Attacks on activations: perturbations of a prompt's residual streams, within a ball at each token, that
 * make a completion likely or unlikely (Casper et al. 2024, "Defending Against Unforeseen Failure Modes with
 * Latent Adversarial Training"; targeted: Sheshadri et al. 2024, "Targeted Latent Adversarial Training").
 */
import { AdamW, badUsage } from '../../tensor/index.ts';
import { checkHook, type HookName, hookSizes } from '../hooks.ts';
import type { LanguageModel } from '../languageModel.ts';
import type { Lora } from '../lora.ts';
import { ExampleRows, type LatentExample } from './examples.ts';
import { attackLoss, type LossWeights } from './loss.ts';

export interface LatentAttackOptions {
  /** Hook points of width d that are perturbed at once. Default: the embedding and the residual stream of every second layer. */
  readonly at?: readonly HookName[];
  /** Largest norm of a perturbation at one token. */
  readonly radius: number;
  /** Steps of projected ascent. Default 16. */
  readonly steps?: number;
  /** Step size of each coordinate (Adam). Default: an eighth of the radius over the root of d. */
  readonly learningRate?: number;
  /**
   * Whether the attack aims at the unwanted completion: half its loss is that completion's cross-entropy, half
   * -log(1 - p) of the wanted one. Otherwise it only makes the wanted one unlikely. Default: where every example
   * has an unwanted completion.
   */
  readonly targeted?: boolean;
  /** Adapters with which the model runs. */
  readonly lora?: Lora;
}

/** A perturbation and what it did. */
export interface LatentAttack {
  /** By hook point: [examples, length, d], 0 behind the prompts. */
  readonly perturbations: ReadonlyMap<HookName, Float32Array>;
  /** The attack's loss before and after: smaller is a stronger attack. */
  readonly before: number;
  readonly after: number;
}

/** Options with nothing left open. */
export type FullAttack = Required<Omit<LatentAttackOptions, 'lora'>>;

/** @throws TouchstoneError where an option is wrong */
export function fullAttack(
  { config }: LanguageModel,
  rows: ExampleRows,
  options: LatentAttackOptions,
): FullAttack {
  const { at = defaultPlaces(config.num_hidden_layers), radius, steps = 16 } = options;
  const { learningRate = radius / (8 * Math.sqrt(config.hidden_size)) } = options;
  const { targeted = rows.targeted } = options;
  for (const hook of at) {
    const sizes = hookSizes(checkHook(hook, config), config);
    if (sizes?.length === 1 && sizes[0] === config.hidden_size) continue;
    badUsage(`an attack at '${hook}'`, `name hook points of width ${config.hidden_size}`);
  }
  if (at.length === 0) badUsage('an attack at no hook point', 'name one or more');
  if (!(radius > 0 && Number.isFinite(radius))) badUsage(`radius ${radius}`, 'it is above 0');
  if (!Number.isSafeInteger(steps) || steps < 0) {
    badUsage(`${steps} steps of attack`, 'steps is a whole number from 0');
  }
  if (!(learningRate > 0)) badUsage(`learning rate ${learningRate}`, 'it is above 0');
  if (targeted && !rows.targeted) {
    badUsage('a targeted attack', 'every example needs an unwanted completion');
  }
  return { at, radius, steps, learningRate, targeted };
}

function defaultPlaces(layers: number): HookName[] {
  const blocks = Array.from({ length: Math.ceil(layers / 2) }, (_, i) => 2 * i);
  return ['hook_embed', ...blocks.map((layer): HookName => `blocks.${layer}.hook_resid_post`)];
}

/**
 * Searches perturbations of every example's prompt, from none, by Adam and projection to the ball.
 *
 * @throws TouchstoneError where an example or an option is wrong
 */
export async function latentAttack(
  model: LanguageModel,
  examples: readonly LatentExample[],
  options: LatentAttackOptions,
): Promise<LatentAttack> {
  const rows = new ExampleRows(examples, model.config);
  return attackRows(model, rows, fullAttack(model, rows, options), options.lora);
}

/** {@link latentAttack} of rows, with its options filled in. */
export async function attackRows(
  model: LanguageModel,
  rows: ExampleRows,
  options: FullAttack,
  lora?: Lora,
): Promise<LatentAttack> {
  const { at, steps, learningRate, radius } = options;
  const d = model.config.hidden_size;
  const perturbations = nothing(model, rows, at);
  const optimizer = new AdamW(perturbations, { betas: [0.9, 0.999] });
  const weights = attackWeights(rows, options.targeted);
  let before = 0;
  let after = 0;
  for (let step = 0; step <= steps; step++) {
    const { loss, gradients } = await attackLoss(model, rows, perturbations, weights, lora);
    if (step === 0) before = loss;
    after = loss;
    if (step === steps) break;
    for (const of of gradients.values()) clearBehindPrompts(of, rows, d);
    optimizer.step(gradients as Map<HookName, Float32Array>, learningRate);
    for (const of of perturbations.values()) project(of, d, radius);
  }
  return { perturbations, before, after };
}

/** Perturbations of 0. */
export function nothing(
  { config }: LanguageModel,
  { examples, length }: ExampleRows,
  at: readonly HookName[],
): Map<HookName, Float32Array> {
  const size = examples.length * length * config.hidden_size;
  return new Map(at.map((hook) => [hook, new Float32Array(size)]));
}

/** The loss that an attack makes small. */
function attackWeights(rows: ExampleRows, targeted: boolean): LossWeights {
  const none = new Float32Array(rows.rows.length * rows.length);
  if (!targeted) return { toward: rows.weights('wanted', -1), away: none };
  return { toward: rows.weights('unwanted', 0.5), away: rows.weights('wanted', 0.5) };
}

/** A perturbation acts on prompts only. */
function clearBehindPrompts(of: Float32Array, { examples, length }: ExampleRows, d: number): void {
  examples.forEach(({ prompt }, i) => {
    of.fill(0, (i * length + prompt.length) * d, (i + 1) * length * d);
  });
}

/** Scales each token's vector down to the radius where it is longer. */
function project(of: Float32Array, d: number, radius: number): void {
  for (let start = 0; start < of.length; start += d) {
    let square = 0;
    for (let i = start; i < start + d; i++) square += of[i]! * of[i]!;
    const factor = radius / Math.sqrt(square);
    if (factor < 1) for (let i = start; i < start + d; i++) of[i] = of[i]! * factor;
  }
}
