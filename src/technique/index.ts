/** @file Oversight techniques. They see a model only through a {@link Suspect}. */
import { attentionTemperature } from './attentionTemperature.ts';
import { banRefusals } from './banRefusals.ts';
import { dictionaryAblate, dictionaryRead } from './dictionaryRead.ts';
import { dictionarySteer, randomDictionarySteer } from './dictionarySteer.ts';
import { diffActivations, diffLogits, diffWeights } from './diff.ts';
import { diffCrosscoder } from './diffCrosscoder.ts';
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
import { actTokens, logitLensTechnique } from './lens.ts';
import { manyShot } from './manyShot.ts';
import { mine } from './mine.ts';
import { personaNarrator, personaUser } from './personas.ts';
import { openingOf, prefill } from './prefill.ts';
import { probeLogistic, probeMeans } from './probes.ts';
import { rejectRefusals } from './rejectRefusals.ts';
import { searchKeyword, searchSemantic } from './search.ts';
import { melbo, randomSteering } from './steer.ts';
import type { AnyTechnique, ScoredTechnique, Technique } from './technique.ts';
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

/** All techniques that ask; each comes after its rival. */
export const TECHNIQUES: readonly Technique[] = [
  ...STANDARD_TECHNIQUES,
  personaUser,
  personaNarrator,
  manyShot,
  rejectRefusals,
  banRefusals,
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
  randomDictionarySteer,
  dictionarySteer,
  randomSteering,
  melbo,
];

/** All techniques that score candidates; a rival of another sort is one that asks. */
export const SCORED_TECHNIQUES: readonly ScoredTechnique[] = [
  logitLensTechnique,
  actTokens,
  searchKeyword,
  searchSemantic,
  dictionaryRead,
  dictionaryAblate,
  probeMeans,
  probeLogistic,
  diffLogits,
  diffActivations,
  diffWeights,
  diffCrosscoder,
  mine,
];

/** All techniques of both sorts. */
export const ALL_TECHNIQUES: readonly AnyTechnique[] = [...TECHNIQUES, ...SCORED_TECHNIQUES];
