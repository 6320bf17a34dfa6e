/** @file The area under the ROC curve against NumPy from the definition, and by coverage. */
import { describe, expect, test } from 'vitest';
import { auroc, clusteredAuroc } from '../../src/statistics/index.ts';
import { randomStream } from '../../src/tensor/random.ts';
import { near, values } from './fixture.ts';

const { x, y } = values.delong;
const samples = [
  ...x.map((score, i) => ({ cluster: `${i}`, label: 1 as const, score })),
  ...y.map((score, i) => ({ cluster: `${i}`, label: 0 as const, score })),
];

describe('AUROC', () => {
  test("DeLong's interval agrees with NumPy, ties included", () => {
    for (const level of [0.95, 0.8] as const) {
      const expected = values.delong[`${level}`];
      const { estimate, interval, method } = auroc(x, y, level);
      [estimate, ...interval].forEach((value, i) => {
        near(value, expected[i]!);
      });
      expect(method).toBe('DeLong');
    }
  });

  test('turning the scores around gives the complement', () => {
    const turned = auroc(
      x.map((s) => -s),
      y.map((s) => -s),
    );
    expect(turned.estimate).toBeCloseTo(1 - auroc(x, y).estimate, 12);
  });

  test('perfect separation still has a width', () => {
    const { m, n, low } = values.separated;
    const up = Array.from({ length: m }, (_, i) => 10 + i);
    const down = Array.from({ length: n }, (_, i) => -i);
    const { estimate, interval, method } = auroc(up, down);
    expect([estimate, interval[1], method]).toEqual([1, 1, "Newcombe's method 5 for areas"]);
    near(interval[0], low);
    near(auroc(down, up).interval[1], 1 - low);
  });

  test('scores that never differ say nothing: one half, wide', () => {
    const { estimate, interval } = auroc([1, 1, 1], [1, 1, 1]);
    expect(estimate).toBe(0.5);
    expect(interval[0]).toBeLessThan(0.2);
  });

  test('one class alone is refused', () => {
    expect(() => auroc([], [1])).toThrow('got 0 positives and 1 negatives');
    expect(() => auroc([Number.NaN], [1])).toThrow('NaN');
  });

  test('resampling clusters keeps the estimate and gives a like interval for independent samples', () => {
    const { estimate, interval, method } = clusteredAuroc(samples);
    const plain = auroc(x, y);
    near(estimate, plain.estimate, 1e-12);
    expect(method).toMatch(/^clustered bootstrap/);
    expect(interval[0]).toBeLessThan(estimate);
    const ratio = (interval[1] - interval[0]) / (plain.interval[1] - plain.interval[0]);
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.4);
  });

  test('95 % intervals cover the true area of shifted normals', () => {
    // P(X > Y) for X ~ N(1, 1), Y ~ N(0, 1) is the normal probability of 1 / sqrt(2).
    const truth = 0.7602499389065233;
    let [plain, clustered] = [0, 0];
    for (let run = 0; run < 400; run++) {
      const reader = randomStream(run, 'area').reader();
      const draws = (shift: number) => Array.from({ length: 40 }, () => reader.normal() + shift);
      const [up, down] = [draws(1), draws(0)];
      const holds = ([low, high]: [number, number]) => (low <= truth && truth <= high ? 1 : 0);
      plain += holds(auroc(up, down).interval);
      const both = [
        ...up.map((score, i) => ({ cluster: `${i}`, label: 1 as const, score })),
        ...down.map((score, i) => ({ cluster: `${i}`, label: 0 as const, score })),
      ];
      clustered += holds(clusteredAuroc(both, { resamples: 300, seed: run }).interval);
    }
    expect(Math.abs(plain / 400 - 0.95)).toBeLessThan(0.03);
    expect(Math.abs(clustered / 400 - 0.95)).toBeLessThan(0.03);
  });
});
