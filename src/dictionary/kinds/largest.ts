/** @file Latents of either sign, of which only the largest may be kept. */
import type { Tensor } from '../../tensor/index.ts';
import type { DictionaryConfig, WeightOf } from '../kind.ts';
import { preActivations } from './autoencoder.ts';
import { sameWidthShapes } from './clustering.ts';
import { wholeSetting } from './settings.ts';
import { spread } from './spread.ts';

/** Shapes of a kind that keeps the `k` largest latents, where the config has such a setting. */
export function largestShapes(config: DictionaryConfig) {
  if (config.k !== undefined) wholeSetting(config, 'k', 1, config.d_sae);
  return sameWidthShapes(config);
}

/** Pre-activations; with a setting `k`, the k of largest magnitude of each row, and 0 for the others. */
export function largest(x: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor {
  const pre = preActivations(x, weight, config);
  if (config.k === undefined || config.k === config.d_sae) return pre;
  const { indices } = pre.abs().topK(Number(config.k));
  return spread(pre.gatherLast(indices), indices, pre);
}
