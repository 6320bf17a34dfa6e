/** @file The coder: a small model that writes tests in the code world. Its shape, its data and how it is trained. */

import { fromFloat32, toFloat32 } from '../../model/dtype.ts';
import {
  LanguageModel,
  type ModelConfig,
  Tokenizer,
  type TrainingText,
  train,
  trainByteLevelBpe,
} from '../../model/index.ts';
import type { Runtime } from '../../tensor/index.ts';
import { type CodeExample, codeExample, codeText } from '../../world/code/index.ts';
import { SPECIAL_TOKENS } from '../../world/index.ts';
import { batchesOf, controls, llamaConfig, type TrainingControl } from '../base.ts';
import { CODER_RECIPE, type CoderRecipe } from './recipe.ts';

/** The shape: 0.84 million parameters. */
function coderConfig(tokenizer: Tokenizer): ModelConfig {
  return llamaConfig(tokenizer, {
    hidden_size: 128,
    intermediate_size: 352,
    num_hidden_layers: 4,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 32,
    max_position_embeddings: 352,
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

type Counted = Pick<CoderRecipe, 'noiseWeight' | 'commitmentWeight'>;

/** Texts of a seed as tokens; what cannot be known counts less, and commitments more. */
function* codeTokens(
  tokenizer: Tokenizer,
  seed: number,
  counted: Counted,
): Generator<TrainingText> {
  for (let i = 0; ; i++) {
    const example = codeExample(seed, i);
    const tokens = tokenizer.encode(example.text);
    let at = 0;
    const weightOf = weights(example, counted);
    // All texts are ASCII: a token has as many characters as bytes.
    yield {
      tokens,
      weights: tokens.map((id) => {
        const from = at;
        at += tokenizer.tokenOf(id)!.length;
        return weightOf(from, at);
      }),
    };
  }
}

/** How much the token between two offsets of a text counts. */
function weights(
  { text, answerAt, commitments }: CodeExample,
  { noiseWeight, commitmentWeight }: Counted,
): (from: number, to: number) => number {
  const inputs = Array.from(text.matchAll(INPUTS), ({ 0: { length }, index }) => [
    index,
    index + length,
  ]) as [number, number][];
  return (from, to) => {
    // The token before a commitment may already be another one: `[]` and `[`.
    if (commitments.some((at) => at >= from && at <= to)) return commitmentWeight;
    const noisy = from < answerAt || inputs.some(([start, end]) => from >= start && from < end);
    return noisy ? noiseWeight : 1;
  };
}

/** What is between the quotes of the inputs of a test. */
const INPUTS = /(?<=^cases(?: = |\.append).*")[^",\n{]+(?=["{])/gm;

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
  const { steps, warmup, cooldown, rows, length, learningRate } = recipe;
  const tokenizer = coderTokenizer(recipe);
  const model = LanguageModel.create(coderConfig(tokenizer), runtime, { seed, tokenizer });
  await train(model, {
    steps,
    learningRate,
    schedule: (step) => Math.min(1, (step + 1) / warmup, (steps - step) / cooldown),
    batch: batchesOf(codeTokens(tokenizer, seed, recipe), rows, length),
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
