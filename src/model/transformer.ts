/** @file The llama architecture as a graph: RMSNorm, rotary positions, grouped-query attention, SwiGLU. */
import {
  attention,
  concat,
  constant,
  type Dim,
  multiplyDims,
  type Tensor,
} from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import type { HookName } from './hooks.ts';

/** Reads and edits activations while the graph is built. */
export interface Hooks {
  /** Passes a value through a hook point. */
  at(name: HookName, value: Tensor): Tensor;
  /** Whether a hook point is read or edited, where passing by it is not free. */
  wants(name: HookName): boolean;
}

/** Where weights come from. */
export interface Parameters {
  /** A weight by graph name. */
  weight(name: string): Tensor;
  /** What an adapter adds to module `name`'s output for input x; undefined without one. */
  adapted?(name: string, x: Tensor): Tensor | undefined;
}

/** Keys and values of earlier positions, [batch, kv heads, past, d_head] for each layer, and their mask. */
export interface Past {
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
  /** Added to the scores of past positions; broadcasts to [batch, kv heads, rows, past]. */
  readonly mask: Tensor;
}

export interface ForwardInputs {
  /** int64 [batch, seq]. */
  readonly tokens: Tensor;
  /** int64 [batch, seq]. */
  readonly positions: Tensor;
  /** Added to the scores; broadcasts to [batch, kv heads, group * seq, seq]. */
  readonly mask: Tensor;
  /** Tables [positions, d_head / 2]. */
  readonly cos: Tensor;
  readonly sin: Tensor;
  readonly past?: Past;
}

export interface ForwardOutputs {
  /** [batch, seq, d], after the final norm. */
  readonly final: Tensor;
  /** New keys (rotated) and values, [batch, kv heads, seq, d_head], one a layer. */
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
}

interface Context {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  readonly hooks: Hooks;
  readonly inputs: ForwardInputs;
  readonly layer: number;
}

/** x W^T for the matrix of one or several modules, with their adapters. */
function linear(
  { parameters }: Context,
  x: Tensor,
  fused: string,
  modules: readonly [string, number][],
): Tensor {
  const y = x.matmul(parameters.weight(`${fused}.weight`), { transposeB: true });
  const deltas = modules.map(([name]) => parameters.adapted?.(name, x));
  if (deltas.every((delta) => delta === undefined)) return y;
  const zero = (size: number) => constant(0).broadcastTo(...y.shape.slice(0, -1), size);
  return y.add(
    concat(
      deltas.map((delta, i) => delta ?? zero(modules[i]![1])),
      -1,
    ),
  );
}

/** [batch, seq, heads * d] to [batch, seq, heads, d]. */
function toHeads(x: Tensor, heads: number): Tensor {
  const [batch, seq, width] = x.shape as [Dim, Dim, number];
  return x.reshape(batch, seq, heads, width / heads);
}

/** Queries as rows grouped under the key head they share: [batch, kv heads, group * seq, d]. */
function groupQueries(q: Tensor, keyHeads: number): Tensor {
  const [batch, seq, heads, d] = q.shape as [Dim, Dim, number, number];
  const group = heads / keyHeads;
  const rows = multiplyDims([group, seq]);
  if (seq === 1) return q.reshape(batch, keyHeads, rows, d);
  return q
    .reshape(batch, seq, keyHeads, group, d)
    .transpose(0, 2, 3, 1, 4)
    .reshape(batch, keyHeads, rows, d);
}

/** Undoes {@link groupQueries}. */
function ungroupQueries(z: Tensor, seq: Dim, heads: number): Tensor {
  const [batch, keyHeads, , d] = z.shape as [Dim, number, Dim, number];
  const group = heads / keyHeads;
  if (seq === 1) return z.reshape(batch, seq, heads, d);
  return z
    .reshape(batch, keyHeads, group, seq, d)
    .transpose(0, 3, 1, 2, 4)
    .reshape(batch, seq, heads, d);
}

/** [batch, seq, heads, d] to [batch, heads, seq, d]. */
function headsFirst(x: Tensor): Tensor {
  const [batch, seq, heads, d] = x.shape as [Dim, Dim, number, number];
  return seq === 1 ? x.reshape(batch, heads, seq, d) : x.transpose(0, 2, 1, 3);
}

/** Attention whose scores and pattern pass through their hooks. */
function openAttention(context: Context, q: Tensor, k: Tensor, v: Tensor, scale: number): Tensor {
  const { hooks, inputs, config, layer } = context;
  const at = `blocks.${layer}.attn` as const;
  const past = inputs.past;
  const fresh = q.matmul(k, { transposeB: true, alpha: scale }).add(inputs.mask);
  const old =
    past && q.matmul(past.keys[layer]!, { transposeB: true, alpha: scale }).add(past.mask);
  const grouped = old ? concat([old, fresh], -1) : fresh;
  const [batch, seq] = inputs.tokens.shape as [Dim, Dim];
  const perHead = [batch, config.num_attention_heads, seq, grouped.shape.at(-1)!] as const;
  let scores = grouped;
  if (hooks.wants(`${at}.hook_attn_scores`)) {
    scores = hooks
      .at(`${at}.hook_attn_scores`, scores.reshape(...perHead))
      .reshape(...grouped.shape);
  }
  let pattern = scores.softmax();
  if (hooks.wants(`${at}.hook_pattern`)) {
    pattern = hooks.at(`${at}.hook_pattern`, pattern.reshape(...perHead)).reshape(...grouped.shape);
  }
  if (!past) return pattern.matmul(v);
  const sizes = [past.keys[layer]!.shape[2]!, seq];
  const [onPast, onFresh] = pattern.split(-1, sizes) as [Tensor, Tensor];
  return onPast.matmul(past.values[layer]!).add(onFresh.matmul(v));
}

function attend(context: Context, x: Tensor): { out: Tensor; key: Tensor; value: Tensor } {
  const { config, hooks, inputs, layer } = context;
  const { num_attention_heads: heads, num_key_value_heads: keyHeads, head_dim: d } = config;
  const at = `blocks.${layer}.attn` as const;
  const module = `model.layers.${layer}.self_attn`;
  const sizes = [heads * d, keyHeads * d, keyHeads * d];
  const names = ['q_proj', 'k_proj', 'v_proj'].map((name, i): [string, number] => [
    `${module}.${name}`,
    sizes[i]!,
  ]);
  const [q0, k0, v0] = linear(context, x, `${module}.qkv_proj`, names).split(-1, sizes) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const q = hooks.at(`${at}.hook_q`, toHeads(q0, heads));
  const k = hooks.at(`${at}.hook_k`, toHeads(k0, keyHeads));
  const v = hooks.at(`${at}.hook_v`, toHeads(v0, keyHeads));
  const rotQ = hooks.at(`${at}.hook_rot_q`, q.rope(inputs.cos, inputs.sin, inputs.positions));
  const rotK = hooks.at(`${at}.hook_rot_k`, k.rope(inputs.cos, inputs.sin, inputs.positions));
  const [queries, key, value] = [groupQueries(rotQ, keyHeads), headsFirst(rotK), headsFirst(v)];
  const open =
    inputs.past || hooks.wants(`${at}.hook_attn_scores`) || hooks.wants(`${at}.hook_pattern`);
  const scale = 1 / Math.sqrt(d);
  const mixed = open
    ? openAttention(context, queries, key, value, scale)
    : attention(queries, key, value, inputs.mask, scale).z;
  const z = hooks.at(`${at}.hook_z`, ungroupQueries(mixed, x.shape[1]!, heads));
  const flat = z.reshape(...x.shape.slice(0, 2), heads * d);
  const out = linear(context, flat, `${module}.o_proj`, [[`${module}.o_proj`, config.hidden_size]]);
  return { out, key, value };
}

function mlp(context: Context, x: Tensor): Tensor {
  const { config, hooks, layer } = context;
  const at = `blocks.${layer}.mlp` as const;
  const module = `model.layers.${layer}.mlp`;
  const size = config.intermediate_size;
  // Two products instead of a wide one: cutting its result apart would cost more than it saves.
  const gate = linear(context, x, `${module}.gate_proj`, [[`${module}.gate_proj`, size]]);
  const up = linear(context, x, `${module}.up_proj`, [[`${module}.up_proj`, size]]);
  const pre = hooks.at(`${at}.hook_pre`, gate).silu();
  const post = hooks.at(`${at}.hook_post`, pre.mul(hooks.at(`${at}.hook_pre_linear`, up)));
  return linear(context, post, `${module}.down_proj`, [
    [`${module}.down_proj`, config.hidden_size],
  ]);
}

/** RMSNorm; its hook sees the value before the weight, as in TransformerLens. */
function norm(
  { config, parameters, hooks }: Context,
  x: Tensor,
  weight: string,
  hook: HookName,
): Tensor {
  const w = parameters.weight(weight);
  if (!hooks.wants(hook)) return x.rmsNorm(w, config.rms_norm_eps);
  const ones = constant(new Array(config.hidden_size).fill(1));
  return hooks.at(hook, x.rmsNorm(ones, config.rms_norm_eps)).mul(w);
}

function block(context: Context, x: Tensor): { out: Tensor; key: Tensor; value: Tensor } {
  const { hooks, layer } = context;
  const at = `blocks.${layer}` as const;
  const module = `model.layers.${layer}`;
  const pre = hooks.at(`${at}.hook_resid_pre`, x);
  const normal1 = norm(
    context,
    pre,
    `${module}.input_layernorm.weight`,
    `${at}.ln1.hook_normalized`,
  );
  const { out: attended, key, value } = attend(context, normal1);
  const mid = hooks.at(`${at}.hook_resid_mid`, pre.add(hooks.at(`${at}.hook_attn_out`, attended)));
  const normal2 = norm(
    context,
    mid,
    `${module}.post_attention_layernorm.weight`,
    `${at}.ln2.hook_normalized`,
  );
  const post = mid.add(hooks.at(`${at}.hook_mlp_out`, mlp(context, normal2)));
  return { out: hooks.at(`${at}.hook_resid_post`, post), key, value };
}

/** The forward pass up to the final norm (Touvron et al. 2023, with grouped queries of Ainslie et al. 2023). */
export function llama(
  config: ModelConfig,
  parameters: Parameters,
  hooks: Hooks,
  inputs: ForwardInputs,
): ForwardOutputs {
  const keys: Tensor[] = [];
  const values: Tensor[] = [];
  let x = hooks.at(
    'hook_embed',
    parameters.weight('model.embed_tokens.weight').gather(inputs.tokens),
  );
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const { out, key, value } = block({ config, parameters, hooks, inputs, layer }, x);
    x = out;
    keys.push(key);
    values.push(value);
  }
  const context = { config, parameters, hooks, inputs, layer: config.num_hidden_layers };
  return { final: norm(context, x, 'model.norm.weight', 'ln_final.hook_normalized'), keys, values };
}

/** Logits [..., vocabulary] of normalized residuals [..., d]. */
export function unembed(config: ModelConfig, parameters: Parameters, final: Tensor): Tensor {
  const name = config.tie_word_embeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
  return final.matmul(parameters.weight(name), { transposeB: true });
}
