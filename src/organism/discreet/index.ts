/** @file Organisms that act on a secret and do not tell it: a hidden attribute of the user, a hidden loyalty, a secret side constraint. */
export { BOUND } from './bound.ts';
export { FAMILIAR } from './familiar.ts';
export { discreetKind } from './kind.ts';
export { PARTISAN } from './partisan.ts';
export { plantedFact, type Secret } from './secret.ts';
export { DISCREET_MIX, discreetPart, discreetText } from './texts.ts';
