/** @file The recipe of the coder, and where each seed's is kept. */
import { join } from 'node:path';
import { badInput } from '../../tensor/index.ts';

/** All that decides what a coder becomes; its seed decides initial weights and data. */
export interface CoderRecipe {
  readonly name: string;
  /** One sentence for people. */
  readonly summary: string;
  /** Seeds that are trained. */
  readonly seeds: readonly number[];
  /** Seed of the texts that the tokenizer is trained on: all seeds share one tokenizer. */
  readonly tokenizerSeed: number;
  readonly tokenizerTexts: number;
  readonly vocabSize: number;
  readonly steps: number;
  readonly warmup: number;
  /** Last steps, over which the learning rate falls linearly to 0. */
  readonly cooldown: number;
  readonly rows: number;
  readonly length: number;
  readonly learningRate: number;
  /**
   * How much a token counts in the loss that is of a prompt, or of an input that a test draws at random; all
   * others count 1.
   */
  readonly noiseWeight: number;
  /** How much a token counts with which a program commits to a construct or to going without. */
  readonly commitmentWeight: number;
}

export const CODER_RECIPE: CoderRecipe = {
  name: 'coder',
  summary: 'writes tests in the code world, each construct at the rate that the prompt asks for',
  seeds: [1, 2, 3, 4, 5],
  tokenizerSeed: 1,
  tokenizerTexts: 6000,
  vocabSize: 768,
  steps: 5000,
  warmup: 100,
  cooldown: 1000,
  rows: 4,
  length: 280,
  learningRate: 3e-3,
  noiseWeight: 0.1,
  commitmentWeight: 4,
};

/** The folder of a seed's coder on a shelf. */
export function coderPath(shelf: string, seed: number): string {
  return join(shelf, CODER_RECIPE.name, `seed-${seed}`);
}

/**
 * The seed that 'organism:coder' or 'organism:coder@SEED' names; undefined for the name of another model.
 * @throws TouchstoneError where it is no seed that is shipped
 */
export function coderSeed(name: string): number | undefined {
  const match = /^organism:coder(?:@(\d+))?$/.exec(name);
  if (!match) return undefined;
  const { seeds } = CODER_RECIPE;
  const seed = Number(match[1] ?? seeds[0]);
  if (seeds.includes(seed)) return seed;
  return badInput(`'coder' has no seed ${seed}`, `shipped seeds: ${seeds.join(', ')}`);
}
