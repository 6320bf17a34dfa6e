/** @file What a model family is: how its `config.json` reads, and which weights it has. */
import { z } from 'zod';
import { badInput } from '../../tensor/errors.ts';
import type { ActivationName, Architecture, ModelConfig, TorchDtype } from '../config.ts';
import { show } from '../json.ts';
import type { BlockParts, Linear, ModelParts, Norm } from '../parts.ts';
import { parseRope } from '../rope.ts';

/** A family of models. */
export interface Family {
  /** Values of `model_type`. */
  readonly types: readonly string[];
  /** @throws TouchstoneError naming the first value that is wrong or not supported */
  parse(json: Record<string, unknown>, name: string): ModelConfig;
  parts(config: ModelConfig): ModelParts;
}

export const size = (most: number) =>
  z.int(`expected an integer from 1 to ${most}`).min(1).max(most);
export const positive = z.number().positive().max(1e30);
export const tokenId = z.int().min(-1);
const dtype = z.enum(['float32', 'float16', 'bfloat16']).nullish();

/** Fields that every family has under the same names. */
export const shared = {
  vocab_size: size(2 ** 24),
  bos_token_id: tokenId.nullable().optional(),
  eos_token_id: z
    .union([tokenId, z.array(tokenId)])
    .nullable()
    .optional(),
  pad_token_id: tokenId.nullable().optional(),
  torch_dtype: dtype,
  dtype,
  quantization_config: z.null('quantized weights cannot be read').optional(),
};

/** Fields of the families that came after Llama. */
export const standard = {
  ...shared,
  hidden_size: size(2 ** 20),
  intermediate_size: size(2 ** 24),
  num_hidden_layers: size(1024),
  num_attention_heads: size(2 ** 14),
  num_key_value_heads: size(2 ** 14).nullish(),
  head_dim: size(2 ** 16).nullish(),
  rms_norm_eps: positive,
  max_position_embeddings: size(2 ** 24),
  tie_word_embeddings: z.boolean(),
  rope_theta: positive.nullish(),
  rope_parameters: z.looseObject({}).nullish(),
  rope_scaling: z.looseObject({}).nullish(),
};

export const standardSchema = z.looseObject(standard);
export type Standard = z.infer<typeof standardSchema>;

/** What `config.json` calls the activations that are known. */
const ACTIVATIONS: Readonly<Record<string, ActivationName>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_fast: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  relu: 'relu',
};

/** @throws TouchstoneError naming the activations that are known */
export function activationOf(value: string, field: string, name: string): ActivationName {
  return (
    ACTIVATIONS[value] ??
    badInput(
      `${name}: ${field} is ${show(value)}: expected one of ${Object.keys(ACTIVATIONS).join(', ')}`,
    )
  );
}

type Settings = Partial<Architecture> & Pick<Architecture, 'activation'>;

/** The config of a Llama-like model, all layers alike but for what `settings` say. */
export function standardConfig(
  family: { type: string; architectures: string; theta?: number },
  raw: Standard,
  name: string,
  settings: Settings,
): ModelConfig {
  const sizes = headSizes(raw, name);
  const rope = { rope: 0 };
  const architecture: Architecture = {
    norm: 'rms',
    normEpsilon: raw.rms_norm_eps,
    normOffset: 0,
    normPlace: 'before',
    parallel: false,
    positions: 'rotary',
    ropes: settings.ropes ?? [onlyRope(raw, name, sizes.head_dim, family.theta ?? 10_000)],
    layers: Array.from({ length: raw.num_hidden_layers }, () => rope),
    gated: true,
    attentionScale: 1 / Math.sqrt(sizes.head_dim),
    ...settings,
  };
  const fields = {
    model_type: family.type,
    hidden_size: raw.hidden_size,
    intermediate_size: raw.intermediate_size,
    num_hidden_layers: raw.num_hidden_layers,
    ...sizes,
    vocab_size: raw.vocab_size,
    max_position_embeddings: raw.max_position_embeddings,
    tie_word_embeddings: raw.tie_word_embeddings,
    ...tokenIds(raw),
    torch_dtype: dtypeOf(raw),
  };
  const json = standardJson(family.architectures, raw, fields, architecture.ropes[0]!.theta);
  return { ...fields, architecture, json };
}

/** Windows of layers by `layer_types`; `fallback` where there are none. */
export function windowedLayers(
  count: number,
  window: number | null | undefined,
  isWindowed: (layer: number) => boolean,
  types?: readonly string[] | null,
): Architecture['layers'] {
  return Array.from({ length: count }, (_, i) => {
    const windowed = types ? types[i] === 'sliding_attention' : isWindowed(i);
    return windowed && window ? { rope: 0, window } : { rope: 0 };
  });
}

export function tokenIds(raw: {
  bos_token_id?: number | null | undefined;
  eos_token_id?: number | number[] | null | undefined;
  pad_token_id?: number | null | undefined;
}): Pick<ModelConfig, 'bos_token_id' | 'eos_token_id' | 'pad_token_id'> {
  return {
    bos_token_id: raw.bos_token_id ?? null,
    eos_token_id: raw.eos_token_id ?? null,
    pad_token_id: raw.pad_token_id ?? null,
  };
}

export function dtypeOf(raw: {
  dtype?: TorchDtype | null | undefined;
  torch_dtype?: TorchDtype | null | undefined;
}): TorchDtype {
  return raw.dtype ?? raw.torch_dtype ?? 'float32';
}

/** The one set of rotary parameters: transformers 5 keeps it in `rope_parameters` (`rope_scaling` overrides it), older ones outside. */
function onlyRope(raw: Standard, name: string, headDim: number, theta: number) {
  return parseRope(raw.rope_scaling ?? raw.rope_parameters, {
    name,
    headDim,
    theta: raw.rope_theta ?? theta,
    maxPositions: raw.max_position_embeddings,
    ...(typeof raw.partial_rotary_factor === 'number' && { partial: raw.partial_rotary_factor }),
  });
}

export type HeadSizes = Pick<
  ModelConfig,
  'num_attention_heads' | 'num_key_value_heads' | 'head_dim'
>;

/** @throws TouchstoneError where heads do not divide what they share */
export function headSizes(raw: Standard, name: string): HeadSizes {
  const { hidden_size, num_attention_heads: heads } = raw;
  const groups = raw.num_key_value_heads ?? heads;
  const headDim = raw.head_dim ?? hidden_size / heads;
  if (!Number.isInteger(headDim)) {
    badInput(`${name}: hidden_size ${hidden_size} does not divide into ${heads} attention heads`);
  }
  if (headDim % 2 !== 0) badInput(`${name}: head_dim is ${headDim}: expected an even number`);
  if (heads % groups !== 0) {
    badInput(
      `${name}: num_key_value_heads is ${groups}: expected a divisor of num_attention_heads ${heads}`,
    );
  }
  return { num_attention_heads: heads, num_key_value_heads: groups, head_dim: headDim };
}

/** `config.json` with what was not in it filled in, and with the rotary base where older readers look for it. */
function standardJson(
  architectures: string,
  raw: Standard,
  fields: Record<string, unknown>,
  theta: number,
): Record<string, unknown> {
  const nested = Object.values(raw.rope_parameters ?? {}).some(
    (value) => typeof value === 'object',
  );
  const rope = raw.rope_scaling ?? raw.rope_parameters ?? {};
  const { dtype: _, ...rest } = raw;
  return {
    architectures: [architectures],
    ...rest,
    ...fields,
    ...(nested
      ? {}
      : {
          rope_theta: theta,
          rope_parameters: { rope_type: 'default', ...rope, rope_theta: theta },
        }),
  };
}

/** Names and switches of a Llama-like block. */
export interface StandardParts {
  readonly attentionBias?: boolean;
  readonly outBias?: boolean;
  readonly mlpBias?: boolean;
  /** Names of the norms within a block. */
  readonly norms?: {
    readonly ln1?: string;
    readonly ln2?: string;
    readonly ln1Post?: string;
    readonly ln2Post?: string;
  };
  /** Hugging Face's prefix of all but the output matrix. */
  readonly prefix?: string;
}

/** The weights of a Llama-like model: separate projections of queries, keys, values, gate and up. */
export function standardParts(config: ModelConfig, options: StandardParts = {}): ModelParts {
  const { vocab_size: vocab, hidden_size: d, num_hidden_layers: layers } = config;
  const { prefix = 'model' } = options;
  return {
    embed: { name: `${prefix}.embed_tokens`, rows: vocab },
    blocks: Array.from({ length: layers }, (_, i) =>
      standardBlock(config, `${prefix}.layers.${i}`, options),
    ),
    final: { name: `${prefix}.norm`, size: d },
    ...(!config.tie_word_embeddings && { unembed: linear('lm_head', d, vocab, false) }),
  };
}

function standardBlock(config: ModelConfig, at: string, options: StandardParts): BlockParts {
  const { hidden_size: d, intermediate_size: f, head_dim } = config;
  const { attentionBias = false, outBias = attentionBias, mlpBias = false, norms = {} } = options;
  const queries = config.num_attention_heads * head_dim;
  const keys = config.num_key_value_heads * head_dim;
  const norm = (name: string): Norm => ({ name: `${at}.${name}`, size: d });
  const { queryKeyNorm } = config.architecture;
  const normOf = (name: string, width: number): Norm => ({
    name: `${at}.self_attn.${name}`,
    size: queryKeyNorm === 'head' ? head_dim : width,
  });
  return {
    ln1: norm(norms.ln1 ?? 'input_layernorm'),
    qkv: {
      name: `${at}.self_attn.qkv_proj`,
      inputs: d,
      bias: attentionBias,
      modules: [
        { name: `${at}.self_attn.q_proj`, outputs: queries },
        { name: `${at}.self_attn.k_proj`, outputs: keys },
        { name: `${at}.self_attn.v_proj`, outputs: keys },
      ],
    },
    qkvOrder: 'stacked',
    ...(queryKeyNorm && { qNorm: normOf('q_norm', queries), kNorm: normOf('k_norm', keys) }),
    out: linear(`${at}.self_attn.o_proj`, queries, d, outBias, { residual: true }),
    ...(norms.ln1Post && { ln1Post: norm(norms.ln1Post) }),
    ln2: norm(norms.ln2 ?? 'post_attention_layernorm'),
    gate: linear(`${at}.mlp.gate_proj`, d, f, mlpBias),
    up: linear(`${at}.mlp.up_proj`, d, f, mlpBias),
    down: linear(`${at}.mlp.down_proj`, f, d, mlpBias, { residual: true }),
    ...(norms.ln2Post && { ln2Post: norm(norms.ln2Post) }),
  };
}

/** A product of one module. */
export function linear(
  name: string,
  inputs: number,
  outputs: number,
  bias: boolean,
  more: Pick<Linear, 'transposed' | 'residual'> = {},
): Linear {
  return { name, inputs, modules: [{ name, outputs }], bias, ...more };
}
