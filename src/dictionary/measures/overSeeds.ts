/** @file Means over dictionaries of several seeds, each drawn as often as a resample says. */
import type { CrossedClusters } from '../../statistics/index.ts';

/** Every leaf once: the data as they are. */
export function once({ leaves }: Pick<CrossedClusters, 'leaves'>): Int32Array {
  return new Int32Array(leaves).fill(1);
}

/** Means over seeds, each counting as often as it was drawn; `times` lies seed by seed. */
export function meanOverSeeds(
  seeds: number,
  times: Int32Array,
  values: (seed: number, weights: Int32Array) => readonly number[],
): number[] {
  const documents = times.length / seeds;
  const sums: number[] = [];
  let drawn = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const weights = times.subarray(seed * documents, (seed + 1) * documents);
    const count = weights.reduce((total, one) => total + one, 0);
    if (count === 0) continue;
    values(seed, weights).forEach((value, i) => {
      sums[i] = (sums[i] ?? 0) + count * value;
    });
    drawn += count;
  }
  return sums.map((sum) => sum / drawn);
}
