/** @file Dictionaries as graphs: latents of activations, and what is left of activations, inputs scaled as the config says. */
import { type InputScaling, isInputScaling, scaledInput } from '../model/edits/scaling.ts';
import { badInput, type Tensor } from '../tensor/index.ts';
import type { DictionaryConfig, WeightOf } from './kind.ts';
import { kindOf } from './kinds/index.ts';

/** How activations are scaled before they are encoded; undefined where they are not. */
export function inputScalingOf(config: DictionaryConfig): InputScaling | undefined {
  const { normalize_activations: name = 'none' } = config;
  if (name === 'none') return undefined;
  if (isInputScaling(name)) return name;
  return badInput(
    `a ${config.architecture} dictionary has normalize_activations ${JSON.stringify(name)}`,
    "it is 'none', 'layer_norm' or 'constant_norm_rescale'",
  );
}

/** Latents [n, d_sae] of activations [n, d_in]. */
export function latentsOf(x: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor {
  const { scaled } = scaledInput(x, inputScalingOf(config));
  return kindOf(config.architecture).encode(scaled, weight, config);
}

/**
 * What latents [n, d_sae] of activations x [n, d_in] make of them, [n, d_out]: decoded, in x's own scale, with the
 * linear map of x that some transcoders add. As in SAELens, what a transcoder decodes is scaled by nothing.
 */
export function reconstructionOf(
  x: Tensor,
  latents: Tensor,
  weight: WeightOf,
  config: DictionaryConfig,
): Tensor {
  const kind = kindOf(config.architecture);
  const decoded = kind.decode(latents, weight, config);
  const { restored } = scaledInput(x, transcodes(config) ? undefined : inputScalingOf(config));
  const own = restored(decoded);
  return kind.skip ? own.add(kind.skip(x, weight)) : own;
}

/** Whether another place is decoded than is encoded. */
export function transcodes({ architecture, d_out }: DictionaryConfig): boolean {
  return d_out !== undefined || architecture.endsWith('transcoder');
}
