/**
 * @file Models with noised weights: W + scale * r * E, E standard normal (Tice et al. 2024, "Noise injection reveals
 * hidden capabilities of sandbagging language models", whose scale is absolute; here r is a root mean square, since
 * an absolute scale means something else in every matrix).
 */
import { z } from 'zod';
import { badUsage, randomStream } from '../tensor/index.ts';
import { LanguageModel } from './languageModel.ts';

/** Noise on weights as plain data. */
export const weightNoiseSchema = z.strictObject({
  scale: z.number().min(0).describe('deviation of the noise, in units of a root mean square'),
  seed: z.number().int().min(0).default(0).describe('each seed is another noised model'),
  of: z
    .enum(['all', 'adapter'])
    .default('all')
    .describe(
      "'all': every array is noised, in units of its own root mean square; 'adapter': only what an adapter changed is, in units of that change's",
    ),
});

export type WeightNoise = z.output<typeof weightNoiseSchema>;

/**
 * A copy of a model with noise on its weights. Release it.
 *
 * @param base the model before its adapter was merged; needed for `of: 'adapter'`
 * @throws TouchstoneError where the scale is below 0, or base and model are not of one shape
 */
export function withWeightNoise(
  model: LanguageModel,
  { scale, seed, of }: WeightNoise,
  base?: LanguageModel,
): LanguageModel {
  if (!(scale >= 0 && Number.isFinite(scale)))
    badUsage(`weight noise of scale ${scale}`, 'it is 0 or more');
  if (of === 'adapter' && !base) badUsage("weight noise of 'adapter'", 'give the base model');
  const weights = model.weights.clone();
  const stream = randomStream(seed, 'noise').at('weights');
  for (const [name, array] of weights.fused) {
    const reference = of === 'all' ? undefined : base!.weights.fused.get(name);
    if (of === 'adapter' && reference?.length !== array.length) {
      badUsage(`a base without a '${name}' of the model's size`, 'give the base of this adapter');
    }
    addNoise(
      array,
      scale * spread(array, reference),
      stream.at(name).fillNormal(new Float32Array(array.length)),
    );
  }
  return new LanguageModel(model.config, weights, model.runtime, model.tokenizer);
}

function addNoise(array: Float32Array, deviation: number, normals: Float32Array): void {
  if (deviation === 0) return;
  for (let i = 0; i < array.length; i++) array[i] = array[i]! + deviation * normals[i]!;
}

/** Root mean square of an array, or of what it has beyond another. */
function spread(array: Float32Array, reference?: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < array.length; i++) sum += (array[i]! - (reference?.[i] ?? 0)) ** 2;
  return Math.sqrt(sum / array.length);
}
