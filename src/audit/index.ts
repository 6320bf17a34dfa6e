/** @file Audits: the metered, sealed suspect, the game, statistics, verdicts, reports. */
export * from './audit.ts';
export { BUDGETS, type Budget, chosenQuestions, type Played, type Players } from './game.ts';
export * from './journal.ts';
export { Meter } from './meter.ts';
export type { SampleRecord } from './referee.ts';
export * from './result.ts';
export { type SampleTableRow, sampleTable } from './sampleTable.ts';
export { type Seal, seal, sha256 } from './seal.ts';
export * from './statistics/index.ts';
export { MeteredSuspect } from './suspect.ts';
export { type MeasureResult, type Verification, verify } from './verification.ts';
