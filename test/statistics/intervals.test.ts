/** @file Intervals of proportions and of their differences; Fisher's exact test. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binomialMass } from '../../src/statistics/binomial.ts';
import {
  clopperPearson,
  fisherExact,
  newcombe,
  proportion,
  wilson,
} from '../../src/statistics/index.ts';
import { near, values } from './fixture.ts';

const count = fc
  .tuple(fc.nat(5000), fc.integer({ min: 1, max: 5000 }))
  .map(([x, n]) => ({ successes: x % (n + 1), n }));

describe('one proportion', () => {
  test('Wilson agrees with SciPy, and with the roots of its equation for fractions', () => {
    for (const [x, n, level, low, high] of values.wilson) {
      const interval = wilson(x, n, level);
      near(interval[0], x === 0 ? 0 : low);
      near(interval[1], x === n ? 1 : high);
    }
    for (const [x, n, low, high] of values.wilsonFractional) {
      const interval = wilson(x, n);
      near(interval[0], low);
      near(interval[1], high);
    }
  });

  test('Wilson gives the published intervals of rare rates', () => {
    const percent = (x: number, n: number) => wilson(x, n).map((p) => (100 * p).toFixed(3));
    expect(percent(45, 32768)).toEqual(['0.103', '0.184']);
    expect(percent(7, 32768)).toEqual(['0.010', '0.044']);
    expect(wilson(7, 1000).map((p) => (100 * p).toFixed(2))).toEqual(['0.34', '1.44']);
  });

  test('Clopper-Pearson agrees with SciPy', () => {
    for (const [x, n, level, low, high] of values.clopperPearson) {
      const interval = clopperPearson(x, n, level);
      near(interval[0], low);
      near(interval[1], high);
    }
  });

  test('no samples say nothing', () => {
    expect(wilson(0, 0)).toEqual([0, 1]);
    expect(clopperPearson(0, 0)).toEqual([0, 1]);
    expect(proportion({ successes: 0, n: 0 })).toEqual({
      n: 0,
      successes: 0,
      rate: 0,
      interval: [0, 1],
    });
  });

  test('intervals hold the rate, mirror for failures, and grow with successes', () => {
    fc.assert(
      fc.property(count, fc.constantFrom(wilson, clopperPearson), ({ successes, n }, method) => {
        const [low, high] = method(successes, n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(successes / n);
        expect(high).toBeGreaterThanOrEqual(successes / n);
        expect(high).toBeLessThanOrEqual(1);
        const mirrored = method(n - successes, n);
        expect(1 - mirrored[1]).toBeCloseTo(low, 12);
        if (successes < n) expect(method(successes + 1, n)[1]).toBeGreaterThanOrEqual(high);
        if (successes < n) expect(method(successes + 1, n)[0]).toBeGreaterThan(low);
      }),
      { seed: 1 },
    );
  });

  test('Wilson covers 95 % on average at moderate rates, Clopper-Pearson always at least', () => {
    const covers = (method: typeof wilson, n: number, p: number) => {
      const { first, mass } = binomialMass(n, p);
      return mass.reduce((sum, x, i) => {
        const [low, high] = method(first + i, n);
        return sum + (low <= p && p <= high ? x : 0);
      }, 0);
    };
    const rates = Array.from({ length: 61 }, (_, i) => 0.2 + 0.01 * i);
    for (const n of [50, 200]) {
      const mean = rates.reduce((sum, p) => sum + covers(wilson, n, p), 0) / rates.length;
      expect(Math.abs(mean - 0.95)).toBeLessThan(0.015);
      for (const p of rates) expect(covers(clopperPearson, n, p)).toBeGreaterThanOrEqual(0.95);
    }
  });

  test('impossible counts and levels are refused in one line', () => {
    expect(() => wilson(5, 3)).toThrow('successes must be from 0 to n = 3, got 5');
    expect(() => wilson(-1, 3)).toThrow('got -1');
    expect(() => wilson(Number.NaN, 3)).toThrow('got NaN');
    expect(() => wilson(1, Number.POSITIVE_INFINITY)).toThrow('got Infinity');
    expect(() => wilson(1, 3, 95)).toThrow('level must be between 0 and 1, got 95');
  });
});

describe('two proportions', () => {
  test("Newcombe's interval agrees with the roots of its equations", () => {
    for (const [a, m, b, n, level, low, high] of values.newcombe) {
      const { interval, estimate } = newcombe({ successes: a, n: m }, { successes: b, n }, level);
      near(estimate, a / m - b / n, 1e-12);
      near(interval[0], low);
      near(interval[1], high);
    }
  });

  test("Newcombe's interval gives table II of his paper", () => {
    const limits = (a: number, m: number, b: number, n: number) =>
      newcombe({ successes: a, n: m }, { successes: b, n }).interval.map((x) => x.toFixed(4));
    expect(limits(56, 70, 48, 80)).toEqual(['0.0524', '0.3339']);
    expect(limits(9, 10, 3, 10)).toEqual(['0.1705', '0.8090']);
    expect(limits(5, 56, 0, 29)).toEqual(['-0.0381', '0.1926']);
    expect(limits(10, 10, 0, 10)).toEqual(['0.6075', '1.0000']);
  });

  test('swapping the arms mirrors the interval; it holds the estimate', () => {
    fc.assert(
      fc.property(count, count, (a, b) => {
        const [low, high] = newcombe(a, b).interval;
        const [mirroredLow, mirroredHigh] = newcombe(b, a).interval;
        expect(low).toBeCloseTo(-mirroredHigh, 12);
        expect(high).toBeCloseTo(-mirroredLow, 12);
        const difference = a.successes / a.n - b.successes / b.n;
        expect(low).toBeLessThanOrEqual(difference);
        expect(high).toBeGreaterThanOrEqual(difference);
      }),
      { seed: 1 },
    );
  });

  test('an empty arm leaves the difference open', () => {
    expect(newcombe({ successes: 0, n: 0 }, { successes: 1, n: 9 }).interval).toEqual([-1, 1]);
  });

  test("Fisher's exact test agrees with SciPy on every side", () => {
    for (const [a, m, b, n, greater, less, twoSided] of values.fisher) {
      const arms = [
        { successes: a, n: m },
        { successes: b, n },
      ] as const;
      near(fisherExact(...arms, 'greater'), greater);
      near(fisherExact(...arms, 'less'), less);
      near(fisherExact(...arms), twoSided);
    }
  });

  test("Fisher's one-sided tails overlap in the table seen alone", () => {
    fc.assert(
      fc.property(count, count, (a, b) => {
        const sum = fisherExact(a, b, 'greater') + fisherExact(a, b, 'less');
        expect(sum).toBeGreaterThan(1 - 1e-9);
        near(fisherExact(a, b, 'greater'), fisherExact(b, a, 'less'), 1e-9);
      }),
      { seed: 1 },
    );
  });

  test('an exact test refuses fractional counts', () => {
    expect(() => fisherExact({ successes: 0.5, n: 3 }, { successes: 1, n: 3 })).toThrow(
      'expected whole numbers, got 0.5 of 3',
    );
  });
});
