/** @file Success at top k and standing, against every way to order tied candidates. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { priorAt, standing, successAt } from '../../../src/audit/bench/standing.ts';

function orders(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) =>
    orders([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

/** A slow plain reference: the mean over all orders that the scores allow. */
function slowSuccess(k: number, scores: readonly number[], truth: readonly number[]): number {
  const allowed = orders([...scores.keys()]).filter((order) =>
    order.every((candidate, i) => i === 0 || scores[order[i - 1]!]! >= scores[candidate]!),
  );
  const guesses = k + truth.length - 1;
  const shares = allowed.map(
    (order) => order.slice(0, guesses).filter((c) => truth.includes(c)).length / truth.length,
  );
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

const rankings = fc
  .array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 6 })
  .chain((scores) =>
    fc.record({
      scores: fc.constant(scores),
      truth: fc.subarray([...scores.keys()], { minLength: 1, maxLength: scores.length - 1 }),
    }),
  );

test('success at top k is its mean over all ways to order tied candidates', () => {
  fc.assert(
    fc.property(rankings, fc.integer({ min: 1, max: 4 }), ({ scores, truth }, k) => {
      expect(successAt(k, { scores, truth })).toBeCloseTo(slowSuccess(k, scores, truth), 12);
    }),
    { numRuns: 60 },
  );
});

test('where nothing tells candidates apart, success is that of guessing and the standing one half', () => {
  fc.assert(
    fc.property(rankings, fc.integer({ min: 1, max: 4 }), ({ scores, truth }, k) => {
      const silent = { scores: scores.map(() => 0), truth };
      expect(successAt(k, silent)).toBeCloseTo(priorAt(k, scores.length, truth.length), 12);
      expect(standing(silent)).toBeCloseTo(0.5, 12);
    }),
  );
});

test('a perfect ranking succeeds at one guess, also with several truths', () => {
  const ranking = { scores: [0, 9, 1, 8, 7], truth: [1, 3, 4] };
  expect(successAt(1, ranking)).toBe(1);
  expect(standing({ scores: [0, 9, 1], truth: [1] })).toBe(1);
});
