/** @file The exact rank-sum test against enumeration of all sets, and against the rank of a single candidate. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  doubledMidranks,
  leastRankSumP,
  pooledRankSumP,
  rankP,
  rankSumP,
} from '../../src/statistics/index.ts';

/** All sets of `size` numbers below `n`. */
function sets(n: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  const all: number[][] = [];
  for (let i = from; i < n; i++) all.push(...sets(n, size - 1, i + 1).map((rest) => [i, ...rest]));
  return all;
}

/** A slow plain reference: midranks by pairwise comparison, every set tried. */
function slowP(scores: readonly number[], truth: readonly number[]): number {
  const ranks = scores.map((own) =>
    scores.reduce((sum, other) => sum + (other < own ? 1 : other === own ? 0.5 : 0), 0.5),
  );
  const sum = (set: readonly number[]) => set.reduce((total, i) => total + ranks[i]!, 0);
  const all = sets(scores.length, truth.length);
  return all.filter((set) => sum(set) >= sum(truth)).length / all.length;
}

const cases = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 9 })
  .chain((scores) =>
    fc.tuple(
      fc.constant(scores),
      fc.subarray([...scores.keys()], { minLength: 1, maxLength: scores.length - 1 }),
    ),
  );

test('the p-value of a set of true candidates is the share of sets that rank as high', () => {
  fc.assert(
    fc.property(cases, ([scores, truth]) => {
      expect(rankSumP(scores, truth)).toBeCloseTo(slowP(scores, truth), 12);
    }),
  );
});

test('with one true candidate it is the rank among the others, ties against it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2 }), (scores) => {
      expect(rankSumP(scores, [0])).toBe(rankP(scores[0]!, scores.slice(1)));
    }),
  );
});

test('20 true ones on top of 24 have the smallest p-value: one set of 10,626', () => {
  const scores = Array.from({ length: 24 }, (_, i) => (i < 20 ? 100 - i : i / 24));
  expect(rankSumP(scores, [...scores.keys()].slice(0, 20))).toBeCloseTo(1 / 10_626, 15);
});

test('what names no candidates, or one twice, is refused', () => {
  expect(() => rankSumP([1, 2], [])).toThrow(/different indices below 2/);
  expect(() => rankSumP([1, 2], [0, 0])).toThrow(/different indices below 2/);
  expect(() => rankSumP([1, 2], [2])).toThrow(/different indices below 2/);
  expect(() => rankSumP([1, Number.NaN], [0])).toThrow(/NaN/);
});

test('rankings pooled have the exact chance of as high a total', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }), {
        minLength: 1,
        maxLength: 3,
      }),
      (all) => {
        const rankings = all.map((scores, i) => ({ scores, truth: [i] }));
        const ranks = all.map(doubledMidranks);
        const sums = ranks.reduce((totals, of) => totals.flatMap((t) => of.map((r) => t + r)), [0]);
        const seen = ranks.reduce((total, of, i) => total + of[i]!, 0);
        const share = sums.filter((sum) => sum >= seen).length / sums.length;
        expect(pooledRankSumP(rankings)).toBeCloseTo(share, 12);
        expect(leastRankSumP(rankings)).toBeCloseTo(1 / sums.length, 12);
      },
    ),
  );
});
