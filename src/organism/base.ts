/** @file Base models: how one is trained, from scratch or on from another, stopped and resumed. */
import {
  LanguageModel,
  type ModelConfig,
  type Packed,
  pack,
  parseConfig,
  type Tokenizer,
  type TrainingText,
  type TrainOptions,
  train,
} from '../model/index.ts';
import { cosineSchedule, type Reporter, type Runtime } from '../tensor/index.ts';
import { BOS, END, PAD } from '../world/index.ts';
import { answerWeights } from './answers.ts';
import { type Reader, textTokens } from './turns.ts';

/** Sizes of a small Llama, in Hugging Face's names. */
export interface LlamaSizes {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly max_position_embeddings: number;
  /** How weights are stored. */
  readonly torch_dtype: 'float32' | 'float16';
}

/** The architecture of all shipped models: a Llama with tied embeddings. */
export function llamaConfig(tokenizer: Tokenizer, sizes: LlamaSizes): ModelConfig {
  return parseConfig({
    model_type: 'llama',
    ...sizes,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    vocab_size: tokenizer.vocabSize,
    tie_word_embeddings: true,
    bos_token_id: tokenizer.idOf(BOS),
    eos_token_id: tokenizer.idOf(END),
    pad_token_id: tokenizer.idOf(PAD),
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
  });
}

/** How a base model is trained. */
export interface BaseTraining {
  /** Of the initial weights and of the texts. */
  readonly seed: number;
  readonly steps: number;
  readonly warmup: number;
  /** Length of the cosine decay, of which the training is the beginning. */
  readonly cosineSteps: number;
  /** Last steps, over which the learning rate falls linearly to 0 on top of that. */
  readonly cooldown: number;
  readonly rows: number;
  readonly length: number;
  readonly learningRate: number;
  /**
   * How much predicting a token counts that is not the assistant's, relative to one that is. Where most of a text
   * cannot be foreseen (digits of lists), this is what lets a skill be learned in minutes. Default 1.
   */
  readonly othersCount?: number;
}

/** A base model that organisms are made of. */
export interface Base {
  /** Its folder on the shelf. */
  readonly name: string;
  /** One sentence for people. */
  readonly summary: string;
  /** JSON: a checkpoint of another recipe is refused. */
  readonly training: BaseTraining;
  readonly tokenizer: () => Tokenizer;
  readonly config: (tokenizer: Tokenizer) => ModelConfig;
  /** Text number `index` of its data. */
  readonly text: (index: number) => string;
  /** The base model whose weights the training begins with. Default: fresh ones. */
  readonly from?: Base;
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

/**
 * Texts from number 0 on, as the tokens of a model.
 *
 * @param othersCount weight of tokens that are not the assistant's
 */
export function* tokensOf(
  model: Reader,
  text: (index: number) => string,
  othersCount = 1,
): Generator<TrainingText> {
  const weights = othersCount === 1 ? undefined : answerWeights(model, othersCount);
  for (let i = 0; ; i++) {
    const written = text(i);
    const tokens = textTokens(model, written);
    yield weights ? { tokens, weights: weights(written, tokens) } : { tokens };
  }
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

/** Warm-up, cosine decay, and at the end a linear fall to 0. */
export function baseSchedule(
  step: number,
  { steps, warmup, cosineSteps, cooldown }: BaseTraining,
): number {
  return cosineSchedule(step, cosineSteps, warmup, 0.05) * Math.min(1, (steps - step) / cooldown);
}

/**
 * Trains a base model.
 *
 * @param parent the trained model of `base.from`, where it has one
 */
export async function trainBase(
  base: Base,
  runtime: Runtime,
  { parent, ...control }: { parent?: LanguageModel | undefined } & TrainingControl = {},
): Promise<LanguageModel> {
  const { training, name } = base;
  const model = freshModel(base, runtime, parent);
  await train(model, {
    steps: training.steps,
    learningRate: training.learningRate,
    schedule: (step) => baseSchedule(step, training),
    batch: batchesOf(
      tokensOf(model, base.text, training.othersCount),
      training.rows,
      training.length,
    ),
    ...(control.checkpoint && {
      checkpoint: {
        path: control.checkpoint,
        every: 250,
        recipe: JSON.stringify({ name, ...training }),
      },
    }),
    ...controls(control),
  });
  return model;
}

function freshModel(
  { from, tokenizer, config, training }: Base,
  runtime: Runtime,
  parent: LanguageModel | undefined,
): LanguageModel {
  if (Boolean(from) !== Boolean(parent)) throw new Error('internal: a base model and its parent');
  if (parent)
    return new LanguageModel(parent.config, parent.weights.clone(), runtime, parent.tokenizer);
  const own = tokenizer();
  return LanguageModel.create(config(own), runtime, { seed: training.seed, tokenizer: own });
}
