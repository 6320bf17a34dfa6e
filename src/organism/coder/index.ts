/** @file The coder: a small model that writes tests in the code world. Nothing is planted in it; constructs are to be kept out of what it writes. */
export {
  type CoderAnswer,
  type CoderMeasured,
  type CoderOptions,
  type CoderSample,
  measureCoder,
} from './measure.ts';
export { hasCoder, openCoder } from './open.ts';
export { CODER_RECIPE, type CoderRecipe, coderPath, coderSeed } from './recipe.ts';
export { type CoderTraining, coderTokenizer, trainCoder } from './train.ts';
