/** @file How far one curve lies above another, over seeds and documents drawn again and again. */
import { bootstrapInterval, CrossedClusters } from '../../statistics/index.ts';
import type { Estimated } from '../statement.ts';
import { areaBetween, type Point } from './curves.ts';

/** A dictionary of a curve: its point, each document counting as often as it was drawn. */
export interface Placed {
  readonly seed: number;
  readonly documents: number;
  /** Undefined where the point cannot be drawn. */
  at(times: ArrayLike<number>): Point | undefined;
}

const RESAMPLES = 2000;

/**
 * The mean over seeds of {@link areaBetween} of two curves, seeds and documents being resampled together (crossed:
 * Owen 2007). Undefined where the curves of a seed have no common range.
 */
export function meanHeight(a: readonly Placed[], b: readonly Placed[]): Estimated | undefined {
  const seeds = [...new Set(a.map(({ seed }) => seed))];
  const documents = a[0]?.documents ?? 0;
  const crossed = new CrossedClusters(seeds.length, documents);
  const mean = (times: Int32Array) => {
    let [sum, drawn] = [0, 0];
    seeds.forEach((seed, i) => {
      const weights = times.subarray(i * documents, (i + 1) * documents);
      const count = weights.reduce((total, one) => total + one, 0);
      if (count === 0) return;
      const points = (curve: readonly Placed[]) => pointsOf(curve, seed, weights);
      sum += count * (areaBetween(points(a), points(b)) ?? Number.NaN);
      drawn += count;
    });
    return sum / drawn;
  };
  const estimate = mean(new Int32Array(crossed.leaves).fill(1));
  if (!Number.isFinite(estimate)) return undefined;
  const interval = bootstrapInterval(crossed, mean, { resamples: RESAMPLES });
  if (!interval.every(Number.isFinite)) return undefined;
  return { estimate, interval: [interval[0], interval[1]], n: seeds.length };
}

function pointsOf(curve: readonly Placed[], seed: number, weights: Int32Array): Point[] {
  return curve.flatMap((one) => (one.seed === seed ? (one.at(weights) ?? []) : []));
}
