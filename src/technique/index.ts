/** @file Oversight techniques. They see a model only through a {@link Suspect}. */
import { attentionTemperature } from './attentionTemperature.ts';
import {
  answerFuzz,
  frozenFuzz,
  fuzz,
  gridSettings,
  promptFuzz,
  reseededFuzz,
  sweptLayers,
} from './fuzz.ts';
import { highTemperature } from './highTemperature.ts';
import { interrogate } from './interrogate.ts';
import { conditionalContrast, constantContrast, intoxicate } from './intoxicate.ts';
import { openingOf, prefill } from './prefill.ts';
import { rejectRefusals } from './rejectRefusals.ts';
import { melbo, randomSteering } from './steer.ts';
import type { Technique } from './technique.ts';
import { adapterNoise, weightNoise } from './weightNoise.ts';
import { allLayersFuzz, embeddingFuzz } from './wideFuzz.ts';

export * from './insight.ts';
export * from './prompt.ts';
export * from './suspect.ts';
export * from './technique.ts';
export { fuzz, gridSettings, highTemperature, interrogate, openingOf, prefill, sweptLayers };

/** Those that an audit runs unless others are named, base rate first. */
export const STANDARD_TECHNIQUES: readonly Technique[] = [
  interrogate,
  highTemperature,
  prefill,
  fuzz,
];

/** All techniques; each comes after its rival. */
export const TECHNIQUES: readonly Technique[] = [
  ...STANDARD_TECHNIQUES,
  rejectRefusals,
  frozenFuzz,
  reseededFuzz,
  promptFuzz,
  answerFuzz,
  embeddingFuzz,
  allLayersFuzz,
  attentionTemperature,
  weightNoise,
  adapterNoise,
  intoxicate,
  constantContrast,
  conditionalContrast,
  randomSteering,
  melbo,
];
