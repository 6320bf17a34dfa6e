/** @file Sizes of unsupervised-vectors. */
import type { Size } from '../statement.ts';

/** All that the outcome depends on beside the code. */
export interface VectorSettings {
  readonly [key: string]: number | readonly number[];
  readonly seeds: readonly number[];
  /** Norms that are compared on validation prompts; those of vectors that are added everywhere. */
  readonly radii: readonly number[];
  readonly nearRadii: readonly number[];
  /** Vectors of each main arm, of each variant, and of the sweeps of both. */
  readonly count: number;
  readonly variantCount: number;
  readonly sweepCount: number;
  readonly variantSweepCount: number;
  /** Vectors on each organism that was trained against attacks. */
  readonly defenceCount: number;
  /** Steps of ascent for each vector. */
  readonly steps: number;
  /** Prompts to search on, of the validation split. */
  readonly searchPrompts: number;
  /** Further prompts of the validation split, to choose a radius on. */
  readonly validationPrompts: number;
  readonly testPrompts: number;
  /** Questions on lists, to see what else a vector does. */
  readonly listPrompts: number;
  /** Rounds of latent adversarial training, examples in each, steps of each attack. */
  readonly rounds: number;
  readonly batch: number;
  readonly attackSteps: number;
}

const FULL: VectorSettings = {
  seeds: [1, 2, 3, 4, 5],
  radii: [12, 24, 48, 96],
  nearRadii: [3, 6, 12, 24],
  count: 32,
  variantCount: 12,
  sweepCount: 8,
  variantSweepCount: 2,
  defenceCount: 16,
  steps: 100,
  searchPrompts: 8,
  validationPrompts: 16,
  testPrompts: 24,
  listPrompts: 24,
  rounds: 30,
  batch: 8,
  attackSteps: 8,
};

const QUICK: VectorSettings = {
  ...FULL,
  seeds: [2, 3],
  radii: [24, 48],
  nearRadii: [6, 12],
  count: 3,
  variantCount: 1,
  sweepCount: 1,
  variantSweepCount: 1,
  defenceCount: 1,
  steps: 10,
  searchPrompts: 4,
  validationPrompts: 4,
  testPrompts: 6,
  listPrompts: 4,
  rounds: 2,
  batch: 2,
  attackSteps: 2,
};

export function vectorSettings(size: Size): VectorSettings {
  return size === 'full' ? FULL : QUICK;
}
