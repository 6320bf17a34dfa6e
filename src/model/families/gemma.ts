/** @file Gemma 2 (soft caps, windows in every other layer) and Gemma 3's text models (normalized heads, two rotary bases). */
import { z } from 'zod';
import type { LayerKind, ModelConfig } from '../config.ts';
import { checkShape } from '../json.ts';
import type { ModelParts } from '../parts.ts';
import { parseRope } from '../rope.ts';
import {
  activationOf,
  type Family,
  headSizes,
  positive,
  size,
  standard,
  standardConfig,
  standardParts,
  windowedLayers,
} from './family.ts';

const fields = {
  ...standard,
  hidden_size: standard.hidden_size.default(2304),
  intermediate_size: standard.intermediate_size.default(9216),
  num_hidden_layers: standard.num_hidden_layers.default(26),
  num_attention_heads: standard.num_attention_heads.default(8),
  num_key_value_heads: standard.num_key_value_heads.default(4),
  head_dim: standard.head_dim.default(256),
  rms_norm_eps: standard.rms_norm_eps.default(1e-6),
  tie_word_embeddings: standard.tie_word_embeddings.default(true),
  bos_token_id: standard.bos_token_id.default(2),
  eos_token_id: standard.eos_token_id.default(1),
  pad_token_id: standard.pad_token_id.default(0),
  hidden_activation: z.string().default('gelu_pytorch_tanh'),
  attention_bias: z.boolean().default(false),
  query_pre_attn_scalar: positive.default(256),
  sliding_window: size(2 ** 24)
    .nullable()
    .default(4096),
  layer_types: z.array(z.enum(['full_attention', 'sliding_attention'])).nullish(),
  use_bidirectional_attention: z
    .literal(false, 'attention to later positions is not supported')
    .nullish(),
};

const gemma2Schema = z.looseObject({
  ...fields,
  vocab_size: standard.vocab_size.default(256000),
  max_position_embeddings: standard.max_position_embeddings.default(8192),
  final_logit_softcapping: positive.nullable().default(30),
  attn_logit_softcapping: positive.nullable().default(50),
});

const gemma3Schema = z.looseObject({
  ...fields,
  vocab_size: standard.vocab_size.default(262208),
  max_position_embeddings: standard.max_position_embeddings.default(131072),
  final_logit_softcapping: positive.nullable().default(null),
  attn_logit_softcapping: positive.nullable().default(null),
  sliding_window_pattern: size(1024).default(6),
  rope_local_base_freq: positive.default(10_000),
});

type Gemma = z.infer<typeof gemma2Schema>;

function settings(raw: Gemma, name: string) {
  const { attn_logit_softcapping: attention, final_logit_softcapping: logit } = raw;
  return {
    activation: activationOf(raw.hidden_activation, 'hidden_activation', name),
    normOffset: 1,
    normPlace: 'around',
    attentionScale: raw.query_pre_attn_scalar ** -0.5,
    embeddingScale: Math.fround(Math.sqrt(raw.hidden_size)),
    ...(attention !== null && { attentionSoftcap: attention }),
    ...(logit !== null && { logitSoftcap: logit }),
  } as const;
}

function parts(config: ModelConfig): ModelParts {
  return standardParts(config, {
    attentionBias: config.json.attention_bias === true,
    norms: {
      ln1Post: 'post_attention_layernorm',
      ln2: 'pre_feedforward_layernorm',
      ln2Post: 'post_feedforward_layernorm',
    },
  });
}

export const gemma2: Family = {
  types: ['gemma2'],
  parse: (json, name) => {
    const raw = checkShape(gemma2Schema, json, name);
    const even = (layer: number) => layer % 2 === 0;
    const layers = windowedLayers(raw.num_hidden_layers, raw.sliding_window, even, raw.layer_types);
    const family = { type: 'gemma2', architectures: 'Gemma2ForCausalLM' };
    return standardConfig(family, raw, name, { ...settings(raw, name), layers });
  },
  parts,
};

/** Local layers turn by one base, global ones by another, which alone may be scaled. */
function ropesOf(raw: z.infer<typeof gemma3Schema>, name: string) {
  const nested = (raw.rope_parameters ?? {}) as Record<string, unknown>;
  const context = {
    name,
    headDim: headSizes(raw, name).head_dim,
    maxPositions: raw.max_position_embeddings,
  };
  const global = { ...(nested.full_attention as object), ...raw.rope_scaling };
  const theta = raw.rope_theta ?? 1_000_000;
  return [
    parseRope(global, { ...context, theta }),
    parseRope(nested.sliding_attention, { ...context, theta: raw.rope_local_base_freq }),
  ];
}

export const gemma3: Family = {
  types: ['gemma3_text'],
  parse: (json, name) => {
    const raw = checkShape(gemma3Schema, json, name);
    const local = (layer: number) => (layer + 1) % raw.sliding_window_pattern !== 0;
    const layers = windowedLayers(
      raw.num_hidden_layers,
      raw.sliding_window,
      local,
      raw.layer_types,
    );
    const family = { type: 'gemma3_text', architectures: 'Gemma3ForCausalLM' };
    return standardConfig(family, raw, name, {
      ...settings(raw, name),
      queryKeyNorm: 'head',
      ropes: ropesOf(raw, name),
      layers: layers.map((kind): LayerKind => ({ ...kind, rope: kind.window ? 1 : 0 })),
    });
  },
  parts,
};
