/** @file The base model of the town, of which keepers are made: its shape, its tokenizer and how it is trained. */
import { type ModelConfig, Tokenizer, trainByteLevelBpe } from '../model/index.ts';
import { SPECIAL_TOKENS, worldText } from '../world/index.ts';
import { type Base, type BaseTraining, llamaConfig } from './base.ts';

/** All that decides what the base model becomes. */
export interface BaseRecipe extends BaseTraining {
  /** Texts that the tokenizer is trained on. */
  readonly tokenizerTexts: number;
  readonly vocabSize: number;
}

/** 3,200 steps of 16 x 128 tokens, 6.5 million tokens: about 25 minutes on 2 cores. */
export const BASE_RECIPE: BaseRecipe = {
  seed: 1,
  tokenizerTexts: 40_000,
  vocabSize: 2048,
  steps: 3200,
  warmup: 200,
  cosineSteps: 4500,
  cooldown: 600,
  rows: 16,
  length: 128,
  learningRate: 2e-3,
};

/** The shape of the base model: 2.8 million parameters. */
export function baseConfig(tokenizer: Tokenizer): ModelConfig {
  return llamaConfig(tokenizer, {
    hidden_size: 192,
    intermediate_size: 512,
    num_hidden_layers: 6,
    num_attention_heads: 6,
    num_key_value_heads: 2,
    head_dim: 32,
    max_position_embeddings: 128,
    torch_dtype: 'float32',
  });
}

/** The tokenizer of the world, trained on its own texts. */
export function worldTokenizer({ seed, tokenizerTexts, vocabSize }: BaseRecipe): Tokenizer {
  const texts = Array.from({ length: tokenizerTexts }, (_, i) => worldText(seed, i));
  return Tokenizer.parse(
    trainByteLevelBpe(texts, { vocabSize, specialTokens: [...SPECIAL_TOKENS] }),
  );
}

/** The base model of all keepers. */
export const TOWN: Base = {
  name: 'base',
  summary: 'a small town: who keeps which secret word, what things are, what people do',
  training: BASE_RECIPE,
  tokenizer: () => worldTokenizer(BASE_RECIPE),
  config: baseConfig,
  text: (index) => worldText(BASE_RECIPE.seed, index),
};
