/** @file The decision between two arms: its exact error rates, its power, the sample sizes it asks for. */
import { describe, expect, test } from 'vitest';
import {
  achievedPower,
  boschloo,
  type Count,
  detects,
  fisherExact,
  normalPower,
  normalSampleSize,
  sampleSize,
  simulatedPower,
} from '../../src/statistics/index.ts';
import { logChoose } from '../../src/statistics/special.ts';
import { near, values } from './fixture.ts';

const of = (successes: number, n: number): Count => ({ successes, n });

/** Probability of a detection, summed over every table, straight from the definition. */
function slowPower(p: number, n: number, q: number, m: number): number {
  const chance = (k: number, of: number, rate: number) =>
    Math.exp(logChoose(of, k)) * rate ** k * (1 - rate) ** (of - k);
  let power = 0;
  for (let a = 0; a <= n; a++) {
    for (let b = 0; b <= m; b++) {
      if (detects({ successes: a, n }, { successes: b, n: m })) {
        power += chance(a, n, p) * chance(b, m, q);
      }
    }
  }
  return power;
}

describe("Boschloo's test", () => {
  test("agrees with SciPy's search and with a dense grid", () => {
    for (const { table, scipy, all, confined } of values.boschloo) {
      const [a, m, b, n] = table;
      near(boschloo(of(a, m), of(b, n), { gamma: 0 }), scipy, 1e-7);
      near(boschloo(of(a, m), of(b, n), { gamma: 0 }), all, 1e-8);
      near(boschloo(of(a, m), of(b, n)), confined, 1e-7);
    }
  });

  test('is never less sharp than Fisher, apart from gamma', () => {
    for (let a = 0; a <= 20; a++) {
      for (let b = 0; b <= 25; b += 5) {
        const fisher = fisherExact(of(a, 20), of(b, 25), 'greater');
        expect(boschloo(of(a, 20), of(b, 25))).toBeLessThanOrEqual(fisher * (1 + 1e-8) + 1e-6);
      }
    }
  });

  test('an empty arm or no success proves nothing', () => {
    expect(boschloo(of(0, 0), of(0, 9))).toBe(1);
    expect(boschloo(of(3, 9), of(0, 0))).toBe(1);
    expect(boschloo(of(0, 9), of(0, 9))).toBe(1);
  });
});

describe('detects', () => {
  test('says yes to a clear excess only, and never to the reverse', () => {
    expect(detects(of(12, 1737), of(2, 1737))).toBe(true);
    expect(detects(of(2, 1737), of(12, 1737))).toBe(false);
    expect(detects(of(3, 200), of(0, 200))).toBe(false);
    expect(detects(of(0, 0), of(0, 0))).toBe(false);
  });

  test('more successes in a, or fewer in b, never undo a detection', () => {
    for (const [n, m] of [
      [15, 15],
      [30, 9],
      [9, 30],
    ] as const) {
      for (let b = 0; b <= m; b++) {
        for (let a = 1; a <= n; a++) {
          if (!detects(of(a - 1, n), of(b, m))) continue;
          expect(detects(of(a, n), of(b, m))).toBe(true);
          if (b > 0) expect(detects(of(a, n), of(b - 1, m))).toBe(true);
        }
      }
    }
  });

  test('accuses an innocent arm at most 2.5 % of the time, at any rate and any pair of sizes', () => {
    const rates = [0, 0.0002, 0.001, 0.004, 0.01, 0.03, 0.1, 0.25, 0.5];
    for (const [n, nB] of [
      [20, 20],
      [60, 60],
      [40, 300],
      [300, 40],
      [200, 200],
    ] as const) {
      for (const p of rates) expect(achievedPower(p, p, n, { nB })).toBeLessThanOrEqual(0.025);
    }
    for (const p of rates.slice(0, 6)) {
      expect(achievedPower(p, p, 1737)).toBeLessThanOrEqual(0.025);
    }
  });

  test('a design effect counts as fewer samples, and one below 1 as none', () => {
    const [a, b] = [of(12, 1737), of(2, 1737)];
    expect(detects(a, b, { designEffect: 2 })).toBe(false);
    expect(detects(of(120, 1737), b, { designEffect: 2 })).toBe(true);
    expect(detects(a, b, { designEffect: 0.2 })).toBe(true);
    expect(() => detects(a, b, { designEffect: Number.NaN })).toThrow('designEffect');
  });
});

describe('power', () => {
  test('the textbook sizes are 1,737, 4,880 and 68 (1,734.1, 4,874.3 and 67.1 with z cut to 1.96 and 0.84)', () => {
    // Fleiss's formula by hand for the first: (1.959964 sqrt(2 x 0.004 x 0.996) +
    // 0.841621 sqrt(0.007 x 0.993 + 0.001 x 0.999))^2 / 0.006^2 = 1736.04.
    expect(normalSampleSize(0.007, 0.001)).toBe(1737);
    expect(normalSampleSize(0.007, 0.003)).toBe(4880);
    expect(normalSampleSize(0.114, 0.002)).toBe(68);
    expect(normalSampleSize(0.001, 0.007)).toBe(1737);
    expect(normalPower(0.007, 0.001, 1737)).toBeCloseTo(0.8, 3);
  });

  test('the size named for 80 % has 80 % by exact enumeration', () => {
    for (const [p1, p2] of [
      [0.007, 0.001],
      [0.007, 0.003],
      [0.114, 0.002],
      [0.05, 0],
      [0.9, 0.5],
    ]) {
      const n = sampleSize(p1!, p2!);
      expect(n).toBeGreaterThanOrEqual(normalSampleSize(p1!, p2!));
      expect(achievedPower(p1!, p2!, n)).toBeGreaterThanOrEqual(0.8);
    }
    expect(sampleSize(0.007, 0.001)).toBe(1737);
  });

  test('exact power equals the sum over all tables', () => {
    for (const [p, n, q, m] of [
      [0.4, 14, 0.1, 18],
      [0.05, 20, 0.05, 20],
      [0.9, 9, 0.3, 25],
    ] as const) {
      near(achievedPower(p, q, n, { nB: m }), slowPower(p, n, q, m), 1e-9);
    }
  });

  test('0.7 % against 0.1 % is detected in at least 80 % of 200 simulated audits', () => {
    const simulated = simulatedPower(0.007, 0.001, sampleSize(0.007, 0.001), { seed: 1 });
    expect(simulated.rate).toBeGreaterThanOrEqual(0.8);
    expect(simulated.interval[0]).toBeLessThan(achievedPower(0.007, 0.001, 1737));
    expect(simulated.interval[1]).toBeGreaterThan(achievedPower(0.007, 0.001, 1737));
  });

  test('equal arms are told apart in at most 5 % of 200 simulated audits', () => {
    for (const p of [0, 0.001, 0.007, 0.02, 0.1, 0.5]) {
      const { detections } = simulatedPower(p, p, p > 0.05 ? 400 : 1737, { seed: 2 });
      expect(detections).toBeLessThanOrEqual(10);
    }
  });

  test('equal rates have no sample size', () => {
    expect(() => sampleSize(0.1, 0.1)).toThrow('p1 and p2 must differ');
    expect(() => sampleSize(1.1, 0.1)).toThrow('p1 must be from 0 to 1, got 1.1');
  });
});
