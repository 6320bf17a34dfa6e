/** @file GPT-NeoX (Black et al. 2022) and Pythia: parallel attention and feed-forward, partly rotated heads. */
import { z } from 'zod';
import type { ModelConfig } from '../config.ts';
import { checkShape } from '../json.ts';
import type { BlockParts } from '../parts.ts';
import { parseRope } from '../rope.ts';
import {
  activationOf,
  type Family,
  headSizes,
  linear,
  positive,
  standard,
  standardConfig,
} from './family.ts';

const schema = z.looseObject({
  ...standard,
  vocab_size: standard.vocab_size.default(50432),
  hidden_size: standard.hidden_size.default(6144),
  intermediate_size: standard.intermediate_size.default(24576),
  num_hidden_layers: standard.num_hidden_layers.default(44),
  num_attention_heads: standard.num_attention_heads.default(64),
  num_key_value_heads: z.null('GPT-NeoX has as many heads of keys as of queries').optional(),
  head_dim: z.null("GPT-NeoX's heads share hidden_size equally").optional(),
  max_position_embeddings: standard.max_position_embeddings.default(2048),
  layer_norm_eps: positive.default(1e-5),
  rms_norm_eps: positive.default(1e-5),
  tie_word_embeddings: standard.tie_word_embeddings.default(false),
  bos_token_id: standard.bos_token_id.default(0),
  eos_token_id: standard.eos_token_id.default(2),
  hidden_act: z.string().default('gelu'),
  use_parallel_residual: z.boolean().default(true),
  attention_bias: z.boolean().default(true),
  rotary_pct: z.number().positive().max(1).default(0.25),
  rotary_emb_base: positive.default(10_000),
});

type Raw = z.infer<typeof schema>;

function ropeOf(raw: Raw, name: string) {
  return parseRope(raw.rope_scaling ?? raw.rope_parameters, {
    name,
    headDim: headSizes(raw, name).head_dim,
    theta: raw.rotary_emb_base,
    partial: raw.rotary_pct,
    maxPositions: raw.max_position_embeddings,
  });
}

/** Without what `standardConfig` fills in that this family has no name for. */
function jsonOf(config: ModelConfig, raw: Raw): Record<string, unknown> {
  const { num_key_value_heads: _, head_dim: __, rms_norm_eps: ___, ...json } = config.json;
  const { theta } = config.architecture.ropes[0]!;
  const rope_parameters = {
    ...(json.rope_parameters as object),
    partial_rotary_factor: raw.rope_parameters?.partial_rotary_factor ?? raw.rotary_pct,
  };
  const rotary_pct = rope_parameters.partial_rotary_factor;
  return { ...json, rotary_emb_base: theta, rotary_pct, rope_parameters };
}

function block(config: ModelConfig, at: string): BlockParts {
  const { hidden_size: d, intermediate_size: f } = config;
  const bias = config.json.attention_bias !== false;
  return {
    ln1: { name: `${at}.input_layernorm`, size: d },
    qkv: linear(`${at}.attention.query_key_value`, d, 3 * d, bias),
    qkvOrder: 'perHead',
    out: linear(`${at}.attention.dense`, d, d, bias, { residual: true }),
    ln2: { name: `${at}.post_attention_layernorm`, size: d },
    up: linear(`${at}.mlp.dense_h_to_4h`, d, f, true),
    down: linear(`${at}.mlp.dense_4h_to_h`, f, d, true, { residual: true }),
  };
}

export const gptNeox: Family = {
  types: ['gpt_neox'],
  parse: (json, name) => {
    const raw = checkShape(schema, json, name);
    const family = { type: 'gpt_neox', architectures: 'GPTNeoXForCausalLM' };
    const config = standardConfig(family, raw, name, {
      norm: 'layer',
      normEpsilon: raw.layer_norm_eps,
      parallel: raw.use_parallel_residual,
      ropes: [ropeOf(raw, name)],
      activation: activationOf(raw.hidden_act, 'hidden_act', name),
      gated: false,
    });
    return { ...config, json: jsonOf(config, raw) };
  },
  parts: (config) => {
    const { vocab_size: vocab, hidden_size: d } = config;
    return {
      embed: { name: 'gpt_neox.embed_in', rows: vocab },
      blocks: Array.from({ length: config.num_hidden_layers }, (_, i) =>
        block(config, `gpt_neox.layers.${i}`),
      ),
      final: { name: 'gpt_neox.final_layer_norm', size: d },
      ...(!config.tie_word_embeddings && { unembed: linear('embed_out', d, vocab, false) }),
    };
  },
};
