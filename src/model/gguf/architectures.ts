/** @file Architectures of GGUF files: which Hugging Face tensor each of theirs is, and how it was changed on the way. */
import type { ModelConfig } from '../config.ts';
import { lessOne, type Placement, reordered } from './tensors.ts';

/** Names of tensors, without '.weight' and '.bias': GGUF's and Hugging Face's. */
type Names = Readonly<Record<string, string>>;

export interface GgufArchitecture {
  /** Tensors outside of blocks. */
  readonly outer: Names;
  /** Tensors of a block: `blk.N.x` here, and there below `layers.N`. */
  readonly block: Names;
  readonly layers: string;
  /** Matrices that Hugging Face has the other way round. */
  readonly transposed?: ReadonlySet<string>;
  /** How any other change is undone. `stem` is a key of `outer` or `block`. */
  place?(stem: string, config: ModelConfig): Placement | undefined;
}

const plain: GgufArchitecture = {
  outer: { token_embd: 'model.embed_tokens', output_norm: 'model.norm', output: 'lm_head' },
  layers: 'model.layers',
  block: {
    attn_norm: 'input_layernorm',
    attn_q: 'self_attn.q_proj',
    attn_k: 'self_attn.k_proj',
    attn_v: 'self_attn.v_proj',
    attn_q_norm: 'self_attn.q_norm',
    attn_k_norm: 'self_attn.k_norm',
    attn_output: 'self_attn.o_proj',
    ffn_norm: 'post_attention_layernorm',
    ffn_gate: 'mlp.gate_proj',
    ffn_up: 'mlp.up_proj',
    ffn_down: 'mlp.down_proj',
  },
};

/** The two halves of a head, which Hugging Face rotates together, lie interleaved. */
const llama: GgufArchitecture = {
  ...plain,
  place: (stem, { head_dim }) => {
    if (stem !== 'attn_q' && stem !== 'attn_k') return undefined;
    return reordered((row) => {
      const within = row % head_dim;
      return row - within + (within % 2) * (head_dim / 2) + (within >> 1);
    });
  },
};

/** Norms have the 1 in them that Hugging Face adds when it computes. */
const gemma: GgufArchitecture = {
  ...plain,
  block: {
    ...plain.block,
    post_attention_norm: 'post_attention_layernorm',
    ffn_norm: 'pre_feedforward_layernorm',
    post_ffw_norm: 'post_feedforward_layernorm',
  },
  place: (stem) => (stem.endsWith('norm') ? lessOne : undefined),
};

const { attn_norm: _, ffn_norm: __, ...unnormed } = plain.block;

const olmo2: GgufArchitecture = {
  ...plain,
  block: {
    ...unnormed,
    post_attention_norm: 'post_attention_layernorm',
    post_ffw_norm: 'post_feedforward_layernorm',
  },
};

const phi3: GgufArchitecture = {
  ...plain,
  block: {
    attn_norm: 'input_layernorm',
    attn_qkv: 'self_attn.qkv_proj',
    attn_output: 'self_attn.o_proj',
    ffn_norm: 'post_attention_layernorm',
    ffn_up: 'mlp.gate_up_proj',
    ffn_down: 'mlp.down_proj',
  },
};

/** Matrices are [out, in], as everywhere but in Hugging Face's GPT-2. */
const gpt2: GgufArchitecture = {
  outer: {
    token_embd: 'transformer.wte',
    position_embd: 'transformer.wpe',
    output_norm: 'transformer.ln_f',
    output: 'lm_head',
  },
  layers: 'transformer.h',
  block: {
    attn_norm: 'ln_1',
    attn_qkv: 'attn.c_attn',
    attn_output: 'attn.c_proj',
    ffn_norm: 'ln_2',
    ffn_up: 'mlp.c_fc',
    ffn_down: 'mlp.c_proj',
  },
  transposed: new Set(['attn_qkv', 'attn_output', 'ffn_up', 'ffn_down']),
};

/** Queries, keys and values lie stacked, where Hugging Face has them head by head. */
const gptneox: GgufArchitecture = {
  outer: {
    token_embd: 'gpt_neox.embed_in',
    output_norm: 'gpt_neox.final_layer_norm',
    output: 'embed_out',
  },
  layers: 'gpt_neox.layers',
  block: {
    attn_norm: 'input_layernorm',
    attn_qkv: 'attention.query_key_value',
    attn_output: 'attention.dense',
    ffn_norm: 'post_attention_layernorm',
    ffn_up: 'mlp.dense_h_to_4h',
    ffn_down: 'mlp.dense_4h_to_h',
  },
  place: (stem, { head_dim, hidden_size }) => {
    if (stem !== 'attn_qkv') return undefined;
    return reordered((row) => {
      const [part, within] = [Math.floor(row / hidden_size), row % hidden_size];
      const head = Math.floor(within / head_dim);
      return (head * 3 + part) * head_dim + (within % head_dim);
    });
  },
};

/** Architectures by `general.architecture`. */
export const ARCHITECTURES: ReadonlyMap<string, GgufArchitecture> = new Map([
  ['gpt2', gpt2],
  ['gptneox', gptneox],
  ['llama', llama],
  ['qwen2', plain],
  ['qwen3', plain],
  ['gemma2', gemma],
  ['gemma3', gemma],
  ['phi3', phi3],
  ['olmo2', olmo2],
]);
