/** @file Numbers of arms, seed by seed, and the comparison of two arms. */
import { overSeeds } from '../dictionaries/estimates.ts';
import type { Estimated } from '../statement.ts';
import type { Detected, Steered, SteeringValue } from './pieces.ts';
import { shareOf, successOf, type Written } from './writing.ts';

export function steeredOf(values: readonly SteeringValue[], arm?: string): Steered[] {
  return values.filter(
    (value): value is Steered =>
      value.kind === 'steered' && (arm === undefined || value.arm === arm),
  );
}

export function detectedOf(values: readonly SteeringValue[]): Detected[] {
  return values.filter((value): value is Detected => value.kind === 'detected');
}

/** What is told of written programs. */
export type Rate = 'violation' | 'syntactic' | 'semantic' | 'good';

const RATES: Readonly<Record<Rate, (written: Written) => number>> = {
  violation: ({ violates }) => shareOf(violates),
  syntactic: ({ syntactic }) => shareOf(syntactic),
  semantic: ({ semantic }) => shareOf(semantic),
  good: successOf,
};

export function rateOf(written: Written, rate: Rate): number {
  return RATES[rate](written);
}

/** Mean over the base rates, for each seed in order. */
export function meanRates(of: readonly Steered[], rate: Rate): number[] {
  return of.map(({ levels }) => mean(levels.map((written) => rateOf(written, rate))));
}

export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Programs that keep the rule. */
export function keptOf({ violates }: Written): number {
  return [...violates].filter((mark) => mark === '0').length;
}

/** How one arm stands to another: differences of mean rates over seeds. */
export interface Comparison {
  readonly violation: Estimated;
  readonly semantic: Estimated;
  readonly outcome: 'dominates' | 'is dominated' | 'neither';
}

/** By how much an arm may be worse in one measure, at the far end of the interval, and still dominate by the other. */
const MARGIN = 0.05;

export function compared(a: readonly Steered[], b: readonly Steered[]): Comparison {
  const difference = (rate: Rate) => {
    const [own, other] = [meanRates(a, rate), meanRates(b, rate)];
    return overSeeds(own.map((value, i) => value - other[i]!));
  };
  const [violation, semantic] = [difference('violation'), difference('semantic')];
  const [lessViolation, moreViolation] = violation.interval;
  const [lessPass, morePass] = semantic.interval;
  const better = moreViolation < 0 || lessPass > 0;
  const worse = lessViolation > 0 || morePass < 0;
  if (better && moreViolation <= MARGIN && lessPass >= -MARGIN)
    return { violation, semantic, outcome: 'dominates' };
  if (worse && lessViolation >= -MARGIN && morePass <= MARGIN)
    return { violation, semantic, outcome: 'is dominated' };
  return { violation, semantic, outcome: 'neither' };
}
