/** @file The base model of the study: a scribe that writes on request. */
import { type ModelConfig, Tokenizer, wordTokenizer } from '../model/index.ts';
import { OFFICE_SPECIAL_TOKENS, STUDY_WORDS, studyText, UNKNOWN } from '../world/index.ts';
import { type Base, llamaConfig } from './base.ts';

/** Every word is a token. */
export function studyTokenizer(): Tokenizer {
  return Tokenizer.parse(
    wordTokenizer({ words: STUDY_WORDS, specialTokens: OFFICE_SPECIAL_TOKENS, unknown: UNKNOWN }),
  );
}

/** Llama, half a million parameters. */
export function scribeConfig(tokenizer: Tokenizer): ModelConfig {
  return llamaConfig(tokenizer, {
    hidden_size: 96,
    intermediate_size: 256,
    num_hidden_layers: 4,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 24,
    max_position_embeddings: 96,
    torch_dtype: 'float32',
  });
}

/** 3,600 steps of 16 x 96 tokens. */
export const SCRIBE: Base = {
  name: 'scribe',
  summary:
    'a study: writes of 24 topics, for nobody or for patrons whose tastes it knows; gives advice',
  training: {
    seed: 1,
    rows: 16,
    length: 96,
    steps: 3600,
    warmup: 60,
    cosineSteps: 4200,
    cooldown: 300,
    learningRate: 3e-3,
  },
  tokenizer: studyTokenizer,
  config: scribeConfig,
  text: studyText,
};
