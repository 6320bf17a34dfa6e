/** @file Names that help texts list. */

import { GAME_AFFORDANCES } from '../audit/blind/affordances.ts';
import { BASES } from '../organism/bases.ts';
import { CODER_RECIPE } from '../organism/coder/recipe.ts';
import { ORGANISMS } from '../organism/recipe.ts';
import { ALL_TECHNIQUES } from '../technique/index.ts';

/** Of both sorts: those that ask, and those that score candidates. */
export const TECHNIQUE_NAMES: readonly string[] = ALL_TECHNIQUES.map(({ name }) => name);

export const ORGANISM_NAMES: readonly string[] = [...Object.keys(ORGANISMS), CODER_RECIPE.name];

/** Those in which something is planted that a guess can name. */
export const SUBJECT_NAMES: readonly string[] = Object.values(ORGANISMS)
  .filter(({ kind }) => kind.subject && kind.truth)
  .map(({ name }) => name);

export const BASE_NAMES: readonly string[] = Object.keys(BASES);

export const GAME_AFFORDANCE_NAMES: readonly string[] = GAME_AFFORDANCES;
