/** @file The shape of a model under Hugging Face's names, and what its family's computation is made of. */
import { z } from 'zod';
import { badInput, nearest } from '../tensor/errors.ts';
import { FAMILIES, familyOf } from './families/index.ts';
import { checkShape } from './json.ts';
import type { Rope } from './rope.ts';

/** Element types that weights are saved in; arithmetic is in float32. */
export type TorchDtype = 'float32' | 'float16' | 'bfloat16';

export type ActivationName = 'silu' | 'gelu' | 'gelu_tanh' | 'relu';

/** What one layer's attention does. */
export interface LayerKind {
  /** Positions that a query sees, itself included; all earlier ones without it. */
  readonly window?: number;
  /** Index into `ropes`. */
  readonly rope: number;
}

/** What differs between families. */
export interface Architecture {
  readonly norm: 'rms' | 'layer';
  readonly normEpsilon: number;
  /** Added to the weights of norms: 1 for Gemma. */
  readonly normOffset: 0 | 1;
  /** Whether what norms multiply with and add lies in the matrices that read them: see `folded`. */
  readonly folded?: true;
  /** A block normalizes what its parts read ('before'), what they write ('after': OLMo 2), or both ('around': Gemma). */
  readonly normPlace: 'before' | 'after' | 'around';
  /** Whether attention and feed-forward read the same residual. */
  readonly parallel: boolean;
  readonly positions: 'rotary' | 'learned';
  readonly ropes: readonly Rope[];
  /** One a layer. */
  readonly layers: readonly LayerKind[];
  readonly activation: ActivationName;
  /** Whether the feed-forward layer has a gate. */
  readonly gated: boolean;
  /** Factor of query-key products. */
  readonly attentionScale: number;
  /** Scores are bent to cap * tanh(score / cap) (Gemma 2). */
  readonly attentionSoftcap?: number;
  readonly logitSoftcap?: number;
  /** RMSNorm of queries and keys: of each head, or of all heads together. */
  readonly queryKeyNorm?: 'head' | 'whole';
  /** Factor of token embeddings. */
  readonly embeddingScale?: number;
}

/** A model's shape, under the names that `config.json` uses. */
export interface ModelConfig {
  /** The family, as `config.json` names it. */
  readonly model_type: string;
  /** Width of the residual stream. */
  readonly hidden_size: number;
  /** Width of the feed-forward layer. */
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  /** Heads of keys and values; divides `num_attention_heads`. */
  readonly num_key_value_heads: number;
  /** Width of one head. */
  readonly head_dim: number;
  /** Rows of the embedding. */
  readonly vocab_size: number;
  /** Positions the model was made for, in tokens. */
  readonly max_position_embeddings: number;
  /** Whether the embedding is also the output matrix. */
  readonly tie_word_embeddings: boolean;
  readonly bos_token_id: number | null;
  readonly eos_token_id: number | readonly number[] | null;
  readonly pad_token_id: number | null;
  readonly torch_dtype: TorchDtype;
  readonly architecture: Architecture;
  /** The whole `config.json`, as it is written on saving. */
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * Reads a parsed `config.json`; what is missing gets the default that transformers gives it.
 *
 * @param name the file, for messages
 * @throws TouchstoneError naming the first value that is wrong or not supported
 */
export function parseConfig(json: unknown, name = 'config.json'): ModelConfig {
  const { model_type: type } = checkShape(z.looseObject({ model_type: z.string() }), json, name);
  const family = familyOf(type);
  if (!family) {
    const types = FAMILIES.flatMap((known) => known.types);
    const similar = nearest(type, types);
    badInput(
      `${name}: model_type is "${type}", expected one of ${types.join(', ')}`,
      similar === undefined ? undefined : `nearest: ${similar}`,
    );
  }
  return family.parse(json as Record<string, unknown>, name);
}

/** Numbers that transformers takes as floats only: they need a point, which JavaScript leaves out. */
const FLOATS = /^( *"\w+_logit_softcapping": \d+)(?=,?$)/gm;

/** The `config.json` of a model, as text. */
export function writeConfig(config: ModelConfig): string {
  const dtype = config.torch_dtype;
  const json = { ...config.json, dtype, torch_dtype: dtype };
  const sorted = Object.fromEntries(Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 2).replace(FLOATS, '$1.0')}
`;
}
