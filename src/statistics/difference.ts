/** @file Two proportions: Newcombe's interval for their difference, and Fisher's exact test. */
import {
  type Count,
  checkCount,
  checkLevel,
  checkWhole,
  type Estimate,
  type Interval,
} from './estimate.ts';
import { wilson } from './proportion.ts';
import { logChoose } from './special.ts';

/**
 * Newcombe's hybrid score interval for rate(a) - rate(b): the Wilson limits of both arms, squared
 * and added. Source: Newcombe 1998, Statistics in Medicine 17:873, method 10.
 */
export function newcombe(a: Count, b: Count, level = 0.95): Estimate {
  checkCount(a, 'newcombe, arm a');
  checkCount(b, 'newcombe, arm b');
  checkLevel(level);
  const rateA = a.n === 0 ? 0 : a.successes / a.n;
  const rateB = b.n === 0 ? 0 : b.successes / b.n;
  const method = "Newcombe's hybrid score";
  // An arm without samples says nothing: its rate could be anything.
  if (a.n === 0 || b.n === 0) return { estimate: rateA - rateB, interval: [-1, 1], method };
  const limitsA = wilson(a.successes, a.n, level);
  const limitsB = wilson(b.successes, b.n, level);
  return { estimate: rateA - rateB, interval: hybrid(rateA, limitsA, rateB, limitsB), method };
}

/**
 * The interval of a difference from the intervals of its two parts, which must be independent or
 * positively correlated. Source: Zou and Donner 2008 (MOVER), of which Newcombe's is a case.
 */
export function hybrid(a: number, limitsA: Interval, b: number, limitsB: Interval): Interval {
  const difference = a - b;
  return [
    difference - Math.hypot(a - limitsA[0], limitsB[1] - b),
    difference + Math.hypot(limitsA[1] - a, b - limitsB[0]),
  ];
}

/** What the alternative says of rate(a). */
export type Side = 'greater' | 'less' | 'two-sided';

/**
 * Fisher's exact p-value for equal rates, given the total of successes. Two-sided: the sum over all
 * tables no more probable than the one seen (as in R and SciPy).
 */
export function fisherExact(a: Count, b: Count, side: Side = 'two-sided'): number {
  checkWhole(a, 'fisherExact, arm a');
  checkWhole(b, 'fisherExact, arm b');
  if (side === 'greater') return fisherUpper(a.successes, a.n, b.successes, b.n);
  if (side === 'less') return fisherUpper(b.successes, b.n, a.successes, a.n);
  return fisherTwoSided(a, b);
}

/** P(A >= a | A + B = a + b) under equal rates, summed outwards so that the tail keeps its precision. */
export function fisherUpper(a: number, nA: number, b: number, nB: number): number {
  const total = a + b;
  if (a <= Math.max(0, total - nB)) return 1;
  if (a * (nA + nB) >= total * nA) {
    return Math.min(1, sumTail(a, total, nA, nB, Math.exp(logHypergeometric(a, total, nA, nB))));
  }
  // Below the mean the other tail is the short one; it is P(B >= b + 1).
  const next = Math.exp(logHypergeometric(a - 1, total, nA, nB));
  return 1 - sumTail(b + 1, total, nB, nA, next);
}

/** Probability `start` at a, plus those at a + 1, a + 2, ... */
function sumTail(a: number, total: number, nA: number, nB: number, start: number): number {
  let term = start;
  let sum = term;
  for (let k = a; k < Math.min(nA, total); k++) {
    term *= ((total - k) * (nA - k)) / ((k + 1) * (nB - total + k + 1));
    sum += term;
    if (term < 1e-17 * sum) break;
  }
  return sum;
}

/** log P(A = a | A + B = total): a successes in nA, the rest in nB. */
function logHypergeometric(a: number, total: number, nA: number, nB: number): number {
  return logChoose(nA, a) + logChoose(nB, total - a) - logChoose(nA + nB, total);
}

function fisherTwoSided(a: Count, b: Count): number {
  const total = a.successes + b.successes;
  const seen = logHypergeometric(a.successes, total, a.n, b.n);
  let sum = 0;
  for (let k = Math.max(0, total - b.n); k <= Math.min(a.n, total); k++) {
    const log = logHypergeometric(k, total, a.n, b.n);
    // Equally probable tables differ by rounding only.
    if (log <= seen + 1e-7) sum += Math.exp(log);
  }
  return Math.min(1, sum);
}
