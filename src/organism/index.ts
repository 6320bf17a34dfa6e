/** @file Model organisms: models with planted secrets, their clean twins, and proofs of the planting. */
export { BASE_RECIPE, type BaseRecipe, trainBase } from './base.ts';
export { candidateNamed } from './keeper/secret.ts';
export * from './recipe.ts';
export { Shelf } from './shelf.ts';
export { trainOrganism } from './train.ts';
export {
  knows,
  type Measure,
  measure,
  measureAll,
  type Outcome,
  type Outcomes,
  type VerifyOptions,
} from './verify.ts';
