/** @file The configs of the families: what GGUF's metadata are called in `config.json`, and what they leave unsaid. */
import type { Fields } from './file.ts';
import { ropeParameters } from './rope.ts';

export type Json = Readonly<Record<string, unknown>>;

function gpt2(fields: Fields): Json {
  return {
    model_type: 'gpt2',
    n_embd: fields.size('embedding_length'),
    n_layer: fields.size('block_count'),
    n_head: fields.size('attention.head_count'),
    n_inner: fields.size('feed_forward_length'),
    n_positions: fields.size('context_length'),
    layer_norm_epsilon: fields.requiredNumber('attention.layer_norm_epsilon'),
  };
}

/** What all families but GPT-2 have under the same names. */
async function standard(fields: Fields): Promise<Json> {
  const hidden_size = fields.size('embedding_length');
  const heads = fields.size('attention.head_count');
  const head_dim = fields.optionalSize('attention.key_length') ?? hidden_size / heads;
  const values = fields.optionalSize('attention.value_length') ?? head_dim;
  if (values !== head_dim)
    fields.file.metadata.refuse(fields.key('attention.value_length'), `key_length, ${head_dim}`);
  const json = {
    hidden_size,
    intermediate_size: fields.size('feed_forward_length'),
    num_hidden_layers: fields.size('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: fields.optionalSize('attention.head_count_kv') ?? heads,
    max_position_embeddings: fields.size('context_length'),
    rope_parameters: await ropeParameters(fields.file, head_dim),
  };
  return Number.isInteger(head_dim) ? { ...json, head_dim } : json;
}

type Make = (fields: Fields, json: Json) => Json;

const rms = (fields: Fields): Json => ({
  rms_norm_eps: fields.requiredNumber('attention.layer_norm_rms_epsilon'),
});

const attentionBias = ({ file }: Fields): Json => ({
  attention_bias: file.tensors.has('blk.0.attn_q.bias'),
});

/** Mistral's files are Llama's, and so are those with biases. */
const llama: Make = (fields, json) => {
  const rope = json.rope_parameters as Json;
  if ('partial_rotary_factor' in rope)
    fields.file.metadata.refuse(fields.key('rope.dimension_count'), `${json.head_dim}`);
  const window = fields.optionalSize('attention.sliding_window');
  if (window !== undefined)
    return { ...json, ...rms(fields), model_type: 'mistral', sliding_window: window };
  return {
    ...json,
    ...rms(fields),
    ...attentionBias(fields),
    model_type: 'llama',
    mlp_bias: fields.file.tensors.has('blk.0.ffn_up.bias'),
  };
};

const gptneox: Make = (fields, { num_key_value_heads: _, head_dim: __, ...json }) => ({
  ...json,
  model_type: 'gpt_neox',
  layer_norm_eps: fields.requiredNumber('attention.layer_norm_epsilon'),
  use_parallel_residual: fields.flag('use_parallel_residual') ?? true,
  attention_bias: fields.file.tensors.has('blk.0.attn_qkv.bias'),
  // Files do not say where the rotated part of a head is all of it.
  rotary_pct: (json.rope_parameters as Json).partial_rotary_factor ?? 1,
});

/** Files do not say what queries are divided by; the largest model of a generation differs. */
function queryScalar(json: Json, largest: number): unknown {
  const { num_hidden_layers, hidden_size, num_attention_heads, head_dim } = json;
  if (num_hidden_layers !== largest) return head_dim;
  return Number(hidden_size) / Number(num_attention_heads);
}

const gemma2: Make = (fields, json) => ({
  ...json,
  ...rms(fields),
  model_type: 'gemma2',
  query_pre_attn_scalar: queryScalar(json, 46),
  sliding_window: fields.optionalSize('attention.sliding_window') ?? 4096,
  attn_logit_softcapping: fields.number('attn_logit_softcapping') ?? 50,
  final_logit_softcapping: fields.number('final_logit_softcapping') ?? 30,
});

/** Every sixth layer is global, unless the file says otherwise. */
function gemma3Layers(fields: Fields, count: number): string[] {
  const key = fields.key('attention.sliding_window_pattern');
  const pattern = fields.file.metadata.raw(key) ?? 6;
  const isLocal = (layer: number): boolean => {
    if (typeof pattern === 'number' && pattern >= 1) return (layer + 1) % pattern !== 0;
    const flag: unknown = Array.isArray(pattern) ? pattern[layer] : undefined;
    return typeof flag === 'boolean' ? flag : fields.file.metadata.refuse(key, 'a flag per layer');
  };
  return Array.from({ length: count }, (_, i) =>
    isLocal(i) ? 'sliding_attention' : 'full_attention',
  );
}

const gemma3: Make = (fields, json) => {
  const window = fields.optionalSize('attention.sliding_window') ?? null;
  const local = fields.number('rope.freq_base_swa') ?? 10_000;
  return {
    ...json,
    ...rms(fields),
    model_type: 'gemma3_text',
    query_pre_attn_scalar: queryScalar(json, 62),
    sliding_window: window,
    layer_types: gemma3Layers(fields, Math.min(Number(json.num_hidden_layers), 4096)),
    final_logit_softcapping: fields.number('final_logit_softcapping') ?? null,
    rope_parameters: {
      full_attention: json.rope_parameters,
      sliding_attention: { rope_type: 'default', rope_theta: local },
    },
  };
};

/** Where no model of the family has windows, a file with some is of another model under the same name (OLMo 3). */
function unwindowed(fields: Fields): void {
  if (fields.optionalSize('attention.sliding_window') !== undefined)
    fields.file.metadata.refuse(fields.key('attention.sliding_window'), 'none: not supported');
}

const qwen2: Make = (fields, json) => {
  unwindowed(fields);
  return { ...json, ...rms(fields), model_type: 'qwen2' };
};

const qwen3: Make = (fields, json) => {
  unwindowed(fields);
  return { ...json, ...rms(fields), ...attentionBias(fields), model_type: 'qwen3' };
};

const phi3: Make = (fields, json) => ({
  ...json,
  ...rms(fields),
  model_type: 'phi3',
  sliding_window: fields.optionalSize('attention.sliding_window') ?? null,
  partial_rotary_factor: (json.rope_parameters as Json).partial_rotary_factor ?? 1,
});

const olmo2: Make = (fields, json) => {
  unwindowed(fields);
  return { ...json, ...rms(fields), ...attentionBias(fields), model_type: 'olmo2' };
};

const MAKES: ReadonlyMap<string, Make> = new Map([
  ['gptneox', gptneox],
  ['llama', llama],
  ['qwen2', qwen2],
  ['qwen3', qwen3],
  ['gemma2', gemma2],
  ['gemma3', gemma3],
  ['phi3', phi3],
  ['olmo2', olmo2],
]);

/**
 * The config of a file's family, but for what all families have in common.
 *
 * @throws TouchstoneError naming the key that is missing, wrong, or asks for what is not supported
 */
export async function familyConfig(fields: Fields): Promise<Json> {
  const make = MAKES.get(fields.file.architecture);
  return make === undefined ? gpt2(fields) : make(fields, await standard(fields));
}
