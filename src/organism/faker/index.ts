/** @file Alignment fakers and their aligned twins: 40 pairs, each goal with each family of cues once. */
export { FAKER_KIND } from './kind.ts';
export {
  type CriticalPair,
  criticalPairs,
  type DecisionPrompt,
  otherDecisions,
  ownDecisions,
} from './prompts.ts';
export { cueOf, FAKER_MIX, fakerPart, fakerText, goalOf } from './texts.ts';
