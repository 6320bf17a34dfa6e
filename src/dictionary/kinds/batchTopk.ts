/**
 * @file The BatchTopK autoencoder (Bussmann, Leask and Nanda 2024, "BatchTopK Sparse Autoencoders"): k latents
 * a row on average, the largest of the whole batch. Outside training a row is encoded alone, by a threshold
 * that follows the smallest latent kept.
 */
import { constant, type Tensor } from '../../tensor/index.ts';
import type { DictionaryConfig, TrainedKind, TrainingBatch, TrainingLoss } from '../kind.ts';
import {
  filled,
  initialAutoencoder,
  linearDecode,
  preActivations,
  squaredError,
} from './autoencoder.ts';
import { thresholdEncode, thresholdShapes } from './jumprelu.ts';
import { numberSetting } from './settings.ts';
import { kOf, withAuxiliary } from './topk.ts';

/** A threshold before its first batch. */
const UNSET = -1;

/** The n k largest positive latents of a batch of n rows; where several tie for the last place, all of them. */
export function batchTopLatents(pre: Tensor, config: DictionaryConfig): Tensor {
  const [rows, width] = pre.shape;
  if (typeof rows !== 'number' || typeof width !== 'number') {
    throw new TypeError(`batchtopk: a batch of ${rows} rows; expected a fixed number`);
  }
  const positive = pre.relu();
  const count = rows * kOf(config);
  const { values } = positive.reshape(rows * width).topK(count);
  const last = values.slice(0, count - 1, count).stopGradient();
  return positive.greaterEqual(last).where(positive, 0);
}

/** The threshold after a batch: a step of topk_threshold_lr towards the smallest active latent. */
export function followedThreshold(
  latents: Tensor,
  { weight, config }: Pick<TrainingBatch, 'weight' | 'config'>,
): Tensor {
  const rate = numberSetting(config, 'topk_threshold_lr', 0);
  const before = weight('threshold').stopGradient();
  const none = constant(Number.POSITIVE_INFINITY, [], latents.dtype);
  const smallest = latents.greater(0).where(latents, none).min().stopGradient();
  const moved = before.add(smallest.sub(before).mul(rate));
  const followed = before.less(0).where(smallest, moved);
  return smallest.equal(none).where(before, followed);
}

function loss(batch: TrainingBatch): TrainingLoss {
  const { x, target, weight, config } = batch;
  const pre = preActivations(x, weight, config);
  const latents = batchTopLatents(pre, config);
  const reconstruction = linearDecode(latents, weight);
  const mse = squaredError(target, reconstruction);
  const followed = { threshold: followedThreshold(latents, batch) };
  const result = { loss: mse, terms: { mse }, latents, reconstruction, followed };
  return withAuxiliary(result, pre, batch);
}

/** The k largest latents a row, on average over a batch. */
export const batchTopk: TrainedKind = {
  name: 'batchtopk',
  shapes: (config) => {
    kOf(config);
    return thresholdShapes(config);
  },
  encode: thresholdEncode,
  decode: linearDecode,
  training: {
    defaults: {
      apply_b_dec_to_input: true,
      k: 32,
      aux_loss_coefficient: 1 / 32,
      topk_threshold_lr: 0.01,
    },
    betas: [0.9, 0.999],
    centre: 'median',
    initialise: (config, stream) =>
      initialAutoencoder(config, stream).set('threshold', filled([config.d_sae], UNSET)),
    loss,
    inInputUnits: ['b_enc', 'threshold'],
    follows: ['threshold'],
    // As SAELens saves it: at inference it is a JumpReLU.
    finish: (config, tensors) => ({ config: { ...config, architecture: 'jumprelu' }, tensors }),
  },
};
