/** @file OLMo 2: norms after attention and feed-forward, and queries and keys normalized over all heads. */
import { z } from 'zod';
import { checkShape } from '../json.ts';
import { activationOf, type Family, standard, standardConfig, standardParts } from './family.ts';

const schema = z.looseObject({
  ...standard,
  vocab_size: standard.vocab_size.default(50304),
  hidden_size: standard.hidden_size.default(4096),
  intermediate_size: standard.intermediate_size.default(11008),
  num_hidden_layers: standard.num_hidden_layers.default(32),
  num_attention_heads: standard.num_attention_heads.default(32),
  max_position_embeddings: standard.max_position_embeddings.default(2048),
  rms_norm_eps: standard.rms_norm_eps.default(1e-5),
  tie_word_embeddings: standard.tie_word_embeddings.default(false),
  pad_token_id: standard.pad_token_id.default(1),
  eos_token_id: standard.eos_token_id.default(50279),
  hidden_act: z.string().default('silu'),
  attention_bias: z.boolean().default(false),
});

export const olmo2: Family = {
  types: ['olmo2'],
  parse: (json, name) => {
    const raw = checkShape(schema, json, name);
    const activation = activationOf(raw.hidden_act, 'hidden_act', name);
    const family = { type: 'olmo2', architectures: 'Olmo2ForCausalLM' };
    const settings = { activation, normPlace: 'after', queryKeyNorm: 'whole' } as const;
    return standardConfig(family, raw, name, settings);
  },
  parts: (config) =>
    standardParts(config, {
      attentionBias: config.json.attention_bias === true,
      norms: { ln1: 'post_attention_layernorm', ln2: 'post_feedforward_layernorm' },
    }),
};
