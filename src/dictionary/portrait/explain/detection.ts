/**
 * @file Detection: how well an account of a latent tells texts where it is active from texts where it is silent
 * (after Paulo et al. 2024, "Automatically interpreting millions of features in large language models").
 */
import { hybrid } from '../../../statistics/difference.ts';
import { type Interval, proportion } from '../../../statistics/index.ts';
import type { Rate } from '../rates.ts';
import type { Window } from '../windows.ts';

/** What a detector says of a text. An answer that is none counts as wrong, whatever was right. */
export type Verdict = boolean | 'refused' | 'malformed';

/** Texts of held-out documents with a known answer. */
export interface Trial {
  readonly window: Window;
  readonly active: boolean;
}

/** How a detector did. */
export interface DetectionScore {
  /** Mean of the two rates below; 0.5 is what chance gives. */
  readonly balancedAccuracy: number;
  readonly interval: Interval;
  /** Of the texts where the latent is active, those so called. */
  readonly sensitivity: Rate;
  /** Of the texts where it is silent, those so called. */
  readonly specificity: Rate;
  /** Texts for which there was no answer; they count as wrong. */
  readonly refused: number;
  readonly malformed: number;
}

/** Scores verdicts, one for each trial. The interval is MOVER's for the mean of two Wilson intervals. */
export function scoreOf(trials: readonly Trial[], verdicts: readonly Verdict[]): DetectionScore {
  const rate = (active: boolean): Rate => {
    const own = [...trials.keys()].filter((i) => trials[i]!.active === active);
    const right = own.filter((i) => verdicts[i] === active).length;
    return proportion({ successes: right, n: own.length });
  };
  const [sensitivity, specificity] = [rate(true), rate(false)];
  const [low, high] = hybrid(sensitivity.rate, sensitivity.interval, -specificity.rate, [
    -specificity.interval[1],
    -specificity.interval[0],
  ]);
  const count = (what: Verdict) => verdicts.filter((verdict) => verdict === what).length;
  return {
    balancedAccuracy: (sensitivity.rate + specificity.rate) / 2,
    interval: [Math.max(0, low / 2), Math.min(1, high / 2)],
    sensitivity,
    specificity,
    refused: count('refused'),
    malformed: count('malformed'),
  };
}
