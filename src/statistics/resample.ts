/** @file The interval of any statistic of clustered samples: bias-corrected, widened for few clusters. */
import { type RandomReader, randomStream } from '../tensor/random.ts';
import type { Interval } from './estimate.ts';
import { normalCdf, normalCritical, normalQuantile, studentCritical } from './normal.ts';

/** Its name in reports. */
export const BOOTSTRAP = 'clustered bootstrap (BCa, widened for few clusters)';

/** How a bootstrap is run. */
export interface BootstrapOptions {
  /** Default 4000. */
  readonly resamples?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Default 0.95. */
  readonly level?: number;
}

/** Leaves that are drawn again and again. */
export interface Resampled {
  readonly leaves: number;
  /** Independent pieces of information about a spread. */
  readonly degrees: number;
  /** The leaves under each outermost cluster. */
  outermost(): number[][];
  /** @param multiplicity how often each leaf was drawn; overwritten */
  resample(reader: RandomReader, multiplicity: Int32Array): void;
}

/**
 * BCa interval (Efron 1987; Davison and Hinkley 1997, section 5.3.2) with the nominal level widened
 * for the number of clusters as in Hesterberg 2015 (The American Statistician 69:371, "expanded
 * percentile"): a plain percentile interval is too short by sqrt((k - 1) / k) and by normal for t.
 *
 * @param statistic of leaf multiplicities, 1 each for the data as they are
 */
export function bootstrapInterval(
  tree: Resampled,
  statistic: (multiplicity: Int32Array) => number,
  options: BootstrapOptions = {},
): Interval {
  return bootstrapIntervals(tree, (multiplicity) => [statistic(multiplicity)], options)[0]!;
}

/** {@link bootstrapInterval} of several statistics from the same resamples. Ends are NaN where a resample gave NaN. */
export function bootstrapIntervals(
  tree: Resampled,
  statistics: (multiplicity: Int32Array) => ArrayLike<number>,
  options: BootstrapOptions = {},
): Interval[] {
  const { resamples = 4000, seed = 1, level = 0.95 } = options;
  const observed = Array.from(statistics(new Int32Array(tree.leaves).fill(1)));
  const draws = drawStatistics(tree, statistics, observed.length, resamples, seed);
  const without = leftOut(tree, statistics);
  const reach = widened(level, tree.degrees);
  return observed.map((value, i) => {
    const acceleration = accelerationOf(without.map((values) => values[i]!));
    return intervalOf(draws[i]!.sort(), value, acceleration, reach);
  });
}

/** @param draws sorted, so that NaN are the last */
function intervalOf(
  draws: Float64Array,
  observed: number,
  acceleration: number,
  reach: number,
): Interval {
  if (Number.isNaN(observed) || Number.isNaN(draws.at(-1))) return [Number.NaN, Number.NaN];
  const below = draws.reduce((sum, x) => sum + (x < observed ? 1 : x === observed ? 0.5 : 0), 0);
  const share = Math.min(Math.max(below, 0.5), draws.length - 0.5) / draws.length;
  const bias = normalQuantile(share);
  const at = (z: number) => {
    const moved = bias + z;
    return quantile(draws, normalCdf(bias + moved / (1 - acceleration * moved)));
  };
  return [Math.min(at(-reach), observed), Math.max(at(reach), observed)];
}

/** Values of each statistic in the resamples. */
function drawStatistics(
  tree: Resampled,
  statistics: (multiplicity: Int32Array) => ArrayLike<number>,
  count: number,
  resamples: number,
  seed: number,
): Float64Array[] {
  const reader = randomStream(seed, 'bootstrap').reader();
  const multiplicity = new Int32Array(tree.leaves);
  const draws = Array.from({ length: count }, () => new Float64Array(resamples));
  for (let i = 0; i < resamples; i++) {
    tree.resample(reader, multiplicity);
    const values = statistics(multiplicity);
    for (let k = 0; k < count; k++) draws[k]![i] = values[k]!;
  }
  return draws;
}

/** Standard errors that an interval reaches to each side with `degrees` + 1 clusters. */
function widened(level: number, degrees: number): number {
  if (degrees < 1) return normalCritical(level);
  return studentCritical(level, degrees) * Math.sqrt((degrees + 1) / degrees);
}

/** The statistics with one outermost cluster left out at a time. */
function leftOut(
  tree: Resampled,
  statistics: (multiplicity: Int32Array) => ArrayLike<number>,
): number[][] {
  return tree.outermost().map((leaves) => {
    const multiplicity = new Int32Array(tree.leaves).fill(1);
    for (const leaf of leaves) multiplicity[leaf] = 0;
    return Array.from(statistics(multiplicity));
  });
}

/** Skewness of a statistic from its values with one outermost cluster left out at a time, over 6. */
function accelerationOf(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((sum, x) => sum + x, 0) / finite.length;
  const squares = finite.reduce((sum, x) => sum + (mean - x) ** 2, 0);
  const cubes = finite.reduce((sum, x) => sum + (mean - x) ** 3, 0);
  return squares > 0 ? cubes / (6 * squares ** 1.5) : 0;
}

/** The q quantile of sorted values, linear between neighbours (as NumPy's default). */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const place = Math.min(Math.max(q, 0), 1) * (sorted.length - 1);
  const low = sorted[Math.floor(place)]!;
  const high = sorted[Math.ceil(place)]!;
  return low + (high - low) * (place - Math.floor(place));
}
