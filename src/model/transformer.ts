/** @file A decoder-only transformer as a graph: what all families share, by the switches in which they differ. */
import type { Tensor } from '../tensor/index.ts';
import { attend } from './attention.ts';
import type { ModelConfig } from './config.ts';
import { partsOf } from './families/index.ts';
import { activate, type Context, type Hooks, linear, norm, type Parameters } from './layers.ts';
import { type BlockParts, outputsOf } from './parts.ts';

export type { Hooks, Parameters } from './layers.ts';

/** Keys and values of earlier positions, for each layer, and their mask. */
export interface Past {
  /** [batch, kv heads, d_head, past]. */
  readonly keys: readonly Tensor[];
  /** [batch, kv heads, past, d_head]. */
  readonly values: readonly Tensor[];
  /** Added to the scores of past positions; broadcasts to [batch, kv heads, rows, past]. */
  readonly mask: Tensor;
  /** The same for layers with a window. */
  readonly windowMask?: Tensor;
}

/** Tables [positions, dims / 2] of one set of rotary frequencies. */
export interface RopeTables {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

export interface ForwardInputs {
  /** int64 [batch, seq]. */
  readonly tokens: Tensor;
  /** int64 [batch, seq]. */
  readonly positions: Tensor;
  /** Added to the scores; broadcasts to [batch, kv heads, group * seq, seq]. */
  readonly mask: Tensor;
  /** The same for layers with a window. */
  readonly windowMask?: Tensor;
  readonly ropes: readonly RopeTables[];
  readonly past?: Past;
}

export interface ForwardOutputs {
  /** [batch, seq, d], after the final norm. */
  readonly final: Tensor;
  /** New keys (rotated) and values, [batch, kv heads, seq, d_head], one a layer. */
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
}

function mlp(context: Context, parts: BlockParts, x: Tensor): Tensor {
  const { config, hooks, layer } = context;
  const { gated, activation } = config.architecture;
  const at = `blocks.${layer}.mlp` as const;
  const [first, second] = gated ? gateAndUp(context, parts, x) : [linear(context, parts.up, x)];
  const active = activate(hooks.at(`${at}.hook_pre`, first!), activation);
  const mixed = second ? active.mul(hooks.at(`${at}.hook_pre_linear`, second)) : active;
  return linear(context, parts.down, hooks.at(`${at}.hook_post`, mixed));
}

/** Two products instead of a wide one where the file has two: cutting its result apart would cost more than it saves. */
function gateAndUp(context: Context, { gate, up }: BlockParts, x: Tensor): Tensor[] {
  if (gate) return [linear(context, gate, x), linear(context, up, x)];
  const half = outputsOf(up) / 2;
  return linear(context, up, x).split(-1, [half, half]);
}

interface BlockOutputs {
  readonly out: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
}

function block(context: Context, parts: BlockParts, x: Tensor): BlockOutputs {
  const { config, hooks, layer } = context;
  const { normPlace, parallel } = config.architecture;
  const at = `blocks.${layer}` as const;
  const read = (part: 'ln1' | 'ln2', value: Tensor) =>
    normPlace === 'after' ? value : norm(context, parts[part], `${at}.${part}`, value);
  const written = (part: 'ln1' | 'ln2', value: Tensor) => {
    if (normPlace === 'before') return value;
    if (normPlace === 'after') return norm(context, parts[part], `${at}.${part}`, value);
    return norm(context, parts[`${part}Post`]!, `${at}.${part}_post`, value);
  };
  const pre = hooks.at(`${at}.hook_resid_pre`, x);
  const { out, key, value } = attend(context, parts, read('ln1', pre));
  const attended = pre.add(hooks.at(`${at}.hook_attn_out`, written('ln1', out)));
  const mid = parallel ? attended : hooks.at(`${at}.hook_resid_mid`, attended);
  const fed = written('ln2', mlp(context, parts, read('ln2', parallel ? pre : mid)));
  const post = mid.add(hooks.at(`${at}.hook_mlp_out`, fed));
  return { out: hooks.at(`${at}.hook_resid_post`, post), key, value };
}

function embed({ config, parameters, hooks, inputs }: Context): Tensor {
  const { embed: tokens, positions } = partsOf(config);
  const { embeddingScale } = config.architecture;
  const table = parameters.weight(`${tokens.name}.weight`).gather(inputs.tokens);
  const x = hooks.at('hook_embed', embeddingScale ? table.mul(embeddingScale) : table);
  if (!positions) return x;
  const place = parameters.weight(`${positions.name}.weight`).gather(inputs.positions);
  return x.add(hooks.at('hook_pos_embed', place));
}

/** The forward pass up to the final norm. */
export function transformer(
  config: ModelConfig,
  parameters: Parameters,
  hooks: Hooks,
  inputs: ForwardInputs,
): ForwardOutputs {
  const parts = partsOf(config);
  const keys: Tensor[] = [];
  const values: Tensor[] = [];
  const context = { config, parameters, hooks, inputs, layer: config.num_hidden_layers };
  let x = embed(context);
  parts.blocks.forEach((own, layer) => {
    const { out, key, value } = block({ ...context, layer }, own, x);
    x = out;
    keys.push(key);
    values.push(value);
  });
  return { final: norm(context, parts.final, 'ln_final', x), keys, values };
}

/** Logits [..., vocabulary] of normalized residuals [..., d]. */
export function unembed(config: ModelConfig, parameters: Parameters, final: Tensor): Tensor {
  const { embed: table, unembed: head } = partsOf(config);
  const weight = parameters.weight(`${(head ?? table).name}.weight`);
  const product = final.matmul(weight, { transposeB: true });
  const logits = head?.bias ? product.add(parameters.weight(`${head.name}.bias`)) : product;
  const { logitSoftcap: cap } = config.architecture;
  return cap === undefined ? logits : logits.div(cap).tanh().mul(cap);
}
