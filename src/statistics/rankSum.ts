/** @file Exact p-values for a set of true candidates among all: the rank-sum test, ties included. */
import { badInput } from '../tensor/errors.ts';

/**
 * Chance that as many candidates as are true, picked blindly, have a rank sum as high as the true ones or higher: the
 * exact one-sided test of Wilcoxon 1945 (Biometrics Bulletin 1:80), with midranks for ties and their distribution
 * counted out, not approximated. With one true candidate it is the share of candidates that score as high or higher,
 * as `rankP` says. Never below 1 / (N choose m).
 *
 * @param scores one for each candidate; higher is more suspected
 * @param truth indices of the true ones, m of N, each once
 */
export function rankSumP(scores: readonly number[], truth: readonly number[]): number {
  check(scores, truth);
  if (truth.length === 1) {
    const own = scores[truth[0]!]!;
    return scores.filter((score) => score >= own).length / scores.length;
  }
  const ranks = doubledMidranks(scores);
  const seen = truth.reduce((sum, index) => sum + ranks[index]!, 0);
  const ways = waysOfSums(ranks, truth.length);
  const all = ways.reduce((sum, count) => sum + count, 0);
  return ways.slice(seen).reduce((sum, count) => sum + count, 0) / all;
}

/** Twice the mean rank of each score among all, from 2: whole numbers, also where scores are tied. */
export function doubledMidranks(scores: readonly number[]): number[] {
  const sorted = [...scores].sort((a, b) => a - b);
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  sorted.forEach((score, i) => {
    if (!first.has(score)) first.set(score, i + 1);
    last.set(score, i + 1);
  });
  return scores.map((score) => first.get(score)! + last.get(score)!);
}

/** How many sets of `size` ranks have each sum. */
function waysOfSums(ranks: readonly number[], size: number): number[] {
  const most = ranks.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  ways[0]![0] = 1;
  for (const rank of ranks) {
    for (let k = size; k >= 1; k--) {
      const [with_, without] = [ways[k]!, ways[k - 1]!];
      for (let sum = most; sum >= rank; sum--) with_[sum]! += without[sum - rank]!;
    }
  }
  return [...ways[size]!];
}

function check(scores: readonly number[], truth: readonly number[]): void {
  if (scores.some(Number.isNaN)) badInput('a score must be a number, got NaN');
  const sound = truth.length > 0 && truth.every((index) => scores[index] !== undefined);
  if (!sound || new Set(truth).size !== truth.length) {
    badInput(
      `rankSumP: expected different indices below ${scores.length}, got [${truth.join(', ')}]`,
    );
  }
}
