import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bestAssignment,
  type MeasureResult,
  matchDirections,
  matchMeasures,
  type Rows,
  stabilityOf,
} from '../../src/dictionary/index.ts';
import { randomStream } from '../../src/tensor/index.ts';

/** Largest sum over all ways to pair rows with columns. */
function bestByTrial(values: readonly (readonly number[])[], used: readonly number[] = []): number {
  const [row, ...rest] = values;
  if (!row) return 0;
  const columns = [...row.keys()].filter((column) => !used.includes(column));
  return Math.max(...columns.map((c) => row[c]! + bestByTrial(rest, [...used, c])));
}

describe('pairing', () => {
  test('gives the largest sum of all ways, for more rows or more columns', () => {
    const size = fc.integer({ min: 1, max: 5 });
    const cases = fc.tuple(size, size, fc.integer({ min: 0, max: 1e6 }));
    fc.assert(
      fc.property(cases, ([rows, columns, seed]) => {
        const stream = randomStream(seed, 'values');
        const data = Array.from({ length: rows * columns }, (_, i) => stream.normal(i));
        const at = (i: number, j: number) => data[i * columns + j]!;
        const found = [...bestAssignment({ data, rows, columns })];
        const used = found.filter((column) => column >= 0);
        expect(new Set(used).size).toBe(Math.min(rows, columns));
        const sum = found.reduce((total, c, row) => total + (c < 0 ? 0 : at(row, c)), 0);
        const table = (n: number, m: number, value: (i: number, j: number) => number) =>
          [...Array(n).keys()].map((i) => [...Array(m).keys()].map((j) => value(i, j)));
        const [n, m] = [Math.min(rows, columns), Math.max(rows, columns)];
        const small = table(n, m, (i, j) => (rows <= columns ? at(i, j) : at(j, i)));
        expect(sum).toBeCloseTo(bestByTrial(small), 10);
      }),
    );
  });
});

const rows = (data: number[], width: number): Rows => ({ data: Float32Array.from(data), width });
const resultOf = (results: readonly MeasureResult[], name: string) =>
  results.find((result) => result.name === name)!;

describe('matching', () => {
  test('of directions with themselves, shuffled and scaled, finds all', async () => {
    const data = randomStream(1, 'directions').fillNormal(new Float32Array(40 * 8));
    const order = randomStream(1, 'order')
      .reader()
      .shuffle([...Array(40).keys()]);
    const shuffled = order.flatMap((row) =>
      [...data.subarray(row * 8, row * 8 + 8)].map((v) => 3 * v),
    );
    const matching = await matchDirections({ data, width: 8 }, rows(shuffled, 8));
    const results = matchMeasures([matching]);
    expect(resultOf(results, 'mmcs').estimate).toBeCloseTo(1, 6);
    expect(resultOf(results, 'recall_0.9')).toMatchObject({ estimate: 1, n: 40, seeds: 1 });
    expect(resultOf(results, 'recall_0.9').interval![0]).toBeGreaterThan(0.85);
    expect(resultOf(results, 'matched_cosine').estimate).toBeCloseTo(1, 6);
  });

  test('counts a direction that two others share once when it pairs, and twice in the mean of maxima', async () => {
    const twins = rows([1, 0, 1, 0.001], 2);
    const others = rows([1, 0, 0, 1], 2);
    const results = matchMeasures([await matchDirections(twins, others)]);
    expect(resultOf(results, 'mmcs').estimate).toBeCloseTo(1, 5);
    expect(resultOf(results, 'matched_cosine').estimate).toBeCloseTo(0.5, 2);
  });

  test('takes opposites for two directions unless signs say nothing', async () => {
    const [one, other] = [rows([3, 4], 2), rows([-6, -8], 2)];
    expect((await matchDirections(one, other)).largest[0]).toBeCloseTo(-1, 6);
    expect((await matchDirections(one, other, { signed: false })).largest[0]).toBeCloseTo(1, 6);
    const zero = await matchDirections(rows([0, 0], 2), other);
    expect(zero.largest[0]).toBeCloseTo(0, 12);
  });

  test('of several seeds has an interval over seeds', async () => {
    const data = randomStream(1, 'directions').fillNormal(new Float32Array(30 * 6));
    const noisy = (seed: number) => {
      const noise = randomStream(seed, 'noise').fillNormal(new Float32Array(data.length));
      return { data: data.map((v, i) => v + seed * 0.2 * noise[i]!), width: 6 };
    };
    const matchings = await Promise.all(
      [1, 2, 3, 4].map((seed) => matchDirections({ data, width: 6 }, noisy(seed))),
    );
    const mmcs = resultOf(matchMeasures(matchings), 'mmcs');
    const means = matchings.map(({ largest }) => largest.reduce((sum, v) => sum + v, 0) / 30);
    expect(mmcs.seeds).toBe(4);
    expect(mmcs.estimate).toBeCloseTo(means.reduce((sum, v) => sum + v, 0) / 4, 12);
    expect(mmcs.interval![0]).toBeLessThan(Math.min(means[1]!, means[2]!));
  });

  test('refuses directions of two widths', async () => {
    await expect(matchDirections(rows([1, 2], 2), rows([1, 2, 3], 3))).rejects.toThrow(
      'directions of width 2 and others of 3',
    );
  });
});

describe('stability', () => {
  const [c, s] = [Math.SQRT1_2, Math.SQRT1_2];
  const axes = rows([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], 4);
  const swapped = rows([0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0], 4);
  const turned = rows([c, s, 0, 0, -s, c, 0, 0, 0, 0, c, s, 0, 0, -s, c], 4);

  test('is 1 for the same directions in another order, and the cosine of the angle between turned ones', async () => {
    const { pairs } = await stabilityOf([axes, swapped, turned]);
    expect(pairs.map(({ pair }) => pair)).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
    for (const [i, expected] of [1, c, c].entries()) {
      expect(pairs[i]!.mmcs).toBeCloseTo(expected, 6);
      expect(pairs[i]!.matched).toBeCloseTo(expected, 6);
    }
  });

  test('has the jackknife interval over dictionaries, by hand for three', async () => {
    const { measures } = await stabilityOf([axes, swapped, turned]);
    const mean = (1 + 2 * c) / 3;
    // Without one dictionary a single pair is left: c, c and 1. Student's factor of 2 degrees is 4.30265.
    const left = [c, c, 1];
    const middle = (2 * c + 1) / 3;
    const variance = (2 / 3) * left.reduce((sum, v) => sum + (v - middle) ** 2, 0);
    const reach = 4.30265 * Math.sqrt(variance);
    for (const name of ['mmcs', 'matched_cosine']) {
      const { estimate, interval, seeds, method } = resultOf(measures, name);
      expect(estimate).toBeCloseTo(mean, 6);
      expect(interval![0]).toBeCloseTo(mean - reach, 4);
      expect(interval![1]).toBe(1);
      expect([seeds, method]).toEqual([3, 'jackknife over dictionaries']);
    }
  });

  test('of two dictionaries resamples directions, and of one is refused', async () => {
    const { measures } = await stabilityOf([axes, turned]);
    expect(resultOf(measures, 'matched_cosine').estimate).toBeCloseTo(c, 6);
    await expect(stabilityOf([axes])).rejects.toThrow('stability of one dictionary');
  });
});
