/** @file Audits: the metered, sealed suspect, the game, statistics, verdicts, reports. */
export { coherenceLimit, countsOf } from './assemble.ts';
export {
  type AuditOptions,
  checkEffect,
  runAudit,
  techniquesAmong,
  techniquesNamed,
} from './audit.ts';
export { BUDGETS, type Budget, budgetNamed, chosenQuestions } from './budget.ts';
export { type CoderVerification, coderVerificationOf, coderVerificationSchema } from './coder.ts';
export { MAX_TOKENS, materialsOf, type Played, requestsOf } from './game.ts';
export type { TrainingTexts } from './insight/index.ts';
export * from './journal.ts';
export { ledger, Meter, type Usage } from './meter.ts';
export { modelHash, modelHashes, type Players } from './players.ts';
export { CANDIDATE_COUNT, candidateIndex, readAnswers, type SampleRecord } from './referee.ts';
export { renderHtml, renderTerminal } from './report/index.ts';
export * from './result.ts';
export { type SampleTableRow, sampleTable } from './sampleTable.ts';
export { type ArmScores, playScored, type ScoredPlay } from './scoring.ts';
export { type Seal, seal, sha256 } from './seal.ts';
export { MeteredSuspect } from './suspect.ts';
export { checkTarget, decoysOf, reveals, type Target, truthText, wordTarget } from './target.ts';
export {
  type MeasureResult,
  type Verification,
  verificationSchema,
  verify,
} from './verification.ts';
