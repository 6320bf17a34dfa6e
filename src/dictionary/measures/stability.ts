/** @file How alike the directions of several dictionaries are, pair by pair: what another seed finds again. */
import { type BootstrapOptions, type Interval, studentCritical } from '../../statistics/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { Rows } from '../kind.ts';
import { jackknifeVariance } from './jackknife.ts';
import { type Matching, type MatchingOptions, matchDirections, matchMeasures } from './matching.ts';
import type { MeasureResult } from './result.ts';

/** How alike two of the dictionaries are. */
export interface AlikePair {
  /** Their places in the list. */
  readonly pair: readonly [number, number];
  /** Mean of the largest cosines, both ways. */
  readonly mmcs: number;
  /** Mean cosine of one-to-one pairs; undefined where there are too many directions to pair. */
  readonly matched: number | undefined;
}

/** All pairs, and their means with intervals. */
export interface Stability {
  readonly pairs: readonly AlikePair[];
  readonly measures: readonly MeasureResult[];
}

/**
 * Compares the directions [n, width] of each dictionary with those of each other one. Means over pairs have intervals
 * that leave out one dictionary at a time, for pairs that share one are not independent; of two dictionaries there is
 * one pair, and directions are resampled.
 *
 * @throws TouchstoneError where there are fewer than two, or widths differ
 */
export async function stabilityOf(
  directions: readonly Rows[],
  options: MatchingOptions & BootstrapOptions = {},
): Promise<Stability> {
  if (directions.length < 2) badUsage('stability of one dictionary', 'give two or more');
  const pairs: AlikePair[] = [];
  const matchings: Matching[] = [];
  for (const [i, own] of directions.entries()) {
    for (const [offset, other] of directions.slice(i + 1).entries()) {
      const there = await matchDirections(own, other, options);
      const back = await matchDirections(other, own, { ...options, paired: false });
      matchings.push(bothWays(there, back));
      pairs.push(alike([i, i + 1 + offset], matchings.at(-1)!));
    }
  }
  const own = matchMeasures(matchings.slice(0, 1), options);
  const asked = own.filter(({ name }) => name !== 'recall_0.9');
  if (pairs.length === 1) return { pairs, measures: asked.map(ofPairs) };
  return { pairs, measures: asked.map((one) => overPairs(one, pairs, options)) };
}

/** The largest cosines of both sides, and the pairs. */
function bothWays(there: Matching, back: Matching): Matching {
  return { largest: Float64Array.of(...there.largest, ...back.largest), paired: there.paired };
}

function alike(pair: AlikePair['pair'], { largest, paired }: Matching): AlikePair {
  return { pair, mmcs: meanOf(largest), matched: paired && meanOf(paired) };
}

function meanOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

function ofPairs(result: MeasureResult): MeasureResult {
  return { ...result, formula: `${result.formula}; of two dictionaries`, seeds: 2 };
}

function overPairs(
  result: MeasureResult,
  pairs: readonly AlikePair[],
  { level = 0.95 }: BootstrapOptions,
): MeasureResult {
  const values = pairs.flatMap(({ pair, mmcs, matched }) => {
    const value = result.name === 'mmcs' ? mmcs : matched;
    return value === undefined ? [] : [{ pair, value }];
  });
  const seeds = 1 + Math.max(...pairs.map(({ pair: [, last] }) => last));
  const formula = `${result.formula}; the mean over pairs of dictionaries`;
  if (values.length < pairs.length) return { ...result, formula, seeds };
  const mean = (some: typeof values) => meanOf(some.map(({ value }) => value));
  const without = Array.from({ length: seeds }, (_, seed) =>
    mean(values.filter(({ pair }) => !pair.includes(seed))),
  );
  const reach = studentCritical(level, seeds - 1) * Math.sqrt(jackknifeVariance(without));
  const estimate = mean(values);
  const interval: Interval = [Math.max(-1, estimate - reach), Math.min(1, estimate + reach)];
  const method = 'jackknife over dictionaries';
  return { ...result, formula, estimate, interval, method, seeds };
}
