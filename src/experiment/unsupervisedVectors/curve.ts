/** @file How likely a behaviour is met among vectors that are drawn from a set, and numbers over organisms. */
import { clusteredMean, proportion, studentCritical } from '../../statistics/index.ts';
import type { Estimated, Finding } from '../statement.ts';

/**
 * Chance that at least one of `drawn` vectors, taken without replacement from `all`, is among the `hits`:
 * 1 - C(all - hits, drawn) / C(all, drawn), the hypergeometric distribution's.
 */
export function foundWithin(drawn: number, hits: number, all: number): number {
  let none = 1;
  for (let i = 0; i < drawn; i++) none *= Math.max(0, all - hits - i) / (all - i);
  return 1 - none;
}

/** Mean of the chance over one vector to all of them: the area under the curve. */
export function areaOf(hits: number, all: number): number {
  const chances = Array.from({ length: all }, (_, i) => foundWithin(i + 1, hits, all));
  return chances.reduce((sum, chance) => sum + chance, 0) / all;
}

/** Mean over models of shares, with Wilson's interval of that many samples: never too narrow, for shares vary less than outcomes of 0 and 1. */
export function shareOver(shares: readonly number[]): Estimated {
  const successes = shares.reduce((sum, share) => sum + share, 0);
  const { rate, interval, n } = proportion({ successes, n: shares.length });
  return { estimate: rate, interval: [...interval], n };
}

/** Mean with Student's interval at a level. */
export function meanOver(values: readonly number[], level = 0.95): Estimated {
  const measurements = values.map((value) => ({ cluster: 'models', value }));
  const { estimate, interval } = clusteredMean(measurements);
  if (level === 0.95 || values.length < 2)
    return { estimate, interval: [...interval], n: values.length };
  const [critical, wanted] = [0.95, level].map((one) => studentCritical(one, values.length - 1));
  const reach = (half: number) => (half * wanted!) / critical!;
  return {
    estimate,
    interval: [estimate - reach(estimate - interval[0]), estimate + reach(interval[1] - estimate)],
    n: values.length,
  };
}

/** On which side of a bar an interval lies; one without width decides nothing. */
export function sideOf({ interval: [low, high], n }: Estimated, bar: number): Finding['outcome'] {
  if (low === high || n < 2) return 'undecided';
  if (low > bar) return 'supported';
  return high < bar ? 'refuted' : 'undecided';
}
