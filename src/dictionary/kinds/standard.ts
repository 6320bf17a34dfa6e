/** @file The plain sparse autoencoder: ReLU latents, an L1 penalty (Bricken et al. 2023, "Towards Monosemanticity"). */
import type { TrainedKind, TrainingBatch, TrainingLoss } from '../kind.ts';
import {
  autoencoderShapes,
  initialAutoencoder,
  linearDecode,
  preActivations,
  squaredError,
} from './autoencoder.ts';
import { numberSetting } from './settings.ts';

/** E|x - x'|^2 + l1_coefficient E|f|_1: sums over width and latents, means over rows. */
function loss({ x, target, weight, config, sparsity }: TrainingBatch): TrainingLoss {
  const latents = preActivations(x, weight, config).relu();
  const reconstruction = linearDecode(latents, weight);
  const mse = squaredError(target, reconstruction);
  const l1 = latents.sum(-1).mean();
  const penalty = l1.mul(sparsity).mul(numberSetting(config, 'l1_coefficient', 0));
  return { loss: mse.add(penalty), terms: { mse, l1 }, latents, reconstruction };
}

/** ReLU latents. */
export const standard: TrainedKind = {
  name: 'standard',
  shapes: autoencoderShapes,
  encode: (x, weight, config) => preActivations(x, weight, config).relu(),
  decode: linearDecode,
  training: {
    defaults: { apply_b_dec_to_input: true, l1_coefficient: 1 },
    betas: [0.9, 0.999],
    centre: 'zero',
    initialise: initialAutoencoder,
    loss,
    inInputUnits: ['b_enc'],
  },
};
