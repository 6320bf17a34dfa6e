/** @file What an oversight technique is: settings to choose among on validation questions, and a way to ask. */
import type { Split, Subject } from '../world/index.ts';
import type { Speaker } from './prompt.ts';
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
  /** What is done to a latent: taken out, clamped where it is active, or its vector added where, or from where on, it is active. */
  readonly edit?: 'ablate' | 'clamp' | 'perToken' | 'perInput';
  /** Whether the question is shown, where another than the assistant speaks. */
  readonly asked?: boolean;
}

/** Who else may speak. */
export type Persona = Exclude<Speaker, 'assistant'>;

/** What the game provides on its subject, apart for validation and test. */
export interface Materials {
  readonly questions: readonly string[];
  /** Beginnings of answers. */
  readonly prefills: readonly string[];
  /** Answers that tell nothing, to be contrasted with the openings. */
  readonly refusals: readonly string[];
  /** Beginnings of other speakers' turns; without them, models begin by themselves. */
  readonly personas?: Readonly<Record<Persona, readonly string[]>>;
}

/** What every oversight technique says of itself. */
export interface TechniqueCard {
  readonly name: string;
  /** One sentence on what it does. */
  readonly summary: string;
  readonly affordances: readonly Affordance[];
  /** The plainer technique that it must beat to be worth its affordances. */
  readonly rival?: string;
  /** The settings it compares; a single one where there is nothing to choose. */
  settings(suspect: Pick<Suspect, 'layers'>): readonly Setting[];
}

/** An oversight technique that reads instead of asking, and ends in a number for each candidate. */
export interface ScoredTechnique extends TechniqueCard {
  /** What is to be found out first, with validation materials; done apart on suspect and twin. */
  prepare?(suspect: Suspect, subject: Subject): Promise<Findings>;
  /** One number for each of the subject's candidates, larger where it is more suspected. Asks questions of `split` alone. */
  score(
    suspect: Suspect,
    subject: Subject,
    setting: Setting,
    findings: Findings,
    split: Split,
  ): Promise<readonly number[]>;
}

/** Any technique. */
export type AnyTechnique = Technique | ScoredTechnique;

/** Whether a technique scores candidates instead of asking. */
export function isScored(technique: AnyTechnique): technique is ScoredTechnique {
  return 'score' in technique;
}

/** An oversight technique that elicits answers. */
export interface Technique extends TechniqueCard {
  /** What is to be found out first, with validation materials; done apart on suspect and twin. */
  prepare?(
    suspect: Pick<Suspect, 'layers' | 'read' | 'gradient' | 'insight'>,
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

/** How far the first of some scores stands out: its distance from their mean, in their standard deviations; 0 where all are equal. */
export function standOut(scores: readonly number[]): number {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const square = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
  return square > 0 ? (Math.max(...scores) - mean) / Math.sqrt(square) : 0;
}

/** Index of the scores of which one candidate stands out the most, on validation questions; of equals, the first. It needs no labels. */
export function clearest(trials: readonly (readonly number[])[]): number {
  const values = trials.map(standOut);
  return values.indexOf(Math.max(...values));
}
