/** @file Hook points: the named places of a model where activations are read and edited. TransformerLens's names, verbatim. */
import { badUsage, nearest } from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';

type BlockHook =
  | 'hook_resid_pre'
  | 'hook_resid_mid'
  | 'hook_resid_post'
  | 'hook_attn_out'
  | 'hook_mlp_out'
  | 'ln1.hook_normalized'
  | 'ln2.hook_normalized'
  | 'attn.hook_q'
  | 'attn.hook_k'
  | 'attn.hook_v'
  | 'attn.hook_rot_q'
  | 'attn.hook_rot_k'
  | 'attn.hook_attn_scores'
  | 'attn.hook_pattern'
  | 'attn.hook_z'
  | 'mlp.hook_pre'
  | 'mlp.hook_pre_linear'
  | 'mlp.hook_post';

/** The name of a hook point of a llama model. */
export type HookName = 'hook_embed' | 'ln_final.hook_normalized' | `blocks.${number}.${BlockHook}`;

const BLOCK_HOOKS: readonly BlockHook[] = [
  'hook_resid_pre',
  'ln1.hook_normalized',
  'attn.hook_q',
  'attn.hook_k',
  'attn.hook_v',
  'attn.hook_rot_q',
  'attn.hook_rot_k',
  'attn.hook_attn_scores',
  'attn.hook_pattern',
  'attn.hook_z',
  'hook_attn_out',
  'hook_resid_mid',
  'ln2.hook_normalized',
  'mlp.hook_pre',
  'mlp.hook_pre_linear',
  'mlp.hook_post',
  'hook_mlp_out',
  'hook_resid_post',
];

/** All hook points of a model, in the order in which its forward pass meets them. */
export function hookNames(config: ModelConfig): HookName[] {
  const names: HookName[] = ['hook_embed'];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    for (const hook of BLOCK_HOOKS) names.push(`blocks.${layer}.${hook}`);
  }
  return [...names, 'ln_final.hook_normalized'];
}

/**
 * Sizes of one position's activation at a hook: [d], or [heads, d_head]; undefined for scores and
 * patterns, whose shape is [batch, heads, query, key].
 */
export function hookSizes(name: HookName, config: ModelConfig): readonly number[] | undefined {
  const kind = name.replace(/^blocks\.\d+\./, '');
  const heads = config.num_attention_heads;
  switch (kind) {
    case 'attn.hook_attn_scores':
    case 'attn.hook_pattern':
      return undefined;
    case 'attn.hook_q':
    case 'attn.hook_rot_q':
    case 'attn.hook_z':
      return [heads, config.head_dim];
    case 'attn.hook_k':
    case 'attn.hook_rot_k':
    case 'attn.hook_v':
      return [config.num_key_value_heads, config.head_dim];
    case 'mlp.hook_pre':
    case 'mlp.hook_pre_linear':
    case 'mlp.hook_post':
      return [config.intermediate_size];
    default:
      return [config.hidden_size];
  }
}

/** The layer of a hook; -1 for the embedding, the number of layers for the final norm. */
export function hookLayer(name: HookName, config: ModelConfig): number {
  const match = /^blocks\.(\d+)\./.exec(name);
  if (match) return Number(match[1]);
  return name === 'hook_embed' ? -1 : config.num_hidden_layers;
}

/** Checks a hook name from outside. @throws TouchstoneError naming the nearest hook */
export function checkHook(name: string, config: ModelConfig): HookName {
  const names = hookNames(config);
  if ((names as string[]).includes(name)) return name as HookName;
  const layers = config.num_hidden_layers;
  return badUsage(
    `unknown hook '${name}' of a model of ${layers} layers`,
    `did you mean '${nearest(name, names)}'?`,
  );
}
