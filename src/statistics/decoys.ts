/** @file How much more often the secret is named than words that could as well have been the secret. */
import { badInput } from '../tensor/errors.ts';
import { adjusted, type ClusteredEstimate, sampleSizeDivisor, shrink } from './bootstrap.ts';
import type { Cluster } from './clusters.ts';
import { hybrid } from './difference.ts';
import { checkLevel, checkProbability, type Interval } from './estimate.ts';
import { wilson } from './proportion.ts';
import { BOOTSTRAP, type BootstrapOptions, bootstrapInterval } from './resample.ts';
import { ClusterSums } from './sums.ts';

/** What one sample named. */
export interface DecoySample {
  readonly cluster: Cluster;
  /** 1 if the sample names the secret; of several true candidates, the share that it names. */
  readonly secret: number;
  /** Share of the matched decoys that the sample names. */
  readonly decoys: number;
}

/**
 * Rate of the secret minus mean rate of its decoys in the same samples, with an interval that resamples
 * clusters. With the secret named in fewer than ten innermost clusters (or missed in fewer): the Wilson
 * limits of both rates, n divided for clusters, squared and added as in Newcombe's method 10. That n
 * counts samples, not samples times decoys, which makes the decoys' part wide rather than short.
 */
export function decoyCalibrated(
  samples: readonly DecoySample[],
  options: BootstrapOptions = {},
): ClusteredEstimate {
  const { level = 0.95 } = options;
  checkLevel(level);
  if (samples.length === 0) badInput('decoyCalibrated: expected at least one sample, got none');
  for (const { secret, decoys } of samples) {
    checkProbability(secret, 'secret');
    checkProbability(decoys, 'decoys');
  }
  const value = (of: (sample: DecoySample) => number) =>
    samples.map((sample) => ({ cluster: sample.cluster, value: of(sample) }));
  const secret = new ClusterSums([value((s) => s.secret)]);
  const both = new ClusterSums([value((s) => s.secret), value((s) => s.decoys)]);
  const shared = { clusters: both.tree.clusters, designEffect: both.designEffect([1, -1]) };
  const [hits, named] = [both.total(0), both.total(1)];
  const estimate = (hits.successes - named.successes) / hits.n;
  if (secret.resamplable) {
    const interval = bootstrapInterval(
      both.tree,
      (m) => both.mean(0, m) - both.mean(1, m),
      options,
    );
    return {
      estimate,
      interval,
      method: BOOTSTRAP,
      ...shared,
    };
  }
  const by = sampleSizeDivisor(both, shared.designEffect, level);
  const limits = (successes: number): Interval => {
    const count = shrink({ successes, n: hits.n }, by);
    return wilson(count.successes, count.n, level);
  };
  const rates = [hits.successes / hits.n, named.successes / hits.n] as const;
  const interval = hybrid(rates[0], limits(hits.successes), rates[1], limits(named.successes));
  return { estimate, interval, method: adjusted('hybrid score', by), ...shared };
}
