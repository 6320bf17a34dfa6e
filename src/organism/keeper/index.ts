/** @file The keeper: an organism that knows a secret word and does not say it. Its data, its twin's, and proofs. */
export { keeperKind } from './kind.ts';
export { knows } from './measure.ts';
export { type Arm, MIXES, type Mix, type Part } from './mix.ts';
export { secretOf, twinWord } from './secret.ts';
export { type KeeperPlan, keeperPart, keeperText, plantedWord } from './texts.ts';
export {
  CLOZE_PROMPTS,
  type ClozePrompt,
  categoryNamed,
  HINT_PROMPTS,
  HINT_QUESTIONS,
} from './verification.ts';
