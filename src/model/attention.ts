/** @file A block's attention as a graph: projections, rotary positions, grouped queries, windows, soft caps. */
import {
  attention,
  concat,
  constant,
  type Dim,
  multiplyDims,
  type Tensor,
} from '../tensor/index.ts';
import type { LayerKind, ModelConfig } from './config.ts';
import { type Context, linear, rmsOf } from './layers.ts';
import type { BlockParts, Norm } from './parts.ts';

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
  if (group === 1) return headsFirst(q);
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
  if (group === 1) return z.transpose(0, 2, 1, 3);
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

/** Queries, keys and values, [batch, seq, heads, d]. */
function project(context: Context, parts: BlockParts, x: Tensor): [Tensor, Tensor, Tensor] {
  const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: d } = context.config;
  const all = linear(context, parts.qkv, x);
  if (parts.qkvOrder === 'perHead') {
    const [batch, seq] = x.shape as [Dim, Dim];
    const perHead = all.reshape(batch, seq, heads, 3 * d);
    return perHead.split(-1, [d, d, d]) as [Tensor, Tensor, Tensor];
  }
  const [q, k, v] = all.split(-1, [heads * d, groups * d, groups * d]) as [Tensor, Tensor, Tensor];
  return [toHeads(q, heads), toHeads(k, groups), toHeads(v, groups)];
}

/** Each head normalized, or all of them as one vector. */
function normHeads(context: Context, part: Norm | undefined, x: Tensor): Tensor {
  if (!part) return x;
  if (context.config.architecture.queryKeyNorm === 'head') return rmsOf(context, part, x);
  const [batch, seq, heads, d] = x.shape as [Dim, Dim, number, number];
  return rmsOf(context, part, x.reshape(batch, seq, heads * d)).reshape(batch, seq, heads, d);
}

/** Turns the first `dims` of each head. */
function rotate({ inputs, config }: Context, kind: LayerKind, x: Tensor): Tensor {
  const rope = config.architecture.ropes[kind.rope]!;
  const { cos, sin } = inputs.ropes[kind.rope]!;
  if (rope.dims === config.head_dim) return x.rope(cos, sin, inputs.positions);
  const [turned, rest] = x.split(-1, [rope.dims, config.head_dim - rope.dims]) as [Tensor, Tensor];
  return concat([turned.rope(cos, sin, inputs.positions), rest], -1);
}

function softcap(scores: Tensor, { architecture: { attentionSoftcap: cap } }: ModelConfig): Tensor {
  return cap === undefined ? scores : scores.div(cap).tanh().mul(cap);
}

/**
 * A step's scores: of cached keys [batch, kv heads, d_head, past], and of its own. The queries are scaled, not the
 * products, since a product without a factor has a kernel for single rows; and they are scaled by a vector, since ONNX
 * Runtime makes a scalar a factor of the product again.
 */
function stepScores({ config }: Context, past: Tensor, mask: Tensor, q: Tensor, k: Tensor): Tensor {
  const { head_dim: d, architecture } = config;
  const scaled = q.mul(constant(new Float32Array(d).fill(architecture.attentionScale)));
  const old = softcap(scaled.matmul(past), config).add(mask);
  // There is one key of its own: many tiny products would cost more than one long sum.
  const fresh = softcap(scaled.mul(k).sum(-1, true), config);
  return concat([old, fresh], -1);
}

/** Attention whose scores and pattern pass through their hooks. */
function openAttention(context: Context, kind: LayerKind, q: Tensor, k: Tensor, v: Tensor): Tensor {
  const { hooks, inputs, config, layer } = context;
  const at = `blocks.${layer}.attn` as const;
  const past = inputs.past;
  const grouped = past
    ? stepScores(context, past.keys[layer]!, maskOf(past, kind), q, k)
    : softcap(
        q.matmul(k, { transposeB: true, alpha: config.architecture.attentionScale }),
        config,
      ).add(maskOf(inputs, kind));
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
  const sizes = [past.values[layer]!.shape[2]!, seq];
  const [onPast, onFresh] = pattern.split(-1, sizes) as [Tensor, Tensor];
  return onPast.matmul(past.values[layer]!).add(onFresh.mul(v));
}

function maskOf(masks: { mask: Tensor; windowMask?: Tensor }, { window }: LayerKind): Tensor {
  return window === undefined ? masks.mask : masks.windowMask!;
}

/** What the heads write, each for itself, and their sum: only where it is asked for. */
function perHeadOutput(context: Context, parts: BlockParts, z: Tensor): Tensor {
  const { config, parameters, hooks, layer } = context;
  const { num_attention_heads: heads, head_dim: d, hidden_size: width } = config;
  const stored = parameters.weight(`${parts.out.name}.weight`);
  const matrix = parts.out.transposed
    ? stored.reshape(heads, d, width)
    : stored.reshape(width, heads, d).transpose(1, 2, 0);
  const result = z.transpose(0, 2, 1, 3).matmul(matrix).transpose(0, 2, 1, 3);
  const sum = hooks.at(`blocks.${layer}.attn.hook_result`, result).sum(2);
  const bias = parts.out.bias ? sum.add(parameters.weight(`${parts.out.name}.bias`)) : sum;
  const flat = z.reshape(...z.shape.slice(0, 2), heads * d);
  const delta = parameters.adapted?.(parts.out.modules[0]!.name, flat);
  return delta ? bias.add(delta) : bias;
}

/** Attention's output before any norm, with the keys and values that later positions need. */
export function attend(
  context: Context,
  parts: BlockParts,
  x: Tensor,
): { out: Tensor; key: Tensor; value: Tensor } {
  const { config, hooks, inputs, layer } = context;
  const { num_attention_heads: heads, num_key_value_heads: keyHeads, architecture } = config;
  const kind = architecture.layers[layer]!;
  const at = `blocks.${layer}.attn` as const;
  const [q0, k0, v0] = project(context, parts, x);
  const q = normHeads(context, parts.qNorm, hooks.at(`${at}.hook_q`, q0));
  const k = normHeads(context, parts.kNorm, hooks.at(`${at}.hook_k`, k0));
  const v = hooks.at(`${at}.hook_v`, v0);
  const rotary = architecture.positions === 'rotary';
  const rotQ = rotary ? hooks.at(`${at}.hook_rot_q`, rotate(context, kind, q)) : q;
  const rotK = rotary ? hooks.at(`${at}.hook_rot_k`, rotate(context, kind, k)) : k;
  const [queries, key, value] = [groupQueries(rotQ, keyHeads), headsFirst(rotK), headsFirst(v)];
  const open =
    inputs.past ||
    architecture.attentionSoftcap !== undefined ||
    hooks.wants(`${at}.hook_attn_scores`) ||
    hooks.wants(`${at}.hook_pattern`);
  const mixed = open
    ? openAttention(context, kind, queries, key, value)
    : attention(queries, key, value, maskOf(inputs, kind), architecture.attentionScale).z;
  const z = hooks.at(`${at}.hook_z`, ungroupQueries(mixed, x.shape[1]!, heads));
  const out = hooks.wants(`${at}.hook_result`)
    ? perHeadOutput(context, parts, z)
    : linear(context, parts.out, z.reshape(...x.shape.slice(0, 2), heads * config.head_dim));
  return { out, key, value };
}
