/** @file Judges of texts and of guesses. */
export { guessReader } from './guess.ts';
export { exactJudge, type Judge, type Judgement, modelJudge, patternJudge } from './judge.ts';
