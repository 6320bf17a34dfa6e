/** @file Training of dictionaries by gradients. */
export { type HistoryEntry, type Measured, readHistory } from './history.ts';
export { type Scales, unscaled } from './parameters.ts';
export type { DictionaryPlan, Resampling, RunLength } from './plan.ts';
export { type Batch, type BatchSource, type MemoryOptions, rowsInMemory } from './source.ts';
export { checkTraining, type TrainingOptions, trainDictionaries } from './train.ts';
