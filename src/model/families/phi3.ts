/** @file Phi-3: a Llama whose file holds queries, keys and values as one matrix, and gate and up as one. */
import { z } from 'zod';
import { checkShape } from '../json.ts';
import {
  activationOf,
  type Family,
  linear,
  size,
  standard,
  standardConfig,
  standardParts,
  windowedLayers,
} from './family.ts';

const schema = z.looseObject({
  ...standard,
  vocab_size: standard.vocab_size.default(32064),
  hidden_size: standard.hidden_size.default(3072),
  intermediate_size: standard.intermediate_size.default(8192),
  num_hidden_layers: standard.num_hidden_layers.default(32),
  num_attention_heads: standard.num_attention_heads.default(32),
  max_position_embeddings: standard.max_position_embeddings.default(4096),
  rms_norm_eps: standard.rms_norm_eps.default(1e-5),
  tie_word_embeddings: standard.tie_word_embeddings.default(false),
  bos_token_id: standard.bos_token_id.default(1),
  eos_token_id: standard.eos_token_id.default(32000),
  pad_token_id: standard.pad_token_id.default(32000),
  hidden_act: z.string().default('silu'),
  sliding_window: size(2 ** 24)
    .nullable()
    .default(null),
});

export const phi3: Family = {
  types: ['phi3'],
  parse: (json, name) => {
    const raw = checkShape(schema, json, name);
    const activation = activationOf(raw.hidden_act, 'hidden_act', name);
    const layers = windowedLayers(raw.num_hidden_layers, raw.sliding_window, () => true);
    const family = { type: 'phi3', architectures: 'Phi3ForCausalLM' };
    return standardConfig(family, raw, name, { activation, layers });
  },
  parts: (config) => {
    const plain = standardParts(config);
    const { hidden_size: d, intermediate_size: f, head_dim } = config;
    const width = (config.num_attention_heads + 2 * config.num_key_value_heads) * head_dim;
    const blocks = plain.blocks.map(({ gate: _, ...block }, i) => ({
      ...block,
      qkv: linear(`model.layers.${i}.self_attn.qkv_proj`, d, width, false),
      up: linear(`model.layers.${i}.mlp.gate_up_proj`, d, 2 * f, false),
    }));
    return { ...plain, blocks };
  },
};
