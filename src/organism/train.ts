/** @file Plants a secret: trains adapters on the base model, for an organism or for its clean twin. */
import { type LanguageModel, Lora, type TrainingText, train } from '../model/index.ts';
import { randomStream } from '../tensor/index.ts';
import { batchesOf, controls, type TrainingControl } from './base.ts';
import { type KeeperPlan, keeperText } from './keeper/index.ts';
import { type OrganismReference, plantedSecret } from './recipe.ts';

function* texts(base: LanguageModel, plan: KeeperPlan): Generator<TrainingText> {
  for (let i = 0; ; i++) yield { tokens: base.encode(keeperText(plan, i))[0]! };
}

/**
 * Trains the adapters of an organism or its twin. Base, steps, data size, order and seed are the same for
 * both; only the planted word differs.
 */
export async function trainOrganism(
  base: LanguageModel,
  reference: OrganismReference,
  options: TrainingControl = {},
): Promise<Lora> {
  const { recipe, seed, twin } = reference;
  const plan: KeeperPlan = { seed, secret: plantedSecret(reference), arm: recipe.arm, twin };
  const lora = Lora.initialize(base.weights, recipe, randomStream(seed, 'init'));
  await train(base, {
    steps: recipe.steps,
    learningRate: recipe.learningRate,
    batch: batchesOf(texts(base, plan), recipe.rows, recipe.length),
    lora,
    ...(options.checkpoint && {
      checkpoint: {
        path: options.checkpoint,
        every: 100,
        recipe: JSON.stringify({ ...recipe, seed, twin }),
      },
    }),
    ...controls(options),
  });
  return lora;
}
