/** @file Intervals for one proportion. */
import { type Count, checkCount, checkLevel, type Interval } from './estimate.ts';
import { normalCritical } from './normal.ts';
import { inverseIncompleteBeta } from './special.ts';

/**
 * Wilson's score interval: all rates p with |successes/n - p| <= z sqrt(p (1 - p) / n).
 * Source: Wilson 1927; Newcombe 1998 (Statistics in Medicine 17:857), method 3.
 *
 * @param successes 0 to n; fractional where it is a mean over decoys
 * @param n samples; fractional where it is an effective sample size; 0 gives [0, 1]
 */
export function wilson(successes: number, n: number, level = 0.95): Interval {
  checkCount({ successes, n }, 'wilson');
  checkLevel(level);
  if (n === 0) return [0, 1];
  const z = normalCritical(level);
  const rate = successes / n;
  const centre = 2 * n * rate + z * z;
  const spread = z * Math.sqrt(z * z + 4 * n * rate * (1 - rate));
  const scale = 2 * (n + z * z);
  // At the ends the limit is the rate itself; rounding must not push it past.
  const low = successes === 0 ? 0 : Math.max(0, (centre - spread) / scale);
  const high = successes === n ? 1 : Math.min(1, (centre + spread) / scale);
  return [Math.min(low, rate), Math.max(high, rate)];
}

/**
 * Clopper and Pearson's exact interval: never covers less often than `level`, usually more often.
 * Source: Clopper and Pearson 1934, in its beta-quantile form.
 */
export function clopperPearson(successes: number, n: number, level = 0.95): Interval {
  checkCount({ successes, n }, 'clopperPearson');
  checkLevel(level);
  if (n === 0) return [0, 1];
  const tail = (1 - level) / 2;
  const failures = n - successes;
  // The upper end as a lower end of the failures keeps its precision near 1.
  const low = successes === 0 ? 0 : inverseIncompleteBeta(successes, failures + 1, tail);
  const high = failures === 0 ? 1 : 1 - inverseIncompleteBeta(failures, successes + 1, tail);
  return [low, high];
}

/** A count as the reports print it: n, successes, rate and Wilson interval. Rate 0 where n is 0. */
export function proportion(
  count: Count,
  level = 0.95,
): { n: number; successes: number; rate: number; interval: Interval } {
  const { successes, n } = count;
  return {
    n,
    successes,
    rate: n === 0 ? 0 : successes / n,
    interval: wilson(successes, n, level),
  };
}
