/**
 * @file Latent adversarial training: adapters learn to complete prompts as wanted under the strongest
 * perturbations of activations that an attack finds (Casper et al. 2024; targeted: Sheshadri et al. 2024).
 */
import {
  AdamW,
  badUsage,
  globalNorm,
  type Reporter,
  silent,
  TouchstoneError,
} from '../../tensor/index.ts';
import type { LanguageModel } from '../languageModel.ts';
import type { Lora } from '../lora.ts';
import { ExampleRows, type LatentExample } from './examples.ts';
import {
  attackRows,
  type FullAttack,
  fullAttack,
  type LatentAttackOptions,
  nothing,
} from './latentAttack.ts';
import { adapterLoss, divergenceLoss, type LossWeights } from './loss.ts';

export interface LatentTrainingOptions extends Omit<LatentAttackOptions, 'lora'> {
  /** Rounds of attack and defence. */
  readonly rounds: number;
  /** The examples of a round. */
  readonly batch: (round: number) => readonly LatentExample[];
  /** The adapters that are trained, in place. */
  readonly lora: Lora;
  /** Default 1e-3. */
  readonly outerLearningRate?: number;
  /** Updates of the adapters for each attack. Default 4. */
  readonly updates?: number;
  /** Texts on which the model is to stay what it was, and how much that counts. */
  readonly keep?: {
    /** Rows of tokens, those of a round of one length. */
    readonly rows: (round: number) => readonly (readonly number[])[];
    /** Factor of KL(before || after). Default 0.1. */
    readonly weight?: number;
  };
  /** Whether an attack is made at all: without it the same updates are plain fine-tuning, the control. Default true. */
  readonly attack?: boolean;
  readonly reporter?: Reporter;
  /** Called between rounds; may throw to stop. */
  readonly safePoint?: () => Promise<void>;
}

/** What a round was like. */
export interface LatentRound {
  /** The attack's loss before and after it searched. */
  readonly attack: { readonly before: number; readonly after: number } | undefined;
  /** The defence's loss under the attack, at the first and after the last update but one. */
  readonly defence: readonly number[];
}

/**
 * Trains adapters in place. Each round attacks the model with its adapters, then updates them some times under
 * that attack: half the wanted completion's cross-entropy, half -log(1 - p) of the unwanted one where there is one.
 *
 * @throws TouchstoneError where an option or an example is wrong, or a gradient is not finite
 */
export async function latentAdversarialTraining(
  model: LanguageModel,
  options: LatentTrainingOptions,
): Promise<LatentRound[]> {
  const { rounds, lora, reporter = silent } = options;
  checkOptions(options);
  lora.checkFits(model.weights);
  const optimizer = new AdamW(lora.parameters());
  const done: LatentRound[] = [];
  for (let round = 0; round < rounds; round++) {
    const own = await oneRound(model, options, optimizer, round);
    done.push(own);
    const note = `loss under attack ${own.defence.at(-1)!.toFixed(3)}`;
    reporter({
      task: 'latent adversarial training',
      done: round + 1,
      total: rounds,
      unit: 'rounds',
      note,
    });
    await options.safePoint?.();
  }
  return done;
}

async function oneRound(
  model: LanguageModel,
  options: LatentTrainingOptions,
  optimizer: AdamW,
  round: number,
): Promise<LatentRound> {
  const { lora, updates = 4, attack: attacks = true } = options;
  const rows = new ExampleRows(options.batch(round), model.config);
  const full = fullAttack(model, rows, options);
  const attack = attacks ? await attackRows(model, rows, full, lora) : undefined;
  const perturbations = attack?.perturbations ?? nothing(model, rows, full.at);
  const weights = defenceWeights(rows, full);
  const defence: number[] = [];
  for (let update = 0; update < updates; update++) {
    const { loss, gradients } = await adapterLoss(model, rows, perturbations, weights, lora);
    defence.push(loss);
    await step(model, options, optimizer, { round, gradients });
  }
  return { attack: attack && { before: attack.before, after: attack.after }, defence };
}

async function step(
  model: LanguageModel,
  { keep, lora, outerLearningRate = 1e-3 }: LatentTrainingOptions,
  optimizer: AdamW,
  { round, gradients }: { round: number; gradients: ReadonlyMap<string, Float32Array> },
): Promise<void> {
  if (keep) {
    const kept = await divergenceLoss(model, keep.rows(round), lora);
    for (const [name, sum] of gradients)
      addScaled(sum, kept.gradients.get(name)!, keep.weight ?? 0.1);
  }
  const norm = globalNorm(gradients);
  if (!Number.isFinite(norm)) {
    throw new TouchstoneError('failed', `latent adversarial training diverged in round ${round}`, {
      hint: 'lower the learning rate or the radius',
    });
  }
  optimizer.step(gradients, outerLearningRate, norm > 1 ? 1 / norm : 1);
}

function defenceWeights(rows: ExampleRows, { targeted }: FullAttack): LossWeights {
  if (targeted) return { toward: rows.weights('wanted', 0.5), away: rows.weights('unwanted', 0.5) };
  const none = new Float32Array(rows.rows.length * rows.length);
  return { toward: rows.weights('wanted', 1), away: none };
}

function addScaled(sum: Float32Array, part: Float32Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + factor * part[i]!;
}

function checkOptions(options: LatentTrainingOptions): void {
  const { rounds, updates = 4, outerLearningRate = 1e-3 } = options;
  for (const [name, value] of Object.entries({ rounds, updates })) {
    if (!Number.isSafeInteger(value) || value < 1)
      badUsage(`${name} ${value}`, 'it is a whole number from 1');
  }
  if (!(outerLearningRate > 0 && outerLearningRate < 10)) {
    badUsage(`learning rate ${outerLearningRate}`, 'it is above 0');
  }
}
