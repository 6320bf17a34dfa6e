/** @file The plain sparse autoencoder: ReLU latents, an L1 penalty (Bricken et al. 2023, "Towards Monosemanticity"). */
import type { Tensor } from '../../tensor/index.ts';
import type { DictionaryConfig, DictionaryKind, WeightOf } from '../kind.ts';

/** Pre-activations (x - b_dec) W_enc + b_enc; b_dec only where the config says so. */
export function preActivations(x: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor {
  const centred = config.apply_b_dec_to_input ? x.sub(weight('b_dec')) : x;
  return centred.matmul(weight('W_enc')).add(weight('b_enc'));
}

/** f W_dec + b_dec. */
export function linearDecode(latents: Tensor, weight: WeightOf): Tensor {
  return latents.matmul(weight('W_dec')).add(weight('b_dec'));
}

/** The tensors that all autoencoders with one encoder matrix share. */
export function autoencoderShapes({ d_in, d_sae, d_out = d_in }: DictionaryConfig) {
  return { W_enc: [d_in, d_sae], b_enc: [d_sae], W_dec: [d_sae, d_out], b_dec: [d_out] };
}

export const standard: DictionaryKind = {
  name: 'standard',
  shapes: autoencoderShapes,
  encode: (x, weight, config) => preActivations(x, weight, config).relu(),
  decode: linearDecode,
};
