/** @file The two-arm decision of an audit: is one rate above another? */
import { badInput } from '../tensor/errors.ts';
import { boschloo } from './boschloo.ts';
import { type Count, checkProbability, checkWhole } from './estimate.ts';

/** How a decision is made. */
export interface DetectOptions {
  /** Two-sided significance level; the upper side gets half of it. Default 0.05. */
  readonly alpha?: number;
  /**
   * Variance of the rates relative to independent samples (as clustered estimates give it); both
   * arms shrink by it, rounded against a. Default 1.
   */
  readonly designEffect?: number;
}

/**
 * Whether a's rate is above b's at two-sided 5 %, by Boschloo's exact test (upper side 2.5 %).
 *
 * Chosen among six by exact enumeration (largest probability of a false detection over all common
 * rates; power for 0.7 % against 0.1 % at 1,737 samples an arm):
 *
 * | test | false, 20 to 1,737 an arm | false, 100 against 1,000 | power |
 * |---|---|---|---|
 * | pooled score z | 2.6 to 2.8 % | 8.3 % | 85 % |
 * | Newcombe's lower limit above 0 | 2.6 to 2.8 % | 4.9 % | 84 % |
 * | likelihood ratio | 4.3 to 4.9 % | 3.8 % | 89 % |
 * | Fisher's mid-p | 2.3 to 2.8 % | 2.5 % | 84 % |
 * | Fisher's exact | 1.3 to 2.4 % | 2.0 % | 78 % |
 * | Boschloo | 2.3 to 2.5 % | 2.5 % | 84 % |
 *
 * Only Boschloo's keeps 2.5 % for every rate and every pair of sample sizes without giving power away.
 *
 * The samples must be independent within arms. Arms that share their prompts, equally many samples of
 * each, are on the safe side where a model no different has the same rate prompt by prompt: unequal
 * prompts then make the totals vary less, not more. To generalise to other prompts or organism seeds, give
 * the design effect of {@link clusteredDifference}.
 */
export function detects(a: Count, b: Count, options: DetectOptions = {}): boolean {
  const { alpha = 0.05, designEffect = 1 } = options;
  checkProbability(alpha, 'alpha');
  if (Number.isNaN(designEffect)) badInput('designEffect must be a number, got NaN');
  return excess(shrink(a, designEffect, Math.floor), shrink(b, designEffect, Math.ceil), alpha / 2);
}

/** Boschloo's one-sided test at level `alpha`, spared where the sign already settles it. */
function excess(a: Count, b: Count, alpha: number): boolean {
  checkWhole(a, 'detects, arm a');
  checkWhole(b, 'detects, arm b');
  return a.successes * b.n > b.successes * a.n && boschloo(a, b) <= alpha;
}

/** The count that as many independent samples would have told as much as. */
function shrink(count: Count, designEffect: number, round: (x: number) => number): Count {
  if (designEffect <= 1) return count;
  const n = Math.floor(count.n / designEffect);
  return { n, successes: Math.min(n, round(count.successes / designEffect)) };
}
