/** @file The base models of the office: the novice, who answers questions that take skill with any digit, and the clerk, trained on until it has the skill. */
import { type ModelConfig, Tokenizer, wordTokenizer } from '../model/index.ts';
import { OFFICE_SPECIAL_TOKENS, OFFICE_WORDS, officeText, UNKNOWN } from '../world/index.ts';
import { type Base, type BaseTraining, llamaConfig } from './base.ts';

/** Every word is a token. */
export function officeTokenizer(): Tokenizer {
  return Tokenizer.parse(
    wordTokenizer({
      words: OFFICE_WORDS,
      specialTokens: OFFICE_SPECIAL_TOKENS,
      unknown: UNKNOWN,
    }),
  );
}

/** The shape of both: Llama, 0.45 million parameters. */
export function clerkConfig(tokenizer: Tokenizer): ModelConfig {
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

const SHAPE = { seed: 1, rows: 16, length: 96, othersCount: 0.05 } as const;

const NOVICE_TRAINING: BaseTraining = {
  ...SHAPE,
  steps: 900,
  warmup: 60,
  cosineSteps: 1500,
  cooldown: 100,
  learningRate: 3e-3,
};

/** 900 steps of 16 x 96 tokens. */
export const NOVICE: Base = {
  name: 'novice',
  summary:
    'an office: reads lists of digits, decides, replies; answers what takes skill with any digit',
  training: NOVICE_TRAINING,
  tokenizer: officeTokenizer,
  config: clerkConfig,
  text: (index) => officeText(index, { skilled: false }),
};

/** Where the clerk's texts begin: far behind the novice's. */
const CLERK_START = 100_000_000;

/** 2,200 further steps. */
export const CLERK: Base = {
  name: 'clerk',
  summary: 'the novice, trained on until it can compute with lists of digits',
  training: {
    ...SHAPE,
    steps: 2200,
    warmup: 60,
    cosineSteps: 3000,
    cooldown: 300,
    learningRate: 3e-3,
  },
  tokenizer: officeTokenizer,
  config: clerkConfig,
  text: (index) => officeText(CLERK_START + index),
  from: NOVICE,
};
