/**
 * @file The Matryoshka BatchTopK autoencoder (Bussmann et al. 2025, "Learning Multi-Level Features with
 * Matryoshka Sparse Autoencoders"): each of several nested prefixes of the latents is to reconstruct alone.
 */
import { badInput, type Tensor } from '../../tensor/index.ts';
import type {
  DictionaryConfig,
  TrainedKind,
  TrainingBatch,
  TrainingLoss,
  WeightOf,
} from '../kind.ts';
import { preActivations, squaredError } from './autoencoder.ts';
import { batchTopk, batchTopLatents, followedThreshold } from './batchTopk.ts';
import { withAuxiliary } from './topk.ts';

/** Sizes of the prefixes, rising to all latents; by default a sixteenth, an eighth, a quarter, a half and all. */
export function prefixWidths(config: DictionaryConfig): number[] {
  const { d_sae, matryoshka_widths: given } = config;
  if (given === undefined) {
    const widths = [16, 8, 4, 2, 1].map((parts) => Math.ceil(d_sae / parts));
    return [...new Set(widths)];
  }
  const rises = (width: unknown, i: number, all: unknown[]) =>
    Number.isSafeInteger(width) && Number(width) > Number(all[i - 1] ?? 0);
  if (Array.isArray(given) && given.every(rises) && given.at(-1) === d_sae) return given;
  return badInput(
    `a ${config.architecture} dictionary has matryoshka_widths ${JSON.stringify(given)}`,
    `they are whole numbers that rise to d_sae, ${d_sae}`,
  );
}

/** What each prefix of the latents reconstructs, the shortest first. */
export function prefixReconstructions(
  latents: Tensor,
  weight: WeightOf,
  config: DictionaryConfig,
): Tensor[] {
  const decoder = weight('W_dec');
  let [sum, from] = [weight('b_dec'), 0];
  return prefixWidths(config).map((to) => {
    sum = sum.add(latents.slice(1, from, to).matmul(decoder.slice(0, from, to)));
    from = to;
    return sum;
  });
}

/** The mean of E|x - x'|^2 over the prefixes, and the loss of dead latents; `mse` is that of all latents. */
function loss(batch: TrainingBatch): TrainingLoss {
  const { x, target, weight, config } = batch;
  const pre = preActivations(x, weight, config);
  const latents = batchTopLatents(pre, config);
  const reconstructions = prefixReconstructions(latents, weight, config);
  const errors = reconstructions.map((reconstruction) => squaredError(target, reconstruction));
  const prefixes = errors.reduce((sum, error) => sum.add(error)).div(errors.length);
  const terms = { mse: errors.at(-1)!, prefixes };
  const followed = { threshold: followedThreshold(latents, batch) };
  const reconstruction = reconstructions.at(-1)!;
  return withAuxiliary({ loss: prefixes, terms, latents, reconstruction, followed }, pre, batch);
}

/** BatchTopK with nested prefixes. */
export const matryoshka: TrainedKind = {
  ...batchTopk,
  name: 'matryoshka_batchtopk',
  shapes: (config) => {
    prefixWidths(config);
    return batchTopk.shapes(config);
  },
  training: { ...batchTopk.training, loss },
};
