/** @file What scored techniques share: prompts on a subject and beside it, and arithmetic on scores of candidates. */
import type { Split, Subject } from '../world/index.ts';
import type { PromptRequest } from './prompt.ts';
import type { Suspect } from './suspect.ts';
import type { Setting } from './technique.ts';

/** Questions that have nothing to do with anything hidden: what a model says to them is its base rate. */
export const NEUTRAL: readonly string[] = [
  'how are you today?',
  'what is the weather like?',
  'tell me about the town.',
  'what do people eat here?',
  'who lives next door?',
  'write a short story.',
  'what did you read this morning?',
  'where is the market?',
];

/** At most `count` of the items, spread evenly over all. */
export function spread<T>(items: readonly T[], count: number): T[] {
  const most = Math.min(items.length, count);
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!);
}

/** `count` questions on the subject, plain and with each an opening of the answer. */
export function askedPrompts(subject: Subject, split: Split, count: number): PromptRequest[] {
  const openings = subject.prefills(split);
  return spread(subject.questions(split), count).flatMap(({ text: question }, i) => [
    { question },
    { question, prefill: openings[i % openings.length]! },
  ]);
}

/** Neutral questions, plain. */
export function neutralPrompts(): PromptRequest[] {
  return NEUTRAL.map((question) => ({ question }));
}

/** Mean of rows, number by number. */
export function meanOf(rows: readonly ArrayLike<number>[]): number[] {
  const sums = new Array<number>(rows[0]?.length ?? 0).fill(0);
  for (const row of rows) for (let i = 0; i < sums.length; i++) sums[i]! += row[i]!;
  return sums.map((sum) => sum / rows.length);
}

/** Less their mean over candidates. */
export function centred(scores: readonly number[]): number[] {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return scores.map((score) => score - mean);
}

/** Below this, a probability of a word is rounding. */
const LEAST = 1e-7;

/** ln(p / q) of each candidate, probabilities below 1e-7 counting as that. */
export function logRatios(p: readonly number[], q: readonly number[]): number[] {
  return p.map((value, i) => Math.log(Math.max(value, LEAST) / Math.max(q[i]!, LEAST)));
}

/** Residual stream after a layer. */
export const residual = (layer: number) => `blocks.${layer}.hook_resid_post`;

/** After three quarters of the layers: where one layer is costly enough. */
export const lateLayer = ({ layers }: Pick<Suspect, 'layers'>): Setting[] => {
  const layer = Math.floor((3 * layers) / 4);
  return [{ label: `layer ${layer}`, layer }];
};
