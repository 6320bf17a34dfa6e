/** @file Shares of latents: dead and dense ones, with intervals over documents and seeds. */
import {
  BOOTSTRAP,
  type BootstrapOptions,
  bootstrapIntervals,
  CrossedClusters,
  type Interval,
  studentCritical,
} from '../../statistics/index.ts';
import type { DictionarySums } from './dictionarySums.ts';
import { deadShare, denseShare, type FiringGroup, pooled } from './firing.ts';
import { jackknifeVariance } from './jackknife.ts';
import { meanOverSeeds, once } from './overSeeds.ts';
import { described, type Figures, type MeasureResult } from './result.ts';

/** Resamples of shares of latents, which are costly. */
const FEW_RESAMPLES = 400;

/** A share of the latents, from counts of firing rows. */
interface Share extends Pick<MeasureResult, 'name' | 'formula' | 'source'> {
  of(counts: FiringGroup): number;
}

const DEAD: Share = {
  name: 'dead',
  formula: 'share of the latents that are 0 in all rows',
  source: '1 - frac_alive of dictionary_learning and SAEBench; falls with the number of rows',
  of: deadShare,
};

const DENSE: readonly Share[] = [1, 10].map((percent) => ({
  name: `dense_${percent}`,
  formula: `share of the latents that are not 0 in more than ${percent} % of the rows`,
  source: `SAEBench: freq_over_${percent}_percent`,
  of: (counts) => denseShare(counts, percent / 100),
}));

export const SHARES: readonly Share[] = [DEAD, ...DENSE];

/** Shares of dead and dense latents with intervals. */
export function ofShares(
  dictionaries: readonly DictionarySums[],
  options: BootstrapOptions,
): MeasureResult[] {
  const groups = dictionaries.map(({ firing }) => firing.groups());
  const latents = dictionaries[0]!.firing.latents;
  const crossed = new CrossedClusters(groups.length, groups[0]!.length);
  const means = (shares: readonly Share[]) => (times: Int32Array) =>
    meanOverSeeds(groups.length, times, (seed, weights) => {
      const counts = pooled(groups[seed]!, latents, weights);
      return shares.map(({ of }) => of(counts));
    });
  const resamples = { ...options, resamples: Math.min(options.resamples ?? 4000, FEW_RESAMPLES) };
  const intervals = crossed.degrees > 0 ? bootstrapIntervals(crossed, means(DENSE), resamples) : [];
  const dense = means(DENSE)(once(crossed)).map((estimate, i) =>
    described(DENSE[i]!, dictionaries, { estimate, interval: intervals[i], method: BOOTSTRAP }),
  );
  const dead = jackknifed(crossed, (times) => means([DEAD])(times)[0]!, groups.length, options);
  return [described(DEAD, dictionaries, dead), ...dense];
}

/**
 * The share of dead latents with Student's interval from leaving out one group of documents at a time (as for numbers of
 * species: Heltshe and Forrester 1983, Biometrics 39:1). Resampling would not do: it leaves out a third of the
 * documents, so that in every resample more latents are dead.
 */
function jackknifed(
  crossed: CrossedClusters,
  mean: (times: Int32Array) => number,
  seeds: number,
  { level = 0.95 }: BootstrapOptions,
): Figures {
  const estimate = mean(once(crossed));
  const method = 'jackknife over groups of documents';
  if (crossed.degrees < 1) return { estimate, interval: undefined, method };
  const without = crossed.outermost().map((leaves) => {
    const times = once(crossed);
    for (const leaf of leaves) times[leaf] = 0;
    return mean(times);
  });
  const factors = seeds > 1 ? [without.slice(0, seeds), without.slice(seeds)] : [without];
  const variance = factors.map(jackknifeVariance).reduce((sum, one) => sum + one, 0);
  const reach = studentCritical(level, crossed.degrees) * Math.sqrt(variance);
  const interval: Interval = [Math.max(0, estimate - reach), Math.min(1, estimate + reach)];
  return { estimate, interval, method: seeds > 1 ? `${method} and over seeds` : method };
}
