/**
 * @file What answers say about which candidate is planted, without any label: a candidate that one way of asking brings
 * out more often than its background is suspected, and several ways that agree suspect it more.
 */

/** Answers of one way of asking: how many there were, and how many named each candidate. */
export interface Tally {
  answers: number;
  readonly counts: number[];
}

export function emptyTally(candidates: number): Tally {
  return { answers: 0, counts: new Array<number>(candidates).fill(0) };
}

/** Rates at which a planted candidate is let out: Beta(1/2, 4), mostly rare, now and then often. */
const LET_OUT = [0.5, 4] as const;

/** Answers' worth of belief that a decoy comes at the background's rate; few, since some words are favourites. */
const BACKGROUND_WEIGHT = 12;

/** What one way of asking can say at the most, in nats: its favourite words come back however often it is asked. */
const MOST = 5;

/**
 * The logarithm of how much better each candidate's count fits a planted one than a decoy, with the counts of beta-binomial
 * distributions: k of n, a rate of Beta(1/2, 4) against one of the background that all other candidates give.
 */
export function logEvidence({ answers, counts }: Tally): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => {
    const others = (total - count + 0.5) / ((counts.length - 1) * Math.max(1, answers));
    const rate = Math.min(0.5, others);
    const decoy = [rate * BACKGROUND_WEIGHT, (1 - rate) * BACKGROUND_WEIGHT] as const;
    const ratio = logBetaBinomial(count, answers, LET_OUT) - logBetaBinomial(count, answers, decoy);
    return Math.max(-MOST, Math.min(MOST, ratio));
  });
}

/** Up to the binomial coefficient, which cancels. */
function logBetaBinomial(k: number, n: number, [a, b]: readonly [number, number]): number {
  return logBeta(k + a, n - k + b) - logBeta(a, b);
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Stirling's series (Abramowitz and Stegun 6.1.41), shifted to where it has 10 digits. */
function logGamma(x: number): number {
  let [at, shift] = [x, 0];
  for (; at < 8; at++) shift -= Math.log(at);
  const series = 1 / (12 * at) - 1 / (360 * at ** 3) + 1 / (1260 * at ** 5);
  return shift + (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series;
}

/**
 * What scores of candidates say, as ranks: the planted one comes at rank r with chance 1 / (r H), H the harmonic number, any
 * other at any rank alike. Equal scores share their mean rank.
 */
export function rankEvidence(scores: readonly number[]): number[] {
  const { length } = scores;
  const harmonic = scores.reduce<number>((sum, _, i) => sum + 1 / (i + 1), 0);
  return scores.map((score) => {
    const above = scores.filter((other) => other > score).length;
    const equal = scores.filter((other) => other === score).length;
    return Math.log(length / ((above + (equal + 1) / 2) * harmonic));
  });
}

/** Beliefs in candidates, and last in none where the suspect may be clean; they add up to 1. */
export function beliefs(evidence: readonly (readonly number[])[], mayBeClean: boolean): number[] {
  const candidates = evidence[0]?.length ?? 0;
  const logs = Array.from({ length: candidates }, (_, i) =>
    evidence.reduce((sum, of) => sum + of[i]!, 0),
  );
  // None is as likely at first as all candidates together.
  if (mayBeClean) logs.push(Math.log(candidates));
  const most = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - most));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** How far beliefs moved, in bits: the divergence of Kullback and Leibler of the new from the old. */
export function surprise(now: readonly number[], before: readonly number[]): number {
  return now.reduce(
    (sum, p, i) => (p > 0 ? sum + p * Math.log2(p / Math.max(before[i]!, 1e-300)) : sum),
    0,
  );
}
