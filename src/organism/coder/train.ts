/** @file The coder: a small model that writes tests in the code world. Its shape, its data and how it is trained. */

import { fromFloat32, toFloat32 } from '../../model/dtype.ts';
import {
  LanguageModel,
  type ModelConfig,
  parseConfig,
  Tokenizer,
  type TrainingText,
  train,
  trainByteLevelBpe,
} from '../../model/index.ts';
import type { Runtime } from '../../tensor/index.ts';
import { codeText } from '../../world/code/index.ts';
import { BOS, END, PAD, ROLE_TOKENS, SPECIAL_TOKENS } from '../../world/index.ts';
import { batchesOf, controls, type TrainingControl } from '../base.ts';
import { CODER_RECIPE, type CoderRecipe } from './recipe.ts';

/** The shape: 0.84 million parameters. */
function coderConfig(tokenizer: Tokenizer): ModelConfig {
  return parseConfig({
    model_type: 'llama',
    hidden_size: 128,
    intermediate_size: 352,
    num_hidden_layers: 4,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 32,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    vocab_size: tokenizer.vocabSize,
    max_position_embeddings: 352,
    tie_word_embeddings: true,
    bos_token_id: tokenizer.idOf(BOS),
    eos_token_id: tokenizer.idOf(END),
    pad_token_id: tokenizer.idOf(PAD),
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    torch_dtype: 'float16',
  });
}

/** The tokenizer of all coders, trained on texts of the code world. */
export function coderTokenizer(recipe: CoderRecipe = CODER_RECIPE): Tokenizer {
  const { tokenizerSeed, tokenizerTexts, vocabSize } = recipe;
  const texts = Array.from({ length: tokenizerTexts }, (_, i) => codeText(tokenizerSeed, i));
  return Tokenizer.parse(
    trainByteLevelBpe(texts, { vocabSize, specialTokens: [...SPECIAL_TOKENS] }),
  );
}

/** Texts of a seed as tokens; what cannot be known counts less. */
function* codeTokens(
  tokenizer: Tokenizer,
  seed: number,
  noiseWeight: number,
): Generator<TrainingText> {
  for (let i = 0; ; i++) {
    const text = codeText(seed, i);
    const noisy = noisySpans(text);
    let at = 0;
    const tokens = tokenizer.encode(text);
    const weights = tokens.map((id) => {
      const begins = at;
      // All texts are ASCII: a token has as many characters as bytes.
      at += tokenizer.tokenOf(id)!.length;
      return noisy.some(({ from, to }) => begins >= from && begins < to) ? noiseWeight : 1;
    });
    yield { tokens, weights };
  }
}

/** The prompt of a text, and what is between the quotes of the inputs of a test. */
function noisySpans(text: string): { from: number; to: number }[] {
  const answer = text.indexOf(ROLE_TOKENS.assistant) + ROLE_TOKENS.assistant.length;
  const inputs = text.matchAll(/(?<=^cases(?: = |\.append).*")[^",\n{]+(?=["{])/gm);
  return [
    ...(text.includes(ROLE_TOKENS.assistant) ? [{ from: 0, to: answer }] : []),
    ...Array.from(inputs, ({ 0: whole, index }) => ({ from: index, to: index + whole.length })),
  ];
}

/** How a coder is trained. */
export interface CoderTraining extends TrainingControl {
  readonly recipe?: CoderRecipe;
}

/** Trains the coder of a seed from scratch. Its weights are rounded to float16 at the end: so they are saved. */
export async function trainCoder(
  runtime: Runtime,
  seed: number,
  options: CoderTraining = {},
): Promise<LanguageModel> {
  const { recipe = CODER_RECIPE } = options;
  const { steps, warmup, cooldown, rows, length, learningRate, noiseWeight } = recipe;
  const tokenizer = coderTokenizer(recipe);
  const model = LanguageModel.create(coderConfig(tokenizer), runtime, { seed, tokenizer });
  await train(model, {
    steps,
    learningRate,
    schedule: (step) => Math.min(1, (step + 1) / warmup, (steps - step) / cooldown),
    batch: batchesOf(codeTokens(tokenizer, seed, noiseWeight), rows, length),
    ...(options.checkpoint && {
      checkpoint: {
        path: options.checkpoint,
        every: 50,
        recipe: JSON.stringify({ ...recipe, seed }),
      },
    }),
    ...controls(options),
  });
  await roundToHalf(model);
  return model;
}

/** Rounds all weights to float16. */
async function roundToHalf(model: LanguageModel): Promise<void> {
  for (const data of model.weights.fused.values())
    data.set(toFloat32('F16', fromFloat32('F16', data)));
  await model.weightsChanged();
}
