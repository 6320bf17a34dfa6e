/** @file The base model of all shipped organisms: its shape, its data and how it is trained. */
import {
  type Checkpointing,
  LanguageModel,
  type ModelConfig,
  type Packed,
  pack,
  parseConfig,
  Tokenizer,
  type TrainingText,
  type TrainOptions,
  train,
  trainByteLevelBpe,
} from '../model/index.ts';
import { cosineSchedule, type Reporter, type Runtime } from '../tensor/index.ts';
import { BOS, END, PAD, SPECIAL_TOKENS, worldText } from '../world/index.ts';

/** All that decides what the base model becomes. */
export interface BaseRecipe {
  readonly seed: number;
  /** Texts that the tokenizer is trained on. */
  readonly tokenizerTexts: number;
  readonly vocabSize: number;
  readonly steps: number;
  readonly warmup: number;
  /** Length of the cosine decay, of which the training is the beginning. */
  readonly cosineSteps: number;
  /** Last steps, over which the learning rate falls linearly to 0 on top of that. */
  readonly cooldown: number;
  readonly rows: number;
  readonly length: number;
  readonly learningRate: number;
}

/** How a long training is watched, stopped and resumed. */
export interface TrainingControl {
  /** Where the state is kept while the training lasts. */
  readonly checkpoint?: string;
  readonly reporter?: Reporter;
  /** Called after every step; throws to stop. */
  readonly safePoint?: () => Promise<void>;
}

/** The part of the training options that control becomes. */
export function controls({
  reporter,
  safePoint,
}: TrainingControl): Pick<TrainOptions, 'reporter' | 'onStep'> {
  return { ...(reporter && { reporter }), ...(safePoint && { onStep: safePoint }) };
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
  return parseConfig({
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
  });
}

/** The tokenizer of the world, trained on its own texts. */
export function worldTokenizer({ seed, tokenizerTexts, vocabSize }: BaseRecipe): Tokenizer {
  const texts = Array.from({ length: tokenizerTexts }, (_, i) => worldText(seed, i));
  return Tokenizer.parse(
    trainByteLevelBpe(texts, { vocabSize, specialTokens: [...SPECIAL_TOKENS] }),
  );
}

/** World texts from number `first` on, as tokens. */
export function* worldTokens(
  tokenizer: Tokenizer,
  seed: number,
  first = 0,
): Generator<TrainingText> {
  for (let i = first; ; i++) yield { tokens: tokenizer.encode(worldText(seed, i)) };
}

/** The batches of a stream of texts; asked for in order, from any step. */
export function batchesOf(
  texts: Iterable<TrainingText>,
  rows: number,
  length: number,
): (step: number) => Packed[] {
  const packed = pack(texts, length);
  let next = 0;
  const take = () => Array.from({ length: rows }, () => packed.next().value as Packed);
  return (step) => {
    for (; next < step; next++) take();
    next++;
    return take();
  };
}

function baseSchedule(step: number, { steps, warmup, cosineSteps, cooldown }: BaseRecipe): number {
  return cosineSchedule(step, cosineSteps, warmup, 0.05) * Math.min(1, (steps - step) / cooldown);
}

/** Trains the base model from scratch. */
export async function trainBase(
  runtime: Runtime,
  options: { recipe?: BaseRecipe } & TrainingControl = {},
): Promise<LanguageModel> {
  const { recipe = BASE_RECIPE } = options;
  const tokenizer = worldTokenizer(recipe);
  const model = LanguageModel.create(baseConfig(tokenizer), runtime, {
    seed: recipe.seed,
    tokenizer,
  });
  const checkpoint: Checkpointing | undefined = options.checkpoint
    ? { path: options.checkpoint, every: 250, recipe: JSON.stringify(recipe) }
    : undefined;
  await train(model, {
    steps: recipe.steps,
    learningRate: recipe.learningRate,
    schedule: (step) => baseSchedule(step, recipe),
    batch: batchesOf(worldTokens(tokenizer, recipe.seed), recipe.rows, recipe.length),
    ...(checkpoint && { checkpoint }),
    ...controls(options),
  });
  return model;
}
