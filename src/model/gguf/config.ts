/** @file The `config.json` that a GGUF file's metadata stands for. */
import { badInput, nearest } from '../../tensor/errors.ts';
import { show } from '../json.ts';
import { ARCHITECTURES } from './architectures.ts';
import { Fields, type GgufFile, tensorOf } from './file.ts';
import { ropeParameters } from './rope.ts';

type Json = Record<string, unknown>;

/**
 * A Hugging Face config; `parseConfig` checks what it says.
 *
 * @throws TouchstoneError naming the key that is missing, wrong, or asks for what is not supported
 */
export async function ggufConfig(file: GgufFile): Promise<Json> {
  const { architecture: name, source } = file;
  if (!ARCHITECTURES.has(name)) {
    const known = [...ARCHITECTURES.keys()];
    badInput(
      `${source.name}: general.architecture is ${show(name)}, expected one of ${known.join(', ')}`,
      nearest(name, known),
    );
  }
  const fields = new Fields(file);
  refuseUnsupported(fields);
  const common = { ...tokenIds(file), vocab_size: tensorOf(file, 'token_embd.weight').shape[0] };
  const json = name === 'gpt2' ? gpt2(fields) : await FAMILY[name]!(fields, await standard(fields));
  return {
    ...json,
    ...common,
    tie_word_embeddings: !file.tensors.has('output.weight'),
    torch_dtype: dtypeOf(file),
  };
}

/** What changes the computation in ways that the architectures here do not have. */
const UNSUPPORTED = [
  'expert_count',
  'logit_scale',
  'residual_scale',
  'embedding_scale',
  'nextn_predict_layers',
  'attention.scale',
  'attention.clamp_kqv',
  'attention.max_alibi_bias',
  'attention.temperature_scale',
  'attention.shared_kv_layers',
  'rope.scaling.yarn_log_multiplier',
];

function refuseUnsupported(fields: Fields): void {
  for (const field of UNSUPPORTED)
    if (fields.number(field)) fields.file.metadata.refuse(fields.key(field), '0: not supported');
  if (fields.flag('attention.causal') === false)
    fields.file.metadata.refuse(fields.key('attention.causal'), 'true');
}

const TOKENS = 'tokenizer.ggml';

function tokenIds({ metadata }: GgufFile): Json {
  const id = (role: string) => metadata.count(`${TOKENS}.${role}_token_id`) ?? null;
  const ends = [...new Set([id('eos'), id('eot')].filter((each) => each !== null))];
  return {
    bos_token_id: id('bos'),
    eos_token_id: ends.length > 1 ? ends : (ends[0] ?? null),
    pad_token_id: id('padding'),
  };
}

const DTYPES: Readonly<Record<string, string>> = { F16: 'float16', BF16: 'bfloat16' };

function dtypeOf(file: GgufFile): string {
  return DTYPES[tensorOf(file, 'token_embd.weight').type.name] ?? 'float32';
}

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

const FAMILY: Readonly<Record<string, Make>> = {
  llama,
  gptneox,
  gemma2,
  gemma3,
  qwen2: (fields, json) => ({ ...json, ...rms(fields), model_type: 'qwen2' }),
  qwen3: (fields, json) => ({
    ...json,
    ...rms(fields),
    ...attentionBias(fields),
    model_type: 'qwen3',
  }),
  phi3: (fields, json) => {
    const sliding_window = fields.optionalSize('attention.sliding_window') ?? null;
    const partial = (json.rope_parameters as Json).partial_rotary_factor ?? 1;
    const rotary = { sliding_window, partial_rotary_factor: partial };
    return { ...json, ...rms(fields), ...rotary, model_type: 'phi3' };
  },
  olmo2: (fields, json) => {
    // Olmo 3 has the same name, and windows.
    if (fields.optionalSize('attention.sliding_window') !== undefined)
      fields.file.metadata.refuse(fields.key('attention.sliding_window'), 'none: not supported');
    return { ...json, ...rms(fields), ...attentionBias(fields), model_type: 'olmo2' };
  },
};
