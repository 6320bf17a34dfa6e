/** @file Tests whose null distribution is made by exchanging what the null hypothesis calls equal. */
import { badInput } from '../tensor/errors.ts';
import { randomStream } from '../tensor/random.ts';
import type { Observation } from './bootstrap.ts';

/** Up to this many clusters, all sign flips are tried. */
const EXACT_CLUSTERS = 16;

/** A permutation test's outcome. */
export interface PermutationResult {
  /** Weighted mean over clusters of the arms' difference. */
  readonly statistic: number;
  /** Chance of a statistic this far from 0, either way, were the arms alike. */
  readonly twoSided: number;
  /** Chance of a statistic this high. */
  readonly greater: number;
  readonly clusters: number;
  readonly method: string;
}

/**
 * Paired permutation test: in every cluster found in both arms the arms may be swapped, which flips the
 * sign of that cluster's difference of means. A cluster weighs nA nB / (nA + nB), as its precision does.
 * All flips up to 16 clusters; beyond, random ones, the seen one counted among them (Phipson and
 * Smyth 2010).
 */
export function pairedPermutation(
  arms: { a: readonly Observation[]; b: readonly Observation[] },
  options: { resamples?: number; seed?: number } = {},
): PermutationResult {
  const terms = weightedDifferences(arms.a, arms.b);
  const k = terms.length;
  if (k === 0) badInput('paired permutation: the arms share no cluster');
  const seen = terms.reduce((sum, x) => sum + x, 0);
  const exact = k <= EXACT_CLUSTERS;
  const { resamples = 10_000, seed = 1 } = options;
  const flipped = exact ? allFlips(terms) : randomFlips(terms, resamples, seed);
  // Sums that are equal but for the order of adding count as equal, that is, against us.
  const slack = 1e-12 * terms.reduce((sum, x) => sum + Math.abs(x), 0);
  const extra = exact ? 0 : 1;
  const share = (counts: (x: number) => boolean) =>
    (extra + flipped.reduce((sum, x) => sum + (counts(x) ? 1 : 0), 0)) / (extra + flipped.length);
  return {
    statistic: seen,
    greater: share((x) => x >= seen - slack),
    twoSided: share((x) => Math.abs(x) >= Math.abs(seen) - slack),
    clusters: k,
    method: exact ? `all 2^${k} sign flips` : `${resamples} random sign flips`,
  };
}

/** One term per shared cluster; their sum is the weighted mean difference. */
function weightedDifferences(a: readonly Observation[], b: readonly Observation[]): Float64Array {
  const [inA, inB] = [byCluster(a), byCluster(b)];
  const terms: { weight: number; difference: number }[] = [];
  for (const [name, left] of inA) {
    const right = inB.get(name);
    if (right === undefined) continue;
    const weight = (left.n * right.n) / (left.n + right.n);
    terms.push({ weight, difference: left.sum / left.n - right.sum / right.n });
  }
  const total = terms.reduce((sum, { weight }) => sum + weight, 0);
  return Float64Array.from(terms, ({ weight, difference }) => (weight / total) * difference);
}

function byCluster(observations: readonly Observation[]): Map<string, { sum: number; n: number }> {
  const clusters = new Map<string, { sum: number; n: number }>();
  for (const { cluster, success } of observations) {
    const name = JSON.stringify(cluster);
    const { sum, n } = clusters.get(name) ?? { sum: 0, n: 0 };
    clusters.set(name, { sum: sum + success, n: n + 1 });
  }
  return clusters;
}

function allFlips(terms: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 ** terms.length }, (_, flips) =>
    terms.reduce((sum, x, i) => sum + ((flips >> i) & 1 ? -x : x), 0),
  );
}

function randomFlips(terms: Float64Array, resamples: number, seed: number): Float64Array {
  const reader = randomStream(seed, 'permutation').reader();
  return Float64Array.from({ length: resamples }, () =>
    terms.reduce((sum, x) => sum + (reader.uniform() < 0.5 ? -x : x), 0),
  );
}
