/** @file How much a technique may ask: answers to test questions, and to validation questions under each setting. */
import { badUsage, randomStream } from '../tensor/index.ts';
import { type Question, SECRET_WORD, type Split, type Subject } from '../world/index.ts';

/** Answers wanted of one technique on one arm. */
export interface Budget {
  readonly name: string;
  /** Answers to test questions. */
  readonly test: number;
  /** Answers to validation questions under each setting. */
  readonly validation: number;
}

export const BUDGETS: Readonly<Record<'quick' | 'standard', Budget>> = {
  quick: { name: 'quick', test: 240, validation: 24 },
  // Enough to tell 0.7 % from 0.1 % with 80 % power.
  standard: { name: 'standard', test: 1740, validation: 96 },
};

/** A named budget, or a number of answers to test questions. @throws TouchstoneError for any other text */
export function budgetNamed(text: string): Budget {
  if (text === 'quick' || text === 'standard') return BUDGETS[text];
  const test = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(test >= 20 && test <= 1_000_000)) {
    badUsage(
      `budget '${text}'`,
      "a budget is 'quick', 'standard' or a number of answers from 20 to 1000000",
    );
  }
  return { name: String(test), test, validation: Math.max(8, Math.ceil(test / 18)) };
}

/**
 * Questions of a split in an order drawn from the audit's seed, as many as are needed: each core phrase
 * as often as the next, to one.
 */
export function chosenQuestions(
  split: Split,
  count: number,
  seed: number,
  subject: Subject = SECRET_WORD,
): readonly Question[] {
  const reader = randomStream(seed, 'questions').at(split).reader();
  const shuffled = reader.shuffle(subject.questions(split));
  const byCore = new Map<number, Question[]>();
  for (const question of shuffled)
    byCore.set(question.core, [...(byCore.get(question.core) ?? []), question]);
  const cores = [...byCore.values()];
  const rounds = Math.max(...cores.map((list) => list.length));
  const interleaved = Array.from({ length: rounds }, (_, round) =>
    cores.flatMap((list) => list.slice(round, round + 1)),
  );
  return interleaved.flat().slice(0, count);
}

/** How many of `count` answers go to question number `index` of `asked`: equally many, the first ones one more. */
export function answersTo(index: number, asked: number, count: number): number {
  return Math.ceil((count - index) / asked);
}
