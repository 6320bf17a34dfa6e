/** @file Differences between models of one seed, with simultaneous intervals over seeds. */
import { studentCritical } from '../../statistics/index.ts';
import type { Estimated } from '../statement.ts';

/**
 * Mean of differences, one a seed, with Student's interval.
 *
 * @param comparisons how many intervals are to hold together: each has level 1 - 0.05 / comparisons (Bonferroni)
 */
export function meanDifference(differences: readonly number[], comparisons = 1): Estimated {
  const n = differences.length;
  const mean = differences.reduce((a, b) => a + b, 0) / n;
  const variance = differences.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  const half = studentCritical(1 - 0.05 / comparisons, n - 1) * Math.sqrt(variance / n);
  return { estimate: mean, interval: [mean - half, mean + half], n };
}

/** Above 0, below it, or neither. */
export function sided({ interval: [low, high] }: Estimated): 'supported' | 'refuted' | 'undecided' {
  return low > 0 ? 'supported' : high < 0 ? 'refuted' : 'undecided';
}
