/**
 * @file Proportions, means and differences of samples that come in clusters (organism seed, prompt):
 * samples of one prompt resemble each other, so n samples tell less than n independent ones would.
 */
import { badInput } from '../tensor/errors.ts';
import type { Cluster } from './clusters.ts';
import { newcombe } from './difference.ts';
import { type Count, checkLevel, type Estimate } from './estimate.ts';
import { normalCritical, studentCritical } from './normal.ts';
import { wilson } from './proportion.ts';
import { BOOTSTRAP, type BootstrapOptions, bootstrapInterval } from './resample.ts';
import { ClusterSums, type Measurement } from './sums.ts';

/** One sample: where it came from, and whether it succeeded (0, 1, or a mean of indicators). */
export interface Observation {
  readonly cluster: Cluster;
  readonly success: number;
}

/** An estimate from clustered samples. */
export interface ClusteredEstimate extends Estimate {
  /** Number of outermost clusters. */
  readonly clusters: number;
  /** Variance relative to as many independent samples; 1 where the samples cannot tell. */
  readonly designEffect: number;
}

/**
 * rate(a) - rate(b) with an interval that resamples outermost clusters, then those inside.
 *
 * A cluster name found in both arms is one cluster, drawn for both at once (paired by prompt). Where
 * an arm has successes, or failures, in fewer than ten innermost clusters, the interval is Newcombe's
 * with smaller sample sizes (see {@link sampleSizeDivisor}); `method` says which it was.
 *
 * Coverage of 95 % intervals in 2,000 simulations, 40 prompts, log odds spread by 1 between prompts: 94 to
 * 95 % for 30 % against 20 %, 97 % for 0.7 % against 0.1 %; spread by 2, 92 % (the high end falls short).
 * With two levels the inner spread is counted twice: 95 % where organism seeds differ in the difference,
 * above 99 % where they do not.
 */
export function clusteredDifference(
  arms: { a: readonly Observation[]; b: readonly Observation[] },
  options: BootstrapOptions = {},
): ClusteredEstimate {
  const sums = new ClusterSums([measured(arms.a), measured(arms.b)]);
  const { level = 0.95 } = options;
  checkLevel(level);
  const [a, b] = [sums.total(0), sums.total(1)];
  const clusters = sums.tree.clusters;
  const designEffect = sums.designEffect([1, -1]);
  if (!sums.resamplable) {
    const by = sampleSizeDivisor(sums, designEffect, level);
    const { interval, method } = newcombe(shrink(a, by), shrink(b, by), level);
    const estimate = newcombe(a, b, level).estimate;
    return { estimate, interval, method: adjusted(method, by), clusters, designEffect };
  }
  const interval = bootstrapInterval(
    sums.tree,
    (multiplicity) => sums.mean(0, multiplicity) - sums.mean(1, multiplicity),
    options,
  );
  const estimate = a.successes / a.n - b.successes / b.n;
  return { estimate, interval, method: BOOTSTRAP, clusters, designEffect };
}

/**
 * A rate with an interval that resamples clusters; Wilson's with the sample size divided by the design
 * effect where successes or failures are in fewer than ten innermost clusters.
 */
export function clusteredProportion(
  observations: readonly Observation[],
  options: BootstrapOptions = {},
): ClusteredEstimate {
  const sums = new ClusterSums([measured(observations)]);
  const { level = 0.95 } = options;
  checkLevel(level);
  const count = sums.total(0);
  const clusters = sums.tree.clusters;
  const designEffect = sums.designEffect([1]);
  const estimate = count.n === 0 ? 0 : count.successes / count.n;
  if (!sums.resamplable) {
    const by = sampleSizeDivisor(sums, designEffect, level);
    const { successes, n } = shrink(count, by);
    const method = adjusted("Wilson's score", by);
    return { estimate, interval: wilson(successes, n, level), method, clusters, designEffect };
  }
  const interval = bootstrapInterval(sums.tree, (m) => sums.mean(0, m), options);
  return { estimate, interval, method: BOOTSTRAP, clusters, designEffect };
}

/**
 * A mean of real numbers (a coherence in nats, say) with an interval that resamples clusters; Student's
 * over the samples where they are all of one cluster. `designEffect` is relative to the samples' variance.
 */
export function clusteredMean(
  measurements: readonly Measurement[],
  options: BootstrapOptions = {},
): ClusteredEstimate {
  const n = measurements.length;
  if (n === 0) badInput('the mean of no samples is not defined');
  checkLevel(options.level ?? 0.95);
  const sums = new ClusterSums([measurements]);
  const estimate = sums.total(0).successes / n;
  const clusters = sums.tree.clusters;
  const squares = measurements.reduce((sum, { value }) => sum + (value - estimate) ** 2, 0);
  const independent = squares / (n - 1) / n;
  if (sums.tree.degrees < 1) return oneCluster(estimate, independent, n, options);
  const interval = bootstrapInterval(sums.tree, (m) => sums.mean(0, m), options);
  const designEffect = squares > 0 ? sums.variance([1]) / independent : 1;
  return { estimate, interval, method: BOOTSTRAP, clusters, designEffect };
}

function oneCluster(
  estimate: number,
  variance: number,
  n: number,
  { level = 0.95 }: BootstrapOptions,
): ClusteredEstimate {
  const rest = { estimate, clusters: 1, designEffect: 1 };
  if (n === 1) return { ...rest, interval: [estimate, estimate], method: 'one sample, no spread' };
  const reach = studentCritical(level, n - 1) * Math.sqrt(variance);
  return { ...rest, interval: [estimate - reach, estimate + reach], method: "Student's t" };
}

function measured(observations: readonly Observation[]): Measurement[] {
  return observations.map(({ cluster, success }) => {
    if (!(success >= 0 && success <= 1)) badInput(`success must be from 0 to 1, got ${success}`);
    return { cluster, value: success };
  });
}

/**
 * What sample sizes are divided by for score intervals: the design effect, never below 1, times the
 * squared ratio of t and normal quantiles, for the effect itself is estimated from few clusters.
 * Source: Korn and Graubard 1998 (Survey Methodology 24:193).
 */
export function sampleSizeDivisor(sums: ClusterSums, designEffect: number, level: number): number {
  return divisorOf(sums.tree.degrees, designEffect, level);
}

/** {@link sampleSizeDivisor} by the number of clusters less 1. */
export function divisorOf(degrees: number, designEffect: number, level: number): number {
  if (degrees < 1) return 1;
  const ratio = studentCritical(level, degrees) / normalCritical(level);
  return Math.max(1, designEffect) * ratio ** 2;
}

/** A count with the same rate and a smaller n. */
export function shrink({ successes, n }: Count, by: number): Count {
  // Sums of fractions may exceed n by rounding.
  return { successes: Math.min(successes, n) / by, n: n / by };
}

/** Names the sample-size correction, where there was one. */
export function adjusted(method: string, by: number): string {
  return by > 1 ? `${method}, n / ${by.toFixed(2)} for clusters` : method;
}
