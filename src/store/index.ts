/** @file Run folders on disk: journals that survive kill -9, samples as Parquet, reports. */

export { type AnswerFolder, openAnswers } from './answers.ts';
export * from './hub/index.ts';
export { encodeLeaderboard } from './leaderboard.ts';
export { withLock } from './lock.ts';
export type { RunSpec } from './manifest.ts';
export { openRun, type Run } from './run.ts';
export * from './runs.ts';
export { openSamples, SampleFile, type SampleFilter, type SamplePage } from './sampleFile.ts';
export { encodeSamples, type SampleRow } from './samples.ts';
export * from './transcript/index.ts';
