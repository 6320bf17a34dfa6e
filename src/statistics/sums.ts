/** @file Totals per cluster of one or two arms: what every clustered estimate is computed from. */
import { badInput } from '../tensor/errors.ts';
import { type Cluster, ClusterTree } from './clusters.ts';
import type { Count } from './estimate.ts';

/** One number from one sample. */
export interface Measurement {
  readonly cluster: Cluster;
  readonly value: number;
}

/** Sums and sample counts of an arm, per leaf of the tree. */
interface Arm {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/**
 * With fewer clusters than this holding a success (or a failure), a bootstrap of a rate is too short:
 * one success in 40 clusters is never resampled to more than a handful.
 */
const FEW = 10;

/** Arms of clustered samples; clusters of the same name are the same cluster in all arms. */
export class ClusterSums {
  readonly tree = new ClusterTree();
  readonly #arms: Arm[];

  constructor(arms: readonly (readonly Measurement[])[]) {
    const leaves = arms.map((arm, i) => arm.map(({ cluster }) => this.tree.add(cluster, 1 << i)));
    this.tree.seal();
    this.#arms = arms.map((arm, i) => {
      const sums = new Float64Array(this.tree.leaves);
      const counts = new Float64Array(this.tree.leaves);
      arm.forEach(({ value }, k) => {
        if (!Number.isFinite(value)) badInput(`a sample's value must be a number, got ${value}`);
        const leaf = leaves[i]![k]!;
        sums[leaf] = sums[leaf]! + value;
        counts[leaf] = counts[leaf]! + 1;
      });
      return { sums, counts };
    });
  }

  /** Sum and number of all samples of an arm. */
  total(arm: number): Count {
    const { sums, counts } = this.#arms[arm]!;
    return { successes: sums.reduce(add, 0), n: counts.reduce(add, 0) };
  }

  /** Mean of an arm when leaf i counts multiplicity[i] times. */
  mean(arm: number, multiplicity: Int32Array): number {
    const { sums, counts } = this.#arms[arm]!;
    let [sum, n] = [0, 0];
    for (let i = 0; i < sums.length; i++) {
      sum += multiplicity[i]! * sums[i]!;
      n += multiplicity[i]! * counts[i]!;
    }
    return sum / n;
  }

  /** Whether resampling clusters tells how the arms' rates vary. */
  get resamplable(): boolean {
    return this.tree.degrees >= 1 && this.#arms.every((_, arm) => this.#informative(arm) >= FEW);
  }

  /** The smaller of: innermost clusters with a success, innermost clusters with a failure. */
  #informative(arm: number): number {
    const { sums, counts } = this.#arms[arm]!;
    let [hits, misses] = [0, 0];
    for (let i = 0; i < sums.length; i++) {
      if (sums[i]! > 0) hits++;
      if (sums[i]! < counts[i]!) misses++;
    }
    return Math.min(hits, misses);
  }

  /**
   * Variance of the arms' means, added with these signs, linearised over outermost clusters
   * (Cochran 1977, section 9A); NaN with fewer than two clusters.
   */
  variance(signs: readonly number[]): number {
    const residuals = this.tree.outermost().map((leaves) => this.#residual(leaves, signs));
    const k = residuals.length;
    return k < 2 ? Number.NaN : (k / (k - 1)) * residuals.reduce((sum, u) => sum + u * u, 0);
  }

  #residual(leaves: readonly number[], signs: readonly number[]): number {
    let residual = 0;
    signs.forEach((sign, arm) => {
      const { sums, counts } = this.#arms[arm]!;
      const { successes, n } = this.total(arm);
      for (const leaf of leaves) {
        residual += (sign * (sums[leaf]! - (successes / n) * counts[leaf]!)) / n;
      }
    });
    return residual;
  }

  /**
   * That variance relative to as many independent trials with the same rates; 1 where nothing
   * varies or there is one cluster, for then the samples cannot tell.
   */
  designEffect(signs: readonly number[]): number {
    const binomial = signs.reduce((sum, _, arm) => {
      const { successes, n } = this.total(arm);
      return sum + ((successes / n) * (1 - successes / n)) / n;
    }, 0);
    const effect = this.variance(signs) / binomial;
    return Number.isFinite(effect) ? effect : 1;
  }
}

function add(a: number, b: number): number {
  return a + b;
}
