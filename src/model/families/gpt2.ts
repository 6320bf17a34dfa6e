/** @file GPT-2 (Radford et al. 2019): LayerNorm, learned positions, matrices as [in, out]. */
import { z } from 'zod';
import { badInput } from '../../tensor/errors.ts';
import type { ModelConfig } from '../config.ts';
import { checkShape } from '../json.ts';
import type { BlockParts } from '../parts.ts';
import {
  activationOf,
  dtypeOf,
  type Family,
  linear,
  positive,
  shared,
  size,
  tokenIds,
} from './family.ts';

const only = (value: boolean) => z.literal(value).default(value);

const schema = z.looseObject({
  ...shared,
  vocab_size: shared.vocab_size.default(50257),
  n_positions: size(2 ** 24).default(1024),
  n_embd: size(2 ** 20).default(768),
  n_layer: size(1024).default(12),
  n_head: size(2 ** 14).default(12),
  n_inner: size(2 ** 24).nullish(),
  activation_function: z.string().default('gelu_new'),
  layer_norm_epsilon: positive.default(1e-5),
  bos_token_id: shared.bos_token_id.default(50256),
  eos_token_id: shared.eos_token_id.default(50256),
  tie_word_embeddings: z.boolean().default(true),
  scale_attn_weights: only(true),
  scale_attn_by_inverse_layer_idx: only(false),
  add_cross_attention: only(false),
});

function parse(json: Record<string, unknown>, name: string): ModelConfig {
  const raw = checkShape(schema, json, name);
  const headDim = raw.n_embd / raw.n_head;
  if (!Number.isInteger(headDim)) {
    badInput(`${name}: n_embd ${raw.n_embd} does not divide into ${raw.n_head} attention heads`);
  }
  const { dtype: _, ...rest } = raw;
  return {
    model_type: 'gpt2',
    hidden_size: raw.n_embd,
    intermediate_size: raw.n_inner ?? 4 * raw.n_embd,
    num_hidden_layers: raw.n_layer,
    num_attention_heads: raw.n_head,
    num_key_value_heads: raw.n_head,
    head_dim: headDim,
    vocab_size: raw.vocab_size,
    max_position_embeddings: raw.n_positions,
    tie_word_embeddings: raw.tie_word_embeddings,
    ...tokenIds(raw),
    torch_dtype: dtypeOf(raw),
    architecture: {
      norm: 'layer',
      normEpsilon: raw.layer_norm_epsilon,
      normOffset: 0,
      normPlace: 'before',
      parallel: false,
      positions: 'learned',
      ropes: [],
      layers: Array.from({ length: raw.n_layer }, () => ({ rope: 0 })),
      activation: activationOf(raw.activation_function, 'activation_function', name),
      gated: false,
      attentionScale: 1 / Math.sqrt(headDim),
    },
    json: { architectures: ['GPT2LMHeadModel'], ...rest, torch_dtype: dtypeOf(raw) },
  };
}

function block({ hidden_size: d, intermediate_size: f }: ModelConfig, at: string): BlockParts {
  const conv = (name: string, inputs: number, outputs: number, residual = false) =>
    linear(`${at}.${name}`, inputs, outputs, true, { transposed: true, residual });
  return {
    ln1: { name: `${at}.ln_1`, size: d },
    qkv: conv('attn.c_attn', d, 3 * d),
    qkvOrder: 'stacked',
    out: conv('attn.c_proj', d, d, true),
    ln2: { name: `${at}.ln_2`, size: d },
    up: conv('mlp.c_fc', d, f),
    down: conv('mlp.c_proj', f, d, true),
  };
}

export const gpt2: Family = {
  types: ['gpt2'],
  parse,
  parts: (config) => {
    const { vocab_size: vocab, hidden_size: d } = config;
    return {
      embed: { name: 'transformer.wte', rows: vocab },
      positions: { name: 'transformer.wpe', rows: config.max_position_embeddings },
      blocks: Array.from({ length: config.num_hidden_layers }, (_, i) =>
        block(config, `transformer.h.${i}`),
      ),
      final: { name: 'transformer.ln_f', size: d },
      ...(!config.tie_word_embeddings && { unembed: linear('lm_head', d, vocab, false) }),
    };
  },
};
