/** @file Area under the ROC curve: the chance that a positive scores above a negative. */
import { badInput } from '../tensor/errors.ts';
import { type Cluster, ClusterTree } from './clusters.ts';
import { checkLevel, type Estimate, type Interval } from './estimate.ts';
import { normalCritical } from './normal.ts';
import { BOOTSTRAP, type BootstrapOptions, bootstrapInterval } from './resample.ts';

/**
 * AUROC with DeLong's interval; a tie counts one half. Where all positives are above all negatives (or
 * nothing varies), DeLong's variance is 0 and the interval is Newcombe's 2006 method 5 instead.
 *
 * Source: DeLong, DeLong and Clarke-Pearson 1988 (Biometrics 44:837), through midranks as in Sun and Xu
 * 2014. The interval is normal, cut to [0, 1].
 */
export function auroc(
  positives: readonly number[],
  negatives: readonly number[],
  level = 0.95,
): Estimate {
  checkLevel(level);
  const [m, n] = [positives.length, negatives.length];
  if (m === 0 || n === 0) {
    badInput(`auroc: expected scores of both classes, got ${m} positives and ${n} negatives`);
  }
  const above = placements(positives, negatives);
  const below = placements(negatives, positives).map((share) => 1 - share);
  const estimate = above.reduce((sum, share) => sum + share, 0) / m;
  const variance = m < 2 || n < 2 ? 0 : sampleVariance(above) / m + sampleVariance(below) / n;
  const z = normalCritical(level);
  if (variance < 1e-18) {
    const interval = newcombeLimits(estimate, m, n, z);
    return { estimate, interval, method: "Newcombe's method 5 for areas" };
  }
  const reach = z * Math.sqrt(variance);
  const interval: Interval = [Math.max(0, estimate - reach), Math.min(1, estimate + reach)];
  return { estimate, interval, method: 'DeLong' };
}

/**
 * AUROC of few scores, five of each class say, with Newcombe's 2006 method 5 throughout: DeLong's interval then covers 90 %
 * where it should cover 95. A tie counts one half.
 */
export function aurocOfFew(
  positives: readonly number[],
  negatives: readonly number[],
  level = 0.95,
): Estimate {
  const { estimate } = auroc(positives, negatives, level);
  const z = normalCritical(level);
  const interval = newcombeLimits(estimate, positives.length, negatives.length, z);
  return { estimate, interval, method: "Newcombe's method 5 for areas" };
}

/** For each score, the share of the others below it, a tie counting one half. */
function placements(scores: readonly number[], others: readonly number[]): number[] {
  const sorted = Float64Array.from(others).sort();
  return scores.map((score) => {
    if (Number.isNaN(score)) badInput('auroc: a score must be a number, got NaN');
    return (countBelow(sorted, score, false) + countBelow(sorted, score, true)) / 2 / sorted.length;
  });
}

/** How many of the sorted values are below x, or at most x. */
function countBelow(sorted: Float64Array, x: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = sorted[middle]!;
    if (value < x || (orEqual && value === x)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sampleVariance(values: readonly number[]): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
}

/**
 * The areas whose own standard error, were they true, leaves the one seen within z of them, by bisection.
 * Source: Newcombe 2006 (Statistics in Medicine 25:559), method 5.
 */
function newcombeLimits(seen: number, m: number, n: number, z: number): Interval {
  const half = (m + n) / 2 - 1;
  const error = (area: number) => {
    const spread = 1 + half * ((1 - area) / (2 - area) + area / (1 + area));
    return Math.sqrt((area * (1 - area) * spread) / (m * n));
  };
  const limit = (end: number) => {
    let [inside, outside] = [seen, end];
    for (let step = 0; step < 60; step++) {
      const middle = (inside + outside) / 2;
      if (Math.abs(seen - middle) <= z * error(middle)) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  return [limit(0), limit(1)];
}

/** One scored sample of a known class. */
export interface ScoredSample {
  readonly cluster: Cluster;
  readonly label: 0 | 1;
  readonly score: number;
}

/** AUROC with an interval that resamples clusters; DeLong's where there is one cluster or perfect separation. */
export function clusteredAuroc(
  samples: readonly ScoredSample[],
  options: BootstrapOptions = {},
): Estimate {
  const scores = (label: 0 | 1) => samples.filter((s) => s.label === label).map((s) => s.score);
  const plain = auroc(scores(1), scores(0), options.level);
  const tree = new ClusterTree();
  const leaves = samples.map(({ cluster, label }) => tree.add(cluster, label === 1 ? 1 : 2));
  tree.seal();
  if (tree.degrees < 1 || plain.method !== 'DeLong') return plain;
  const area = weightedArea(samples, leaves);
  const interval = bootstrapInterval(tree, area, options);
  return { ...plain, interval, method: BOOTSTRAP };
}

/** The area as a function of leaf multiplicities: one walk up the scores, sorted once. */
function weightedArea(
  samples: readonly ScoredSample[],
  leaves: readonly number[],
): (multiplicity: Int32Array) => number {
  const order = [...samples.keys()].sort((i, j) => samples[i]!.score - samples[j]!.score);
  return (multiplicity) => {
    let [area, positives, negatives, tied] = [0, 0, 0, 0];
    let [tiedNegatives, last] = [0, Number.NaN];
    for (const i of order) {
      const { label, score } = samples[i]!;
      if (score !== last) {
        area += tied * (negatives + tiedNegatives / 2);
        negatives += tiedNegatives;
        [tied, tiedNegatives, last] = [0, 0, score];
      }
      const weight = multiplicity[leaves[i]!]!;
      if (label === 1) {
        tied += weight;
        positives += weight;
      } else tiedNegatives += weight;
    }
    area += tied * (negatives + tiedNegatives / 2);
    return area / positives / (negatives + tiedNegatives);
  };
}
