/** @file The TopK autoencoder (Gao et al. 2024, "Scaling and evaluating sparse autoencoders"): the k largest latents of each row. */
import type { Tensor } from '../../tensor/index.ts';
import type { DictionaryConfig, TrainedKind, TrainingBatch, TrainingLoss } from '../kind.ts';
import {
  autoencoderShapes,
  initialAutoencoder,
  linearDecode,
  preActivations,
  squaredError,
} from './autoencoder.ts';
import { auxiliaryLoss } from './deadLatents.ts';
import { numberSetting, wholeSetting } from './settings.ts';
import { spread } from './spread.ts';

/** How many latents are active, checked. */
export function kOf(config: DictionaryConfig): number {
  return wholeSetting(config, 'k', 1, config.d_sae);
}

function topLatents(pre: Tensor, config: DictionaryConfig): Tensor {
  const { values, indices } = pre.topK(kOf(config));
  return spread(values.relu(), indices, pre);
}

/** E|x - x'|^2 + aux_loss_coefficient times the loss of dead latents, where there are any. */
function loss(batch: TrainingBatch): TrainingLoss {
  const { x, target, weight, config } = batch;
  const pre = preActivations(x, weight, config);
  const latents = topLatents(pre, config);
  const reconstruction = linearDecode(latents, weight);
  const mse = squaredError(target, reconstruction);
  return withAuxiliary({ loss: mse, terms: { mse }, latents, reconstruction }, pre, batch);
}

/** Adds the loss of dead latents, where there are any. */
export function withAuxiliary(
  result: TrainingLoss,
  pre: Tensor,
  batch: TrainingBatch,
): TrainingLoss {
  const coefficient = numberSetting(batch.config, 'aux_loss_coefficient', 0);
  if (!batch.dead || coefficient === 0) return result;
  const auxiliary = auxiliaryLoss(pre, batch.dead, result.reconstruction, batch);
  return {
    ...result,
    loss: result.loss.add(auxiliary.mul(coefficient)),
    terms: { ...result.terms, auxiliary },
  };
}

/** The k largest latents of each row, cut off at 0. */
export const topk: TrainedKind = {
  name: 'topk',
  shapes: (config) => {
    kOf(config);
    return autoencoderShapes(config);
  },
  encode: (x, weight, config) => topLatents(preActivations(x, weight, config), config),
  decode: linearDecode,
  training: {
    defaults: { apply_b_dec_to_input: true, k: 32, aux_loss_coefficient: 1 / 32 },
    betas: [0.9, 0.999],
    centre: 'median',
    initialise: initialAutoencoder,
    loss,
    inInputUnits: ['b_enc'],
  },
};
