/** @file Clustered estimates: exact pieces against NumPy, whole intervals by their coverage. */
import { describe, expect, test } from 'vitest';
import { ClusterTree } from '../../src/statistics/clusters.ts';
import {
  clusteredDifference,
  clusteredMean,
  clusteredProportion,
  newcombe,
  type Observation,
  quantile,
  wilson,
} from '../../src/statistics/index.ts';
import { studentCritical } from '../../src/statistics/normal.ts';
import { ClusterSums } from '../../src/statistics/sums.ts';
import { randomStream } from '../../src/tensor/random.ts';
import { near, values } from './fixture.ts';

/** Observations from success lists per cluster. */
function flatten(clusters: Record<string, number[]>): Observation[] {
  return Object.entries(clusters).flatMap(([cluster, list]) =>
    list.map((success) => ({ cluster, success })),
  );
}

/**
 * Samples of 40 prompts whose rates vary: logistic of a normal, or equal. Both arms share each
 * prompt's deviation.
 */
function simulate(
  run: number,
  rates: number[],
  spread: number,
  perPrompt: number,
): Observation[][] {
  const reader = randomStream(run, 'clustered test').reader();
  const arms: Observation[][] = rates.map(() => []);
  for (let prompt = 0; prompt < 40; prompt++) {
    // A two-point deviation keeps the mean rate exact: rate x (1 +- spread).
    const factor = 1 + (reader.uniform() < 0.5 ? spread : -spread);
    rates.forEach((rate, arm) => {
      for (let i = 0; i < perPrompt; i++) {
        const success = reader.uniform() < rate * factor ? 1 : 0;
        arms[arm]!.push({ cluster: `${prompt}`, success });
      }
    });
  }
  return arms;
}

/** Share of runs whose interval holds the truth. */
function coverage(
  runs: number,
  truth: number,
  interval: (run: number) => [number, number],
): number {
  let hits = 0;
  for (let run = 0; run < runs; run++) {
    const [low, high] = interval(run);
    if (low <= truth && truth <= high) hits++;
  }
  return hits / runs;
}

describe('clustered estimates', () => {
  test('the difference, its variance and its design effect agree with NumPy', () => {
    const { a, b, estimate, variance, designEffect } = values.clustered;
    const arms = { a: flatten(a), b: flatten(b) };
    const result = clusteredDifference(arms);
    near(result.estimate, estimate);
    near(result.designEffect, designEffect);
    expect(result.clusters).toBe(12);
    const measured = [arms.a, arms.b].map((arm) =>
      arm.map(({ cluster, success }) => ({ cluster, value: success })),
    );
    near(new ClusterSums(measured).variance([1, -1]), variance);
  });

  test('quantiles agree with NumPy', () => {
    for (const [q, x] of values.quantile) near(quantile([1, 2, 4, 8, 16], q), x, 1e-12);
  });

  test('95 % intervals cover 95 +- 1.5 % with 40 prompts', () => {
    const options = (run: number) => ({ resamples: 500, seed: run });
    const covered = coverage(1000, 0.1, (run) => {
      const [a, b] = simulate(run, [0.3, 0.2], 0.7, 10);
      return clusteredDifference({ a: a!, b: b! }, options(run)).interval;
    });
    expect(Math.abs(covered - 0.95)).toBeLessThanOrEqual(0.015);
    const single = coverage(1000, 0.3, (run) => {
      const [a] = simulate(run, [0.3], 0.7, 10);
      return clusteredProportion(a!, options(run)).interval;
    });
    expect(Math.abs(single - 0.95)).toBeLessThanOrEqual(0.015);
  });

  test('at 0.7 % against 0.1 % the interval covers at least 93.5 %', () => {
    const covered = coverage(1000, 0.006, (run) => {
      const [a, b] = simulate(run, [0.007, 0.001], 0.7, 43);
      return clusteredDifference({ a: a!, b: b! }, { resamples: 200, seed: run }).interval;
    });
    expect(covered).toBeGreaterThanOrEqual(0.935);
  });

  test('a wrong answer repeated within prompts is not taken for evidence', () => {
    const repeated = Array.from({ length: 20 }, (_, prompt) =>
      Array.from({ length: 50 }, () => ({ cluster: `${prompt}`, success: prompt % 2 })),
    ).flat();
    const { interval, designEffect } = clusteredProportion(repeated);
    expect(interval[1] - interval[0]).toBeGreaterThan(0.4);
    // All 50 samples of a prompt are one: 50, times 20 / 19 for the estimated mean.
    near(designEffect, (50 * 20) / 19, 1e-9);
  });

  test('without successes the interval is a score interval, and says so', () => {
    const none = Array.from({ length: 400 }, (_, i) => ({ cluster: `${i % 40}`, success: 0 }));
    const some = none.map((o, i) => ({ ...o, success: i < 30 ? 1 : 0 }));
    const { interval, method } = clusteredDifference({ a: some, b: none });
    expect(method).toMatch(/^Newcombe's hybrid score, n \/ 1\.\d\d for clusters$/);
    expect(interval[0]).toBeGreaterThan(0);
    const zero = clusteredProportion(none);
    expect(zero.method).toMatch(/^Wilson/);
    expect(zero.interval[0]).toBe(0);
    expect(zero.interval[1]).toBeGreaterThan(wilson(0, 400)[1]);
    expect(clusteredDifference({ a: none, b: none }).interval[1]).toBeLessThan(0.02);
  });

  test('one cluster, or no sample, falls back to the plain interval', () => {
    const a = [1, 0, 1].map((success) => ({ cluster: 'only', success }));
    const { interval, method, designEffect } = clusteredDifference({ a, b: a });
    expect(interval).toEqual(newcombe({ successes: 2, n: 3 }, { successes: 2, n: 3 }).interval);
    expect([method, designEffect]).toEqual(["Newcombe's hybrid score", 1]);
    expect(clusteredDifference({ a, b: [] }).interval).toEqual([-1, 1]);
    expect(clusteredProportion([]).interval).toEqual([0, 1]);
  });

  test('organism seeds count before prompts: few seeds that differ give a wide interval', () => {
    const observations = (path: boolean) =>
      Array.from({ length: 1000 }, (_, i) => {
        const [seed, prompt] = [i % 5, Math.floor(i / 5) % 40];
        const success = (Math.floor(i / 200) + prompt) % 5 < seed ? 1 : 0;
        const cluster = path ? [`seed ${seed}`, `prompt ${prompt}`] : `${seed} ${prompt}`;
        return { cluster, success };
      });
    const width = (path: boolean) => {
      const { interval, clusters } = clusteredProportion(observations(path));
      expect(clusters).toBe(path ? 5 : 200);
      return interval[1] - interval[0];
    };
    expect(width(true)).toBeGreaterThan(3 * width(false));
  });

  test('the same seed gives the same interval, another nearly so', () => {
    const [a, b] = simulate(3, [0.3, 0.2], 0.5, 10);
    const interval = (seed: number) => clusteredDifference({ a: a!, b: b! }, { seed }).interval;
    expect(interval(5)).toEqual(interval(5));
    expect(interval(6)).not.toEqual(interval(5));
    expect(Math.abs(interval(6)[0] - interval(5)[0])).toBeLessThan(0.01);
  });

  test('swapping the arms mirrors the interval up to the resampling error', () => {
    const [a, b] = simulate(4, [0.4, 0.2], 0.5, 10);
    const forth = clusteredDifference({ a: a!, b: b! });
    const back = clusteredDifference({ a: b!, b: a! });
    expect(back.estimate).toBeCloseTo(-forth.estimate, 12);
    expect(Math.abs(back.interval[0] + forth.interval[1])).toBeLessThan(0.01);
  });

  test('a mean of independent normals has the t interval, nearly', () => {
    const reader = randomStream(9, 'normals').reader();
    const measurements = Array.from({ length: 200 }, (_, i) => ({
      cluster: `${i}`,
      value: 3 + reader.normal(),
    }));
    const { estimate, interval, designEffect } = clusteredMean(measurements);
    const squares = measurements.reduce((sum, { value }) => sum + (value - estimate) ** 2, 0);
    const reach = studentCritical(0.95, 199) * Math.sqrt(squares / 199 / 200);
    expect(Math.abs(interval[1] - estimate - reach)).toBeLessThan(0.1 * reach);
    expect(Math.abs(estimate - interval[0] - reach)).toBeLessThan(0.1 * reach);
    near(designEffect, 1, 1e-9);
  });

  test('a mean of one cluster is Student t over its samples; equal values have no width', () => {
    const one = [1, 2, 3, 4].map((value) => ({ cluster: 'only', value }));
    // t(3) = 3.182446, s / sqrt(4) = 0.645497.
    expect(clusteredMean(one).interval[1]).toBeCloseTo(2.5 + 3.182446 * 0.645497, 5);
    const equal = ['a', 'b', 'c'].map((cluster) => ({ cluster, value: 2 }));
    expect(clusteredMean(equal).interval).toEqual([2, 2]);
    expect(() => clusteredMean([])).toThrow('no samples');
  });

  test('bad samples are refused', () => {
    const good = { cluster: 'x', success: 1 };
    expect(() => clusteredProportion([{ cluster: 'x', success: 2 }])).toThrow('got 2');
    expect(() => clusteredProportion([good, { cluster: ['x', 'y'], success: 1 }])).toThrow(
      'equally long paths',
    );
    expect(() => clusteredProportion([{ cluster: [], success: 1 }])).toThrow('empty path');
  });
});

describe('cluster tree', () => {
  test('a resample draws as many clusters of each stratum as there are', () => {
    const tree = new ClusterTree();
    ['p', 'q', 'r'].forEach((name) => {
      tree.add(name, 1);
    });
    const onlyB = tree.add('s', 2);
    tree.seal();
    const multiplicity = new Int32Array(4);
    const reader = randomStream(1, 'tree').reader();
    const seen = new Set<string>();
    for (let i = 0; i < 300; i++) {
      tree.resample(reader, multiplicity);
      expect(multiplicity.slice(0, 3).reduce((sum, x) => sum + x, 0)).toBe(3);
      expect(multiplicity[onlyB]).toBe(1);
      seen.add(multiplicity.join());
    }
    // Three clusters drawn three times: 10 multisets.
    expect(seen.size).toBe(10);
    expect(tree.degrees).toBe(2);
  });
});
