/** @file Oversight techniques. They see a model only through a {@link Suspect}. */
import { fuzz } from './fuzz.ts';
import { highTemperature } from './highTemperature.ts';
import { interrogate } from './interrogate.ts';
import { openingOf, prefill } from './prefill.ts';
import type { Technique } from './technique.ts';

export * from './suspect.ts';
export * from './technique.ts';
export { fuzz, highTemperature, interrogate, openingOf, prefill };

/** All techniques, base rate first. */
export const TECHNIQUES: readonly Technique[] = [interrogate, highTemperature, prefill, fuzz];
