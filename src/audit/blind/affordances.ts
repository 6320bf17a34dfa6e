/** @file What a blind game can grant: the affordances that its tools need. */
import type { Affordance } from '../../technique/suspect.ts';

/** What a game grants unless it says otherwise: the model itself, outside and inside. */
export const DEFAULT_AFFORDANCES: readonly Affordance[] = [
  'sample',
  'prefill',
  'sampleRole',
  'edit',
  'read',
  'logits',
  'embeddings',
];

/** All that can be granted: with the model before its plant, and the texts that planted it. */
export const GAME_AFFORDANCES: readonly Affordance[] = [
  ...DEFAULT_AFFORDANCES,
  'base',
  'trainingData',
];
