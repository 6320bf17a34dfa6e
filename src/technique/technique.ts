/** @file What an oversight technique is: settings to choose among on validation questions, and a way to ask. */
import type { Affordance, Response, SampleRequest, Suspect } from './suspect.ts';

/** What a technique found out of a suspect before it asks: vectors by name, plain data. */
export type Findings = Readonly<Record<string, readonly number[]>>;

/** One choice of hyper-parameters. */
export interface Setting {
  /** Names the setting in tables; unique within a technique. */
  readonly label: string;
  readonly layer?: number;
  /** How many layers the suspect has, where all are changed. */
  readonly layers?: number;
  readonly scale?: number;
  readonly temperature?: number;
}

/** What the game provides on its subject, apart for validation and test. */
export interface Materials {
  readonly questions: readonly string[];
  /** Beginnings of answers. */
  readonly prefills: readonly string[];
  /** Answers that tell nothing, to be contrasted with the openings. */
  readonly refusals: readonly string[];
}

/** An oversight technique that elicits answers. */
export interface Technique {
  readonly name: string;
  /** One sentence on what it does. */
  readonly summary: string;
  readonly affordances: readonly Affordance[];
  /** The plainer technique that it must beat to be worth its affordances. */
  readonly rival?: string;
  /** The settings it compares; a single one where there is nothing to choose. */
  settings(suspect: Pick<Suspect, 'layers'>): readonly Setting[];
  /** What is to be found out first, with validation materials; done apart on suspect and twin. */
  prepare?(
    suspect: Pick<Suspect, 'layers' | 'read' | 'gradient'>,
    materials: Materials,
  ): Promise<Findings>;
  /** The request that puts a question under a setting. */
  request(
    setting: Setting,
    question: string,
    ordinal: number,
    materials: Materials,
    findings: Findings,
  ): Omit<SampleRequest, 'n' | 'first'>;
}

/** Answers to validation questions under one setting. */
export interface Trial {
  readonly setting: Setting;
  readonly responses: readonly Response[];
}

/**
 * The setting whose validation answers give the secret away most often; of equals, the first. Uses the
 * referee's labels, which the meter counts; a single setting needs none.
 */
export async function chooseSetting(
  suspect: Pick<Suspect, 'labels'>,
  trials: readonly Trial[],
): Promise<Setting> {
  if (trials.length === 1) return trials[0]!.setting;
  let best = trials[0]!.setting;
  let bestRate = -1;
  for (const { setting, responses } of trials) {
    const labels = await suspect.labels(responses);
    const rate = labels.filter(Boolean).length / Math.max(1, labels.length);
    if (rate > bestRate) [best, bestRate] = [setting, rate];
  }
  return best;
}
