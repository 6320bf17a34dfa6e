/** @file Llama (Touvron et al. 2023), TinyLlama, SmolLM, and Mistral with its sliding window. */
import { z } from 'zod';
import { checkShape } from '../json.ts';
import {
  activationOf,
  type Family,
  size,
  standard,
  standardConfig,
  standardParts,
  windowedLayers,
} from './family.ts';

const defaults = {
  ...standard,
  vocab_size: standard.vocab_size.default(32000),
  hidden_size: standard.hidden_size.default(4096),
  num_hidden_layers: standard.num_hidden_layers.default(32),
  num_attention_heads: standard.num_attention_heads.default(32),
  rms_norm_eps: standard.rms_norm_eps.default(1e-6),
  tie_word_embeddings: standard.tie_word_embeddings.default(false),
  bos_token_id: standard.bos_token_id.default(1),
  eos_token_id: standard.eos_token_id.default(2),
  hidden_act: z.string().default('silu'),
};

const llamaSchema = z.looseObject({
  ...defaults,
  intermediate_size: standard.intermediate_size.default(11008),
  max_position_embeddings: standard.max_position_embeddings.default(2048),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
});

export const llama: Family = {
  types: ['llama'],
  parse: (json, name) => {
    const raw = checkShape(llamaSchema, json, name);
    const activation = activationOf(raw.hidden_act, 'hidden_act', name);
    const family = { type: 'llama', architectures: 'LlamaForCausalLM' };
    return standardConfig(family, raw, name, { activation });
  },
  parts: (config) =>
    standardParts(config, {
      attentionBias: config.json.attention_bias === true,
      mlpBias: config.json.mlp_bias === true,
    }),
};

const mistralSchema = z.looseObject({
  ...defaults,
  intermediate_size: standard.intermediate_size.default(14336),
  num_key_value_heads: standard.num_key_value_heads.default(8),
  max_position_embeddings: standard.max_position_embeddings.default(131072),
  sliding_window: size(2 ** 24)
    .nullable()
    .default(4096),
});

export const mistral: Family = {
  types: ['mistral'],
  parse: (json, name) => {
    const raw = checkShape(mistralSchema, json, name);
    const activation = activationOf(raw.hidden_act, 'hidden_act', name);
    const layers = windowedLayers(raw.num_hidden_layers, raw.sliding_window, () => true);
    const family = { type: 'mistral', architectures: 'MistralForCausalLM' };
    return standardConfig(family, raw, name, { activation, layers });
  },
  parts: (config) => standardParts(config),
};
