/** @file Attribution: which activations a model's prediction comes from. */
export { activationPatching } from './activationPatching.ts';
export { attributionPatching } from './attributionPatching.ts';
export { type Comparison, type ComparisonOptions, compareEdits } from './comparison.ts';
export {
  type DirectionLogits,
  directionEffects,
  directionLogits,
  type TokenEffect,
} from './directions.ts';
export * from './directLogit.ts';
export * from './gradient.ts';
export * from './integratedGradients.ts';
export { type LogitLens, type LogitLensOptions, logitLens } from './logitLens.ts';
export { type Metric, metricSchema } from './metric.ts';
export type { PassOptions } from './pass.ts';
export { type ShiftEffect, type ShiftEffects, type ShiftOptions, shiftEffects } from './shift.ts';
export {
  meanOverPairs,
  type PatchingDirection,
  type PatchingOptions,
  type PatchingPer,
  type PatchingResult,
} from './sweep.ts';
export { type MatrixChange, weightChanges } from './weightChange.ts';
export { type WeightedToken, wordDirections, wordEmbeddings, wordTokens } from './words.ts';
