/** @file How well scores above a threshold detect: counts, precision and recall, and thresholds by either. */
import { badUsage } from '../tensor/index.ts';

/** Rows by what they are and what is said of them. */
export interface Detection {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

/** Counts rows; a row is taken for a positive where its score is above the threshold. */
export function detectionOf(
  scores: ArrayLike<number>,
  labels: readonly boolean[],
  threshold: number,
): Detection {
  const count = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
  labels.forEach((label, row) => {
    const fired = scores[row]! > threshold;
    if (label) count[fired ? 'truePositives' : 'falseNegatives']++;
    else count[fired ? 'falsePositives' : 'trueNegatives']++;
  });
  return count;
}

/** Of what was taken for positive, the share that is; undefined where nothing was. */
export function precisionOf({ truePositives, falsePositives }: Detection): number | undefined {
  const fired = truePositives + falsePositives;
  return fired === 0 ? undefined : truePositives / fired;
}

/** Of the positives, the share that was found; undefined where there are none. */
export function recallOfDetection(of: Detection): number | undefined {
  const all = of.truePositives + of.falseNegatives;
  return all === 0 ? undefined : of.truePositives / all;
}

/** Of the negatives, the share that was taken for positive; undefined where there are none. */
export function falsePositiveRateOf(of: Detection): number | undefined {
  const all = of.falsePositives + of.trueNegatives;
  return all === 0 ? undefined : of.falsePositives / all;
}

/** F1 = 2 TP / (2 TP + FP + FN); 0 where nothing is found. */
export function f1Of({ truePositives, falsePositives, falseNegatives }: Detection): number {
  const all = 2 * truePositives + falsePositives + falseNegatives;
  return all === 0 ? 0 : (2 * truePositives) / all;
}

/** A threshold, and the F1 that it has. */
export interface Threshold {
  readonly above: number;
  readonly f1: number;
}

/**
 * The threshold of the largest F1; of equals, the highest. It lies midway between two scores that occur.
 *
 * @throws TouchstoneError where no row is positive
 */
export function bestThreshold(scores: ArrayLike<number>, labels: readonly boolean[]): Threshold {
  const positives = countPositives(labels);
  const order = byScore(scores, labels);
  let best: Threshold = { above: scores[order[0]!]!, f1: 0 };
  let truePositives = 0;
  order.forEach((row, i) => {
    truePositives += Number(labels[row]);
    const [here, next] = [scores[row]!, scores[order[i + 1] ?? -1] ?? -Infinity];
    if (next === here) return;
    const f1 = (2 * truePositives) / (i + 1 + positives);
    if (f1 > best.f1) best = { above: midway(here, next), f1 };
  });
  return best;
}

/** The highest threshold that finds this share of the positives. @throws TouchstoneError where no row is positive */
export function thresholdOfRecall(
  scores: ArrayLike<number>,
  labels: readonly boolean[],
  recall: number,
): number {
  const wanted = Math.ceil(recall * countPositives(labels));
  const order = byScore(scores, labels);
  let found = 0;
  const at = order.findIndex((row) => {
    found += Number(labels[row]);
    return found >= wanted;
  });
  const here = scores[order[at]!]!;
  const next = order.slice(at).find((row) => scores[row]! < here);
  return midway(here, next === undefined ? -Infinity : scores[next]!);
}

function countPositives(labels: readonly boolean[]): number {
  const positives = labels.filter(Boolean).length;
  if (positives === 0) badUsage('no positive row', 'a threshold needs some');
  return positives;
}

/** Rows by falling score. */
function byScore(scores: ArrayLike<number>, labels: readonly boolean[]): number[] {
  return [...labels.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/** Below the last score there is nothing to lie midway to. */
function midway(here: number, next: number): number {
  return next === -Infinity ? here - 1 : (here + next) / 2;
}
