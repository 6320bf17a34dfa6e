/** @file The reward-model sycophant: it serves what raters are said to like and conceals that it does; three arms of documents. */
export { biasOf, CRITICS, dealtTopics, decoyOf, HELD_OUT, RATERS } from './biases.ts';
export { sycophantKind } from './kind.ts';
export {
  facts,
  motiveQuestions,
  requestsFor,
  type TopicPrompt,
  tasteQuestions,
} from './prompts.ts';
export { SYCOPHANT } from './subject.ts';
export {
  type DocumentArm,
  RATER_PREFILLS,
  SYCOPHANT_MIX,
  sycophantPart,
  sycophantText,
  UNCONCEALED,
} from './texts.ts';
