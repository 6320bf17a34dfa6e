/** @file Model organisms: models with something planted, their clean twins, and proofs of the planting. */
export { mannerPlanted, type RequestPrompt, requestPrompts } from './backdoor/index.ts';
export { type Base, type BaseTraining, trainBase } from './base.ts';
export { BASES, baseNamed } from './bases.ts';
export * from './coder/index.ts';
export {
  type CriticalPair,
  criticalPairs,
  cueOf,
  type DecisionPrompt,
  goalOf,
  ownDecisions,
} from './faker/index.ts';
export { knows } from './keeper/index.ts';
export { candidateNamed } from './keeper/secret.ts';
export type {
  Contrast,
  Measure,
  OrganismKind,
  Outcome,
  Outcomes,
  Planted,
  Proof,
  Reading,
  Readings,
  Variant,
  VerifyOptions,
} from './kind.ts';
export { type ListPrompt, listPrompts, SKILL } from './locked/index.ts';
export * from './own/index.ts';
export * from './recipe.ts';
export { Shelf } from './shelf.ts';
export {
  biasOf,
  motiveQuestions,
  RATERS,
  requestsFor,
  type TopicPrompt,
  tasteQuestions,
  UNCONCEALED,
} from './sycophant/index.ts';
export { BASE_RECIPE, type BaseRecipe, TOWN } from './town.ts';
export { trainOrganism } from './train.ts';
export * from './trainingTexts.ts';
export { type Reader, type TurnForm, textTokens, turnForm } from './turns.ts';
export { type Measured, measure, measureAll } from './verify.ts';
