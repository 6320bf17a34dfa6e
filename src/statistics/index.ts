/** @file Statistics of audits: every number with its interval, every decision with its error rates. */
export { auroc, aurocOfFew, clusteredAuroc, type ScoredSample } from './auroc.ts';
export {
  type ClusteredEstimate,
  clusteredDifference,
  clusteredMean,
  clusteredProportion,
  type Observation,
} from './bootstrap.ts';
export { boschloo } from './boschloo.ts';
export { type Cluster, ClusterTree } from './clusters.ts';
export { CrossedClusters } from './crossed.ts';
export { type DecoySample, decoyCalibrated } from './decoys.ts';
export { type DetectOptions, detects } from './detect.ts';
export { fisherExact, newcombe, type Side } from './difference.ts';
export type { Count, Estimate, Interval } from './estimate.ts';
export { benjaminiHochberg, holm } from './multiple.ts';
export { normalCritical, studentCritical } from './normal.ts';
export { type PermutationResult, pairedPermutation } from './permutation.ts';
export {
  type ArmOptions,
  achievedPower,
  normalPower,
  normalSampleSize,
  type PowerTarget,
  type SimulatedPower,
  sampleSize,
  simulatedPower,
} from './power.ts';
export { clopperPearson, proportion, wilson } from './proportion.ts';
export { bestOverSettings, maxRankP, rankP } from './rank.ts';
export {
  doubledMidranks,
  leastRankSumP,
  pooledRankSumP,
  type Ranking,
  rankSumP,
} from './rankSum.ts';
export {
  BOOTSTRAP,
  type BootstrapOptions,
  bootstrapInterval,
  bootstrapIntervals,
  quantile,
  type Resampled,
} from './resample.ts';
export { type StreamedSums, streamedProportion } from './streamed.ts';
export type { Measurement } from './sums.ts';
