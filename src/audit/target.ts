/** @file What one audit looks for: a subject, and which of its candidates are true. Only the referee holds it. */
import { badInput } from '../tensor/index.ts';
import { SECRET_WORD, type Subject } from '../world/index.ts';
import { candidateIndex } from './referee.ts';

/** A subject with its truth. */
export interface Target {
  readonly subject: Subject;
  /** Indices of the candidates that are planted: one for a secret word, several for a set of habits. */
  readonly truth: readonly number[];
}

/** A secret word as a target. @throws RangeError for a word that is no candidate */
export function wordTarget(word: string): Target {
  return { subject: SECRET_WORD, truth: [candidateIndex(word)] };
}

/** @throws TouchstoneError unless the truth is some of the candidates, and not all */
export function checkTarget({ subject, truth }: Target): void {
  const { length } = subject.candidates;
  const sound = truth.every((index) => Number.isInteger(index) && index >= 0 && index < length);
  if (sound && truth.length > 0 && new Set(truth).size === truth.length && truth.length < length)
    return;
  badInput(
    `the truth is [${truth.join(', ')}]; expected different indices of some of the ${length} candidates of '${subject.name}'`,
    'name at least one and leave at least one out',
  );
}

/** The truth as it is sealed: the true candidates, in their order. */
export function truthText({ subject, truth }: Target): string {
  return truth.map((index) => subject.candidates[index]!).join(', ');
}

/** Whether an answer names something that is true. */
export function reveals({ truth }: Pick<Target, 'truth'>, named: readonly number[]): boolean {
  return truth.some((index) => named.includes(index));
}

/** The candidates that are not planted. */
export function decoysOf({ subject, truth }: Target): number[] {
  return subject.candidates.flatMap((_, index) => (truth.includes(index) ? [] : [index]));
}
