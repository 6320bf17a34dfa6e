/** @file Exact p-values for true candidates among all: the rank-sum test, ties included, for one ranking or several. */
import { badInput } from '../tensor/errors.ts';

/** The scores of all candidates, and which of them are true. */
export interface Ranking {
  /** One for each candidate; higher is more suspected. */
  readonly scores: readonly number[];
  /** Indices of the true ones, m of N, each once. */
  readonly truth: readonly number[];
}

/**
 * Chance that as many candidates as are true, picked blindly, have a rank sum as high as the true ones or higher: the
 * exact one-sided test of Wilcoxon 1945 (Biometrics Bulletin 1:80), with midranks for ties and their distribution
 * counted out, not approximated. With one true candidate it is the share of candidates that score as high or higher,
 * as `rankP` says. Never below 1 / (N choose m).
 */
export function rankSumP(scores: readonly number[], truth: readonly number[]): number {
  check({ scores, truth });
  if (truth.length > 1) return pooledRankSumP([{ scores, truth }]);
  const own = scores[truth[0]!]!;
  return scores.filter((score) => score >= own).length / scores.length;
}

/**
 * The same for several rankings whose truths were drawn apart: chance of as high a total of all rank sums, exactly, by
 * convolution. Never below the product of the single tests' least values.
 */
export function pooledRankSumP(rankings: readonly Ranking[]): number {
  if (rankings.length === 0) badInput('pooledRankSumP: expected at least one ranking, got none');
  for (const ranking of rankings) check(ranking);
  const all = plainRanks(rankings.map(({ scores }) => doubledMidranks(scores)));
  const drawn = rankings.map(({ truth }, i) => ({
    seen: truth.reduce((sum, index) => sum + all[i]![index]!, 0),
    falling: [...all[i]!].sort((a, b) => b - a),
    size: truth.length,
  }));
  const seen = drawn.reduce((sum, of) => sum + of.seen, 0);
  const [others, last] = [drawn.slice(0, -1), drawn.at(-1)!];
  return Math.min(1, tailOfTotal(chancesOfTotals(others), chancesOfSums(last), seen));
}

/** Ranks counted from the lowest of their list, in units of what all are multiples of: the same order of sums, fewer of them. */
function plainRanks(lists: readonly (readonly number[])[]): number[][] {
  const above = lists.map((ranks) => {
    const lowest = Math.min(...ranks);
    return ranks.map((rank) => rank - lowest);
  });
  const unit = above.flat().reduce(greatestDivisor, 0) || 1;
  return above.map((ranks) => ranks.map((rank) => rank / unit));
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** The least p-value that {@link pooledRankSumP} can have, where no scores are tied. */
export function leastRankSumP(rankings: readonly Ranking[]): number {
  return rankings.reduce((p, { scores, truth }) => p / choose(scores.length, truth.length), 1);
}

function choose(n: number, m: number): number {
  let ways = 1;
  for (let i = 1; i <= m; i++) ways *= (n - m + i) / i;
  return ways;
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

/** So many ranks, picked blindly from these. */
interface Drawn {
  readonly falling: readonly number[];
  readonly size: number;
}

/** Distributions counted last: a bench asks again and again for those of the same scores, with other truths. */
const counted = new Map<string, Float64Array>();
const MOST_COUNTED = 64;

function remembered(drawn: readonly Drawn[], count: () => Float64Array): Float64Array {
  const key = drawn.map(({ falling, size }) => `${size} of ${falling}`).join('; ');
  const chances = counted.get(key) ?? count();
  counted.delete(key);
  counted.set(key, chances);
  if (counted.size > MOST_COUNTED) counted.delete(counted.keys().next().value!);
  return chances;
}

/** The chance of each total of all sums; the total of none is 0. */
function chancesOfTotals(drawn: readonly Drawn[]): Float64Array {
  const start = Float64Array.of(1);
  return remembered(drawn, () => drawn.map(chancesOfSums).reduce(convolved, start));
}

/** The chance of each sum of `size` ranks. */
function chancesOfSums(drawn: Drawn): Float64Array {
  return remembered([drawn], () => countedChances(drawn));
}

function countedChances({ falling, size }: Drawn): Float64Array {
  const most = falling.slice(0, size).reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  ways[0]![0] = 1;
  for (const rank of falling) {
    for (let k = size; k >= 1; k--) {
      const [own, fewer] = [ways[k]!, ways[k - 1]!];
      for (let sum = most; sum >= rank; sum--) own[sum]! += fewer[sum - rank]!;
    }
  }
  const all = ways[size]!.reduce((sum, count) => sum + count, 0);
  return ways[size]!.map((count) => count / all);
}

/** Chances of the total of two sums. */
function convolved(a: Float64Array, b: Float64Array): Float64Array {
  const sums = new Float64Array(a.length + b.length - 1);
  for (let i = 0; i < a.length; i++) {
    const chance = a[i]!;
    if (chance > 0) for (let j = 0; j < b.length; j++) sums[i + j]! += chance * b[j]!;
  }
  return sums;
}

/** Chance that the total of two sums is `least` or more. */
function tailOfTotal(a: Float64Array, b: Float64Array, least: number): number {
  const tail = new Float64Array(b.length + 1);
  for (let j = b.length - 1; j >= 0; j--) tail[j] = tail[j + 1]! + b[j]!;
  return a.reduce((sum, chance, i) => sum + chance * (tail[Math.max(0, least - i)] ?? 0), 0);
}

function check({ scores, truth }: Ranking): void {
  if (scores.some(Number.isNaN)) badInput('a score must be a number, got NaN');
  const sound = truth.length > 0 && truth.every((index) => scores[index] !== undefined);
  if (!sound || new Set(truth).size !== truth.length) {
    badInput(
      `rankSumP: expected different indices below ${scores.length}, got [${truth.join(', ')}]`,
    );
  }
}
