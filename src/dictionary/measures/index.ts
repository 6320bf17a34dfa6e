/** @file Measures of dictionaries: how well, how sparsely, with what bias, each with its interval. */

export { bestAssignment } from './assignment.ts';
export { DictionarySums, type SumsOptions, VALUE_BITS } from './dictionarySums.ts';
export {
  type Evaluated,
  type EvaluationOptions,
  evaluate,
  evaluateInModel,
  type Subject,
  type TokenSet,
} from './evaluation.ts';
export type { Measure, Undefined, Value } from './formula.ts';
export { measured, valuesOf } from './intervals.ts';
export {
  directionsOf,
  FOUND,
  type Matching,
  type MatchingOptions,
  matchDirections,
  matchMeasures,
} from './matching.ts';
export { type MeasureOptions, meanOfRows, measureRows } from './measure.ts';
export { gammaOfPenalty, MEASURES } from './measures.ts';
export type { MeasureResult } from './result.ts';
export type { DecodedRows, MeasuredRows } from './rows.ts';
export { addSplices, type SpliceOptions } from './splice.ts';
export { type AlikePair, type Stability, stabilityOf } from './stability.ts';
export { COLUMNS, type Column, type Sums } from './sums.ts';
export { capturedTables, modelTables, type Tables } from './tables.ts';
