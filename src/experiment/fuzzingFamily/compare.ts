/** @file Each arm against plain interrogation, against high temperature at equal coherence, and against the clean twins. */
import { achievedPower, holm } from '../../statistics/index.ts';
import type { Estimated } from '../statement.ts';
import { type Arm, armsOf, type FuzzSettings, isMatched } from './arms.ts';
import { type Sweep, sweepP } from './choose.ts';
import { differenceOf, testsOf } from './measures.ts';
import type { FuzzValue } from './pieces.ts';

/** Rates that the experiment must be able to tell apart: those of the decision rule. */
export const PERCENT = { high: 0.7, low: 0.1 } as const;

const RATES = { high: PERCENT.high / 100, low: PERCENT.low / 100 } as const;

/** What a gain must exceed to matter. */
export const GAIN = RATES.high - RATES.low;

/** One arm beside its rivals. Intervals are at 95 % for all arms together (Bonferroni). */
export interface Comparison {
  readonly arm: Arm;
  readonly overPlain: Estimated;
  readonly overMatched: Estimated;
  readonly overTwin: Estimated;
  /** Rank p of the secrets under the best setting of the sweep, corrected for the number of arms (Holm). */
  readonly p: number;
  /** Chance that the answers, divided by the design effect of the difference, tell {@link PERCENT} apart. */
  readonly power: number;
  /** The same were all answers independent. */
  readonly powerOfSamples: number;
  readonly designEffect: number;
  readonly answers: number;
}

export function sweepsOf(values: readonly FuzzValue[], arm: string): Sweep[] {
  return values.filter((value): value is Sweep => value.kind === 'sweep' && value.arm === arm);
}

/** Arms whose claims are judged, each beside its rivals. */
export function comparisons(settings: FuzzSettings, values: readonly FuzzValue[]): Comparison[] {
  const arms = armsOf(settings).filter(isMatched);
  const level = 1 - 0.05 / arms.length;
  const corrected = holm(arms.map(({ name }) => sweepP(sweepsOf(values, name))));
  const plain = testsOf(values, 'interrogate', 'organism');
  return arms.map((arm, i) => {
    const own = testsOf(values, arm.name, 'organism');
    const overPlain = differenceOf(own, plain, level);
    const answers = own.reduce((sum, test) => sum + test.answers.length, 0);
    const designEffect = Math.max(1, overPlain.designEffect);
    const powerOf = (n: number) => achievedPower(RATES.high, RATES.low, Math.floor(n));
    return {
      arm,
      overPlain: bare(overPlain),
      overMatched: bare(differenceOf(own, testsOf(values, arm.name, 'organism', true), level)),
      overTwin: bare(differenceOf(own, testsOf(values, arm.name, 'twin'), level)),
      p: corrected[i]!,
      power: powerOf(answers / designEffect),
      powerOfSamples: powerOf(answers),
      designEffect,
      answers,
    };
  });
}

function bare({ estimate, interval, n }: Estimated): Estimated {
  return { estimate, interval, n };
}

/**
 * 'supported': more than plain interrogation, than high temperature at equal coherence and than the twins, and the
 * secrets stand out among the candidates. 'refuted': the gain over either rival is below {@link GAIN}. Else 'undecided'.
 */
export function outcomeOf(one: Comparison): 'supported' | 'refuted' | 'undecided' {
  const { overPlain, overMatched, overTwin, p } = one;
  const above = [overPlain, overMatched, overTwin].every(({ interval }) => interval[0] > 0);
  if (above && p <= 0.05 && one.powerOfSamples >= 0.8) return 'supported';
  const small = [overPlain, overMatched].some(({ interval }) => interval[1] < GAIN);
  return small ? 'refuted' : 'undecided';
}
