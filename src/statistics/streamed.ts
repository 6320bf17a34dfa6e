/** @file The rate of clustered samples from sums that are kept while the samples stream by. */
import { adjusted, type ClusteredEstimate, divisorOf, shrink } from './bootstrap.ts';
import { checkCount, checkLevel } from './estimate.ts';
import { wilson } from './proportion.ts';

/** Sums over clusters, each of which has n samples and c successes. */
export interface StreamedSums {
  /** Sum of c. */
  readonly successes: number;
  /** Sum of n. */
  readonly n: number;
  /** How many clusters have samples. */
  readonly clusters: number;
  /** Sum of c squared. */
  readonly squares: number;
  /** Sum of c n. */
  readonly products: number;
  /** Sum of n squared. */
  readonly sizes: number;
}

/**
 * A rate with Wilson's interval, the sample size divided by the design effect: what `clusteredProportion`
 * gives where it does not resample, of any number of samples in constant memory.
 *
 * The variance of the rate is linearised over the clusters (Cochran 1977, section 9A):
 * k / (k - 1) * sum (c - p n)^2 / N^2.
 */
export function streamedProportion(sums: StreamedSums, level = 0.95): ClusteredEstimate {
  const { successes, n, clusters } = sums;
  checkCount({ successes, n }, 'streamedProportion');
  checkLevel(level);
  const rate = n === 0 ? 0 : successes / n;
  const designEffect = designEffectOf(sums, rate);
  const by = divisorOf(clusters - 1, designEffect, level);
  const small = shrink({ successes, n }, by);
  return {
    estimate: rate,
    interval: wilson(small.successes, small.n, level),
    method: adjusted("Wilson's score", by),
    clusters,
    designEffect,
  };
}

function designEffectOf(sums: StreamedSums, rate: number): number {
  const { n, clusters: k, squares, products, sizes } = sums;
  // Rounding must not make a sum of squares negative.
  const residuals = Math.max(0, squares - 2 * rate * products + rate * rate * sizes);
  const effect = ((k / (k - 1)) * residuals) / n / (rate * (1 - rate));
  return Number.isFinite(effect) ? effect : 1;
}
