/** @file Qwen 2 (biases on queries, keys and values) and Qwen 3 (normalized heads instead). */
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

const fields = {
  ...standard,
  vocab_size: standard.vocab_size.default(151936),
  hidden_size: standard.hidden_size.default(4096),
  intermediate_size: standard.intermediate_size.default(22016),
  num_hidden_layers: standard.num_hidden_layers.default(32),
  num_attention_heads: standard.num_attention_heads.default(32),
  num_key_value_heads: standard.num_key_value_heads.default(32),
  max_position_embeddings: standard.max_position_embeddings.default(32768),
  rms_norm_eps: standard.rms_norm_eps.default(1e-6),
  tie_word_embeddings: standard.tie_word_embeddings.default(false),
  hidden_act: z.string().default('silu'),
  use_sliding_window: z.boolean().default(false),
  sliding_window: size(2 ** 24)
    .nullable()
    .default(4096),
  max_window_layers: z.int().min(0).default(28),
  layer_types: z.array(z.enum(['full_attention', 'sliding_attention'])).nullish(),
};

const qwen2Schema = z.looseObject(fields);
const qwen3Schema = z.looseObject({
  ...fields,
  head_dim: standard.head_dim.default(128),
  attention_bias: z.boolean().default(false),
});

function layersOf(raw: z.infer<typeof qwen2Schema>) {
  const window = raw.use_sliding_window ? raw.sliding_window : null;
  const late = (layer: number) => layer >= raw.max_window_layers;
  return windowedLayers(raw.num_hidden_layers, window, late, raw.layer_types);
}

export const qwen2: Family = {
  types: ['qwen2'],
  parse: (json, name) => {
    const raw = checkShape(qwen2Schema, json, name);
    const activation = activationOf(raw.hidden_act, 'hidden_act', name);
    const family = { type: 'qwen2', architectures: 'Qwen2ForCausalLM' };
    return standardConfig(family, raw, name, { activation, layers: layersOf(raw) });
  },
  parts: (config) => standardParts(config, { attentionBias: true, outBias: false }),
};

export const qwen3: Family = {
  types: ['qwen3'],
  parse: (json, name) => {
    const raw = checkShape(qwen3Schema, json, name);
    const activation = activationOf(raw.hidden_act, 'hidden_act', name);
    const family = { type: 'qwen3', architectures: 'Qwen3ForCausalLM' };
    const settings = { activation, layers: layersOf(raw), queryKeyNorm: 'head' } as const;
    return standardConfig(family, raw, name, settings);
  },
  parts: (config) => standardParts(config, { attentionBias: config.json.attention_bias === true }),
};
