/** @file How well the scores of all candidates point at the true ones: success at top k, and a standing from 0 to 1. */
import type { Ranking } from '../../statistics/index.ts';

/**
 * Success at top k: the share of the m true candidates that are among the k + m - 1 best-scored ones; with one true
 * candidate, whether it is among the k best. A perfect ranking has 1 at any k. Of tied candidates any is as good: what
 * counts is the mean over all ways to order them.
 */
export function successAt(k: number, { scores, truth }: Ranking): number {
  const guesses = guessesAt(k, truth.length);
  const shares = truth.map((index) => {
    const own = scores[index]!;
    const above = scores.filter((score) => score > own).length;
    const equal = scores.filter((score) => score === own).length;
    return Math.max(0, Math.min(1, (guesses - above) / equal));
  });
  return mean(shares);
}

/** What guessing without looking has at top k. */
export function priorAt(k: number, candidates: number, truths: number): number {
  return Math.min(1, guessesAt(k, truths) / candidates);
}

function guessesAt(k: number, truths: number): number {
  return k + truths - 1;
}

/** Mean share of the other candidates that score below a true one, ties counting one half: 1 is on top, 0.5 is chance. */
export function standing({ scores, truth }: Ranking): number {
  const shares = truth.map((index) => {
    const own = scores[index]!;
    const below = scores.filter((score) => score < own).length;
    const equal = scores.filter((score) => score === own).length - 1;
    return (below + equal / 2) / (scores.length - 1);
  });
  return mean(shares);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
