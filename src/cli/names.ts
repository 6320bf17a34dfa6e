/** @file Names that help texts list. */
import { ORGANISMS } from '../organism/recipe.ts';
import { TECHNIQUES } from '../technique/index.ts';

export const TECHNIQUE_NAMES: readonly string[] = TECHNIQUES.map(({ name }) => name);

export const ORGANISM_NAMES: readonly string[] = Object.keys(ORGANISMS);
