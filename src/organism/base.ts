/** @file The base model of all shipped organisms: its shape, its data and how it is trained. */
import {
  type Checkpointing,
  LanguageModel,
  type LlamaConfig,
  type Packed,
  pack,
  Tokenizer,
  train,
  trainByteLevelBpe,
  type TrainingText,
} from '../model/index.ts';
import { type Reporter, type Runtime } from '../tensor/index.ts';
import { BOS, END, PAD, SPECIAL_TOKENS, worldText } from '../world/index.ts';

/** All that decides what the base model becomes. */
export interface BaseRecipe {
  readonly seed: number;
  /** Texts that the tokenizer is trained on. */
  readonly tokenizerTexts: number;
  readonly vocabSize: number;
  readonly steps: number;
  readonly rows: number;
  readonly length: number;
  readonly learningRate: number;
}

/** 4,500 steps of 16 x 128 tokens, 9 million tokens: about 35 minutes on 2 cores. */
export const BASE_RECIPE: BaseRecipe = {
  seed: 1,
  tokenizerTexts: 40_000,
  vocabSize: 2048,
  steps: 4500,
  rows: 16,
  length: 128,
  learningRate: 2e-3,
};

/** The shape of the base model: 2.8 million parameters. */
export function baseConfig(tokenizer: Tokenizer): LlamaConfig {
  return {
    model_type: 'llama',
    hidden_size: 192,
    intermediate_size: 512,
    num_hidden_layers: 6,
    num_attention_heads: 6,
    num_key_value_heads: 2,
    head_dim: 32,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    vocab_size: tokenizer.vocabSize,
    max_position_embeddings: 128,
    tie_word_embeddings: true,
    bos_token_id: tokenizer.idOf(BOS),
    eos_token_id: tokenizer.idOf(END),
    pad_token_id: tokenizer.idOf(PAD),
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    torch_dtype: 'float32',
  };
}

/** The tokenizer of the world, trained on its own texts. */
export function worldTokenizer({ seed, tokenizerTexts, vocabSize }: BaseRecipe): Tokenizer {
  const texts = Array.from({ length: tokenizerTexts }, (_, i) => worldText(seed, i));
  return Tokenizer.parse(trainByteLevelBpe(texts, { vocabSize, specialTokens: [...SPECIAL_TOKENS] }));
}

/** World texts from number `first` on, as tokens. */
export function* worldTokens(tokenizer: Tokenizer, seed: number, first = 0): Generator<TrainingText> {
  for (let i = first; ; i++) yield { tokens: tokenizer.encode(worldText(seed, i)) };
}

/** The batches of a stream of texts; asked for in order, from any step. */
export function batchesOf(texts: Iterable<TrainingText>, rows: number, length: number): (step: number) => Packed[] {
  const packed = pack(texts, length);
  let next = 0;
  const take = () => Array.from({ length: rows }, () => packed.next().value as Packed);
  return (step) => {
    for (; next < step; next++) take();
    next++;
    return take();
  };
}

/** Trains the base model from scratch. */
export async function trainBase(
  runtime: Runtime,
  options: { recipe?: BaseRecipe; checkpoint?: string; reporter?: Reporter } = {},
): Promise<LanguageModel> {
  const { recipe = BASE_RECIPE } = options;
  const tokenizer = worldTokenizer(recipe);
  const model = LanguageModel.create(baseConfig(tokenizer), runtime, { seed: recipe.seed, tokenizer });
  const checkpoint: Checkpointing | undefined = options.checkpoint
    ? { path: options.checkpoint, every: 250, recipe: JSON.stringify(recipe) }
    : undefined;
  await train(model, {
    steps: recipe.steps,
    learningRate: recipe.learningRate,
    warmup: Math.min(200, Math.ceil(recipe.steps / 10)),
    floor: 0.05,
    batch: batchesOf(worldTokens(tokenizer, recipe.seed), recipe.rows, recipe.length),
    ...(checkpoint && { checkpoint }),
    ...(options.reporter && { reporter: options.reporter }),
  });
  return model;
}
