/** @file Budgets: how answers are spread over questions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answersTo, BUDGETS, budgetNamed, chosenQuestions } from '../../src/audit/budget.ts';
import { sampleSize } from '../../src/statistics/index.ts';
import { questions, type Split } from '../../src/world/index.ts';

const SPLITS: readonly Split[] = ['validation', 'test'];

/** How often each value comes up. */
function tally(values: readonly (number | string)[]): number[] {
  const counts = new Map<number | string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()];
}

const spread = (counts: readonly number[]) => Math.max(...counts) - Math.min(...counts);

describe.each(SPLITS)('of the %s questions', (split) => {
  const all = questions(split);
  const cores = new Set(all.map(({ core }) => core)).size;

  test('those chosen are different ones, and each core phrase comes as often as the next, to one', () => {
    const count = fc.integer({ min: 1, max: all.length + 50 });
    fc.assert(
      fc.property(count, fc.nat(1000), (wanted, seed) => {
        const chosen = chosenQuestions(split, wanted, seed);
        expect(chosen).toHaveLength(Math.min(wanted, all.length));
        expect(new Set(chosen.map(({ text }) => text)).size).toBe(chosen.length);
        const counts = tally(chosen.map(({ core }) => core));
        expect(counts).toHaveLength(Math.min(wanted, cores));
        expect(spread(counts)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });

  test('a seed always chooses the same, another seed others', () => {
    const texts = (seed: number) => chosenQuestions(split, 30, seed).map(({ text }) => text);
    expect(texts(1)).toEqual(texts(1));
    expect(texts(1)).not.toEqual(texts(2));
  });
});

test('answers add up to the budget, and no question gets more than one above another', () => {
  const positive = fc.integer({ min: 1, max: 400 });
  fc.assert(
    fc.property(positive, fc.nat(3000), (asked, more) => {
      const count = asked + more;
      const answers = Array.from({ length: asked }, (_, i) => answersTo(i, asked, count));
      expect(answers.reduce((sum, n) => sum + n, 0)).toBe(count);
      expect(spread(answers)).toBeLessThanOrEqual(1);
    }),
  );
});

test('the standard budget is enough for 0.7 % against 0.1 % with 80 % power', () => {
  expect(BUDGETS.standard.test).toBeGreaterThanOrEqual(sampleSize(0.007, 0.001));
});

test('a number is a budget of its own', () => {
  expect(budgetNamed('quick')).toBe(BUDGETS.quick);
  expect(budgetNamed('20')).toEqual({ name: '20', test: 20, validation: 8 });
  expect(budgetNamed('0360')).toEqual({ name: '360', test: 360, validation: 20 });
});

test.each(['19', '1000001', '', ' 40', '1e3', '40.5', '-40', 'big', 'NaN'])(
  'no budget is called %j',
  (text) => {
    expect(() => budgetNamed(text)).toThrow(`budget '${text}'`);
  },
);
