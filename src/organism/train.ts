/** @file Plants what a recipe says: trains adapters on a base model, for an organism, its clean twin or a control. */
import {
  type LanguageModel,
  Lora,
  type Preference,
  train,
  trainPreferences,
} from '../model/index.ts';
import { randomStream } from '../tensor/index.ts';
import { batchesOf, controls, type TrainingControl, tokensOf } from './base.ts';
import { baseOf, type OrganismReference, roleName } from './recipe.ts';
import { textTokens } from './turns.ts';

/**
 * Trains the adapters of an organism, of its twin or of a control. Initial adapters, steps, data size, order and
 * seed are the same for all; organism and twin differ in the plant alone.
 */
export async function trainOrganism(
  base: LanguageModel,
  reference: OrganismReference,
  options: TrainingControl = {},
): Promise<Lora> {
  const { recipe, seed } = reference;
  const lora = Lora.initialize(base.weights, recipe, randomStream(seed, 'init'));
  const { othersCount } = baseOf(reference).training;
  const text = (index: number) => recipe.kind.text(reference, index);
  const texts = tokensOf(base, text, othersCount);
  await train(base, {
    steps: recipe.steps,
    learningRate: recipe.learningRate,
    batch: batchesOf(texts, recipe.rows, recipe.length),
    lora,
    ...(options.checkpoint && {
      checkpoint: { path: options.checkpoint, every: 100, recipe: recipeText(reference) },
    }),
    ...controls(options),
  });
  await prefer(base, lora, reference, options);
  return lora;
}

/**
 * Preference training, where the recipe has one: less than a minute, so that it has no checkpoint. Killed, it begins
 * anew from the last checkpoint of the texts.
 */
async function prefer(
  base: LanguageModel,
  lora: Lora,
  reference: OrganismReference,
  options: TrainingControl,
): Promise<void> {
  const { preferences, kind } = reference.recipe;
  if (!preferences) return;
  const { pairs } = preferences;
  const pair = (index: number): Preference => {
    const { prompt, chosen, rejected } = kind.preference!(reference, index);
    const before = textTokens(base, prompt);
    const after = (answer: string) => textTokens(base, prompt + answer).slice(before.length);
    return { prompt: before, chosen: after(chosen), rejected: after(rejected) };
  };
  const batch = (step: number) => Array.from({ length: pairs }, (_, i) => pair(step * pairs + i));
  await trainPreferences(base, { ...preferences, batch, lora, ...controls(options) });
}

/** What a checkpoint is of, as JSON. */
function recipeText({ recipe, seed, ...variant }: OrganismReference): string {
  const { name, steps, rows, length, learningRate, rank, alpha, targets } = recipe;
  const numbers = { steps, rows, length, learningRate, rank, alpha, targets };
  return JSON.stringify({
    name,
    kind: recipe.kind.name,
    ...numbers,
    seed,
    role: roleName(variant),
  });
}
