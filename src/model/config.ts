/** @file The shape of a Llama model, read from and written to Hugging Face's `config.json`. */
import { z } from 'zod';
import { badInput } from '../tensor/errors.ts';
import { checkShape, show } from './json.ts';

/** A Llama model's shape, under the names that `config.json` uses. */
export interface ModelConfig {
  readonly model_type: 'llama';
  /** Width of the residual stream. */
  readonly hidden_size: number;
  /** Width of the feed-forward layer. */
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  /** Heads of keys and values; divides `num_attention_heads`. */
  readonly num_key_value_heads: number;
  /** Width of one head; even, since positions rotate pairs. */
  readonly head_dim: number;
  readonly rms_norm_eps: number;
  /** Base of the rotary frequencies. */
  readonly rope_theta: number;
  /** Rows of the embedding. */
  readonly vocab_size: number;
  /** Positions the model was made for, in tokens. */
  readonly max_position_embeddings: number;
  /** Whether the embedding is also the output matrix. */
  readonly tie_word_embeddings: boolean;
  readonly bos_token_id: number | null;
  readonly eos_token_id: number | readonly number[] | null;
  readonly pad_token_id: number | null;
  readonly hidden_act: 'silu';
  readonly attention_bias: false;
  readonly mlp_bias: false;
  /** Element type that the weights are saved in; arithmetic is in float32. */
  readonly torch_dtype: 'float32' | 'float16' | 'bfloat16';
}

const size = (most: number) => z.int(`expected an integer from 1 to ${most}`).min(1).max(most);
const positive = z.number().positive().max(1e30);
const tokenId = z.int().min(-1);
const dtype = z.enum(['float32', 'float16', 'bfloat16']).nullish();
const rope = z
  .looseObject({
    rope_type: z.string().optional(),
    type: z.string().optional(),
    rope_theta: positive.optional(),
  })
  .nullish();

/** Only `default` scaling is known; anything else would give other logits than the model's own. */
const schema = z.looseObject({
  model_type: z.literal('llama'),
  hidden_size: size(2 ** 20).default(4096),
  intermediate_size: size(2 ** 24).default(11008),
  num_hidden_layers: size(1024).default(32),
  num_attention_heads: size(2 ** 14).default(32),
  num_key_value_heads: size(2 ** 14).nullish(),
  head_dim: size(2 ** 16).nullish(),
  rms_norm_eps: positive.default(1e-6),
  rope_theta: positive.nullish(),
  rope_parameters: rope,
  rope_scaling: rope,
  vocab_size: size(2 ** 24).default(32000),
  max_position_embeddings: size(2 ** 24).default(2048),
  tie_word_embeddings: z.boolean().default(false),
  bos_token_id: tokenId.nullable().default(1),
  eos_token_id: z
    .union([tokenId, z.array(tokenId)])
    .nullable()
    .default(2),
  pad_token_id: tokenId.nullable().default(null),
  hidden_act: z.literal('silu').default('silu'),
  attention_bias: z.literal(false).default(false),
  mlp_bias: z.literal(false).default(false),
  torch_dtype: dtype,
  dtype,
  quantization_config: z.null('quantized weights cannot be read').optional(),
});

/**
 * Reads a parsed `config.json`; what is missing gets the default that transformers gives it.
 *
 * @param name the file, for messages
 * @throws TouchstoneError naming the first value that is wrong or not supported
 */
export function parseConfig(json: unknown, name = 'config.json'): ModelConfig {
  const raw = checkShape(schema, json, name);
  const config: ModelConfig = {
    model_type: raw.model_type,
    hidden_size: raw.hidden_size,
    intermediate_size: raw.intermediate_size,
    num_hidden_layers: raw.num_hidden_layers,
    num_attention_heads: raw.num_attention_heads,
    num_key_value_heads: raw.num_key_value_heads ?? raw.num_attention_heads,
    head_dim: raw.head_dim ?? raw.hidden_size / raw.num_attention_heads,
    rms_norm_eps: raw.rms_norm_eps,
    rope_theta: ropeTheta(raw, name),
    vocab_size: raw.vocab_size,
    max_position_embeddings: raw.max_position_embeddings,
    tie_word_embeddings: raw.tie_word_embeddings,
    bos_token_id: raw.bos_token_id,
    eos_token_id: raw.eos_token_id,
    pad_token_id: raw.pad_token_id,
    hidden_act: raw.hidden_act,
    attention_bias: raw.attention_bias,
    mlp_bias: raw.mlp_bias,
    torch_dtype: raw.dtype ?? raw.torch_dtype ?? 'float32',
  };
  checkHeads(config, name);
  return config;
}

/** transformers 5 keeps the base in `rope_parameters` (`rope_scaling` overrides it), older ones outside. */
function ropeTheta(raw: z.infer<typeof schema>, name: string): number {
  const parameters = raw.rope_scaling ?? raw.rope_parameters ?? {};
  const kind = parameters.rope_type ?? parameters.type ?? 'default';
  if (kind !== 'default') {
    badInput(`${name}: the rope scaling is ${show(kind)}: only "default" is supported`);
  }
  const partial = parameters.partial_rotary_factor ?? raw.partial_rotary_factor ?? 1;
  if (partial !== 1)
    badInput(`${name}: partial_rotary_factor is ${show(partial)}: only 1 is supported`);
  return parameters.rope_theta ?? raw.rope_theta ?? 10000;
}

function checkHeads(config: ModelConfig, name: string): void {
  const { hidden_size, head_dim, num_attention_heads: heads, num_key_value_heads: groups } = config;
  if (!Number.isInteger(head_dim)) {
    badInput(`${name}: hidden_size ${hidden_size} does not divide into ${heads} attention heads`);
  }
  if (head_dim % 2 !== 0) badInput(`${name}: head_dim is ${head_dim}: expected an even number`);
  if (heads % groups !== 0) {
    badInput(
      `${name}: num_key_value_heads is ${groups}: expected a divisor of num_attention_heads ${heads}`,
    );
  }
}

/**
 * The `config.json` of a model, as text. It has the rotary base and the element type both where
 * transformers 5 looks for them and where older ones do.
 */
export function writeConfig(config: ModelConfig): string {
  const json = {
    architectures: ['LlamaForCausalLM'],
    ...config,
    rope_parameters: { rope_theta: config.rope_theta, rope_type: 'default' },
    dtype: config.torch_dtype,
  };
  const sorted = Object.fromEntries(Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 2)}
`;
}
