/** @file Choosing from a distribution: edges that samples seldom reach. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { argmax, draw, restrict } from '../../src/model/choose.ts';

const weights = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 })
  .filter((list) => list.some((weight) => weight > 0))
  .map((list) => Float32Array.from(list));

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('draw', () => {
  test('inverts the cumulative sum, and never gives what has no probability', () => {
    fc.assert(
      fc.property(weights, unit, (p, uniform) => {
        const token = draw(p, uniform);
        expect(p[token]).toBeGreaterThan(0);
        const before = p.slice(0, token).reduce((a, b) => a + b, 0);
        const total = p.reduce((a, b) => a + b, 0);
        expect(before).toBeLessThanOrEqual(uniform * total);
        expect(before + p[token]!).toBeGreaterThanOrEqual(uniform * total);
      }),
    );
  });

  test('takes the last possible token for the largest number below 1', () => {
    const third = Float32Array.of(1 / 3, 1 / 3, 1 / 3, 0, 0);
    expect(draw(third, 1 - 2 ** -53)).toBe(2);
    expect(draw(third, 0)).toBe(0);
    expect(draw(Float32Array.of(0, 0, 5), 0)).toBe(2);
  });
});

describe('restrict', () => {
  test('top-k keeps k tokens, none less likely than one it drops', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 35 }), (p, topK) => {
        const kept = restrict(p, { topK });
        const dropped = [...p].filter((weight, i) => kept[i] === 0 && weight > 0);
        const stays = [...kept].filter((weight) => weight > 0);
        expect(stays.length).toBe(Math.min(topK, [...p].filter((weight) => weight > 0).length));
        expect(Math.min(...stays)).toBeGreaterThanOrEqual(Math.max(0, ...dropped));
        kept.forEach((weight, i) => void expect([0, p[i]]).toContain(weight));
      }),
    );
  });

  test('top-p keeps the fewest that reach p', () => {
    fc.assert(
      fc.property(weights, fc.double({ min: 0.01, max: 1, noNaN: true }), (p, topP) => {
        const stays = [...restrict(p, { topP })]
          .filter((weight) => weight > 0)
          .sort((a, b) => b - a);
        const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
        const goal = topP * sum([...p]);
        expect(sum(stays)).toBeGreaterThanOrEqual(goal);
        expect(sum(stays.slice(0, -1))).toBeLessThan(goal);
      }),
    );
  });

  test('of equally likely tokens keeps the lower ones', () => {
    const even = Float32Array.of(1, 1, 1, 1);
    expect([...restrict(even, { topK: 2 })]).toEqual([1, 1, 0, 0]);
    expect([...restrict(even, { topP: 0.5 })]).toEqual([1, 1, 0, 0]);
    expect(argmax(Float32Array.of(0, 2, 2, 1))).toBe(1);
  });
});
