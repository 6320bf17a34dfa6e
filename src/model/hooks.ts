/** @file Hook points: the named places of a model where activations are read and edited. TransformerLens's names, verbatim. */
import { badUsage, nearest } from '../tensor/index.ts';
import type { Architecture, ModelConfig } from './config.ts';

type NormHook = 'hook_scale' | 'hook_normalized';

type BlockHook =
  | 'hook_resid_pre'
  | 'hook_resid_mid'
  | 'hook_resid_post'
  | 'hook_attn_out'
  | 'hook_mlp_out'
  | `${'ln1' | 'ln1_post' | 'ln2' | 'ln2_post'}.${NormHook}`
  | 'attn.hook_q'
  | 'attn.hook_k'
  | 'attn.hook_v'
  | 'attn.hook_rot_q'
  | 'attn.hook_rot_k'
  | 'attn.hook_attn_scores'
  | 'attn.hook_pattern'
  | 'attn.hook_z'
  | 'attn.hook_result'
  | 'mlp.hook_pre'
  | 'mlp.hook_pre_linear'
  | 'mlp.hook_post';

/** The name of a hook point. Which of them a model has depends on its family: {@link hookNames}. */
export type HookName =
  | 'hook_embed'
  | 'hook_pos_embed'
  | `ln_final.${NormHook}`
  | `blocks.${number}.${BlockHook}`;

/**
 * Text that is to name a hook point: a literal has to be a name, so that a wrong one fails to compile; a string
 * of unknown content is checked when it is used.
 */
export type HookText<Name extends string> = string extends Name
  ? Name
  : Name extends HookName
    ? Name
    : HookName;

const norm = (name: 'ln1' | 'ln1_post' | 'ln2' | 'ln2_post'): BlockHook[] => [
  `${name}.hook_scale`,
  `${name}.hook_normalized`,
];

/** The hook points of a block, in the order of its forward pass. */
function blockHooks({ normPlace, positions, parallel, gated }: Architecture): BlockHook[] {
  const when = (holds: boolean, hooks: BlockHook[]) => (holds ? hooks : []);
  return [
    'hook_resid_pre',
    ...when(normPlace !== 'after', norm('ln1')),
    'attn.hook_q',
    'attn.hook_k',
    'attn.hook_v',
    ...when(positions === 'rotary', ['attn.hook_rot_q', 'attn.hook_rot_k']),
    'attn.hook_attn_scores',
    'attn.hook_pattern',
    'attn.hook_z',
    'attn.hook_result',
    ...when(normPlace === 'after', norm('ln1')),
    ...when(normPlace === 'around', norm('ln1_post')),
    'hook_attn_out',
    ...when(!parallel, ['hook_resid_mid']),
    ...when(normPlace !== 'after', norm('ln2')),
    'mlp.hook_pre',
    ...when(gated, ['mlp.hook_pre_linear']),
    'mlp.hook_post',
    ...when(normPlace === 'after', norm('ln2')),
    ...when(normPlace === 'around', norm('ln2_post')),
    'hook_mlp_out',
    'hook_resid_post',
  ];
}

/** All hook points of a model, in the order in which its forward pass meets them. */
export function hookNames({ architecture, num_hidden_layers }: ModelConfig): HookName[] {
  const names: HookName[] = ['hook_embed'];
  if (architecture.positions === 'learned') names.push('hook_pos_embed');
  const hooks = blockHooks(architecture);
  for (let layer = 0; layer < num_hidden_layers; layer++) {
    for (const hook of hooks) names.push(`blocks.${layer}.${hook}`);
  }
  return [...names, 'ln_final.hook_scale', 'ln_final.hook_normalized'];
}

/**
 * Sizes of one position's activation at a hook: [d], [1], or [heads, d_head]; undefined for scores and
 * patterns, whose shape is [batch, heads, query, key].
 */
export function hookSizes(name: HookName, config: ModelConfig): readonly number[] | undefined {
  const kind = name.replace(/^blocks\.\d+\./, '');
  const heads = config.num_attention_heads;
  if (kind.endsWith('.hook_scale')) return [1];
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
    case 'attn.hook_result':
      return [heads, config.hidden_size];
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
  return name.startsWith('ln_final') ? config.num_hidden_layers : -1;
}

/** Checks a hook name from outside. @throws TouchstoneError naming the nearest hook */
export function checkHook(name: string, config: ModelConfig): HookName {
  const names = hookNames(config);
  if ((names as string[]).includes(name)) return name as HookName;
  const layers = config.num_hidden_layers;
  return badUsage(
    `unknown hook '${name}' of a ${config.model_type} model of ${layers} layers`,
    `did you mean '${nearest(name, names)}'?`,
  );
}
