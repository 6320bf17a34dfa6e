/**
 * @file The JumpReLU autoencoder (Rajamanoharan et al. 2024, "Jumping Ahead"): a threshold for each latent,
 * trained through a rectangle kernel, and a penalty on the number of active latents.
 */
import type { Tensor } from '../../tensor/index.ts';
import type {
  DictionaryConfig,
  TrainedKind,
  TrainingBatch,
  TrainingLoss,
  WeightOf,
} from '../kind.ts';
import {
  autoencoderShapes,
  filled,
  initialAutoencoder,
  linearDecode,
  preActivations,
  squaredError,
} from './autoencoder.ts';
import { numberSetting } from './settings.ts';
import { inBand, withSlope } from './straightThrough.ts';

/** Shapes of an autoencoder with a threshold for each latent. */
export function thresholdShapes(config: DictionaryConfig) {
  const shapes = autoencoderShapes(config);
  return { ...shapes, threshold: shapes.b_enc };
}

/** ReLU(p) where p is above the latent's threshold, else 0. */
export function thresholdEncode(x: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor {
  const pre = preActivations(x, weight, config);
  return pre.relu().mul(pre.greater(weight('threshold')).cast(pre.dtype));
}

/**
 * E|x - x'|^2 + l0_coefficient E|f|_0. With the kernel K(u) = 1[|u| < 1/2] and a bandwidth e the threshold's
 * gradients are df/dt = -(t / e) K((p - t) / e) and d|f|_0/dt = -(1 / e) K((p - t) / e).
 */
function loss({ x, target, weight, config, sparsity }: TrainingBatch): TrainingLoss {
  const bandwidth = numberSetting(config, 'jumprelu_bandwidth', Number.MIN_VALUE);
  const threshold = weight('threshold');
  const pre = preActivations(x, weight, config);
  const active = pre.greater(threshold).cast(pre.dtype);
  const kernel = inBand(pre.sub(threshold), bandwidth).mul(-1 / bandwidth);
  const latents = withSlope(pre.relu().mul(active), threshold, kernel.mul(threshold));
  const reconstruction = linearDecode(latents, weight);
  const mse = squaredError(target, reconstruction);
  const l0 = withSlope(active, threshold, kernel).sum(-1).mean();
  const penalty = l0.mul(sparsity).mul(numberSetting(config, 'l0_coefficient', 0));
  return { loss: mse.add(penalty), terms: { mse, l0 }, latents, reconstruction };
}

/** Latents that jump from 0 to their threshold. */
export const jumprelu: TrainedKind = {
  name: 'jumprelu',
  shapes: thresholdShapes,
  encode: thresholdEncode,
  decode: linearDecode,
  training: {
    defaults: {
      apply_b_dec_to_input: false,
      l0_coefficient: 1,
      jumprelu_bandwidth: 0.05,
      jumprelu_init_threshold: 0.01,
    },
    betas: [0, 0.999],
    centre: 'zero',
    initialise: (config, stream) =>
      initialAutoencoder(config, stream).set(
        'threshold',
        filled([config.d_sae], numberSetting(config, 'jumprelu_init_threshold', 0)),
      ),
    loss,
    inInputUnits: ['b_enc', 'threshold'],
  },
};
