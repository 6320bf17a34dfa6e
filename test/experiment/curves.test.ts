/** @file Areas between curves, rounded latents and estimates over seeds, against closed forms. */
import { expect, test } from 'vitest';
import { Dictionary } from '../../src/dictionary/index.ts';
import { areaBetween, valueAt } from '../../src/experiment/dictionaries/curves.ts';
import { overSeeds } from '../../src/experiment/dictionaries/estimates.ts';
import { quantised, rangesOf } from '../../src/experiment/dictionariesVersusClusters/quantised.ts';
import { nodeRuntime } from '../../src/model/index.ts';

const points = (...pairs: [number, number][]) => pairs.map(([x, y]) => ({ x, y }));

test('values lie on the lines between points, and nowhere outside', () => {
  const curve = points([3, 10], [1, 0], [2, 4]);
  expect([1, 1.5, 2, 2.5, 3].map((x) => valueAt(curve, x))).toEqual([0, 2, 4, 7, 10]);
  expect(valueAt(curve, 0.9)).toBeUndefined();
  expect(valueAt(curve, 3.1)).toBeUndefined();
});

test('the area between two curves is that of the triangles and trapezia between them', () => {
  const flat = points([0, 1], [4, 1]);
  // Over [1, 4]: above by a triangle of base 1 and height 2 up to 2, then 2 down to 0 at 4.
  const peak = points([1, 1], [2, 3], [4, 1], [6, 1]);
  expect(areaBetween(peak, flat)).toBeCloseTo((1 + 2) / 3, 12);
  expect(areaBetween(flat, peak)).toBeCloseTo(-1, 12);
  expect(areaBetween(flat, points([5, 1], [6, 2]))).toBeUndefined();
});

test("an estimate over seeds has Student's interval", () => {
  const { estimate, interval, n } = overSeeds([1, 2, 3, 4, 5]);
  // Tables: t(0.975, 4) = 2.776, standard error sqrt(2.5 / 5) = sqrt(1 / 2).
  expect([estimate, n]).toEqual([3, 5]);
  expect(interval[0]).toBeCloseTo(3 - 2.7764 * Math.SQRT1_2, 3);
  expect(interval[1]).toBeCloseTo(3 + 2.7764 * Math.SQRT1_2, 3);
});

test('latents are rounded to as many values as their bits allow', async () => {
  const width = 2;
  const tensors = new Map([
    ['W_enc', { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) }],
    ['b_enc', { shape: [2], data: new Float32Array(2) }],
    ['W_dec', { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) }],
    ['b_dec', { shape: [2], data: new Float32Array(2) }],
  ]);
  const runtime = nodeRuntime({ threads: 1 });
  const identity = new Dictionary({ architecture: 'pca', d_in: 2, d_sae: 2 }, tensors, runtime);
  const data = Float32Array.from({ length: 400 }, (_, i) => (i % 2 ? i / 100 - 2 : i / 100));
  const rows = { data, width };
  const ranges = await rangesOf(identity, rows);
  const rounded = quantised(rows, ranges, 2).data;
  const column = (c: number) => [...new Set(rounded.filter((_, i) => i % 2 === c))].sort();
  // Never negative: most / 4 to most, and 0 as it is; of both signs: four values from -most to most.
  expect(column(0)).toHaveLength(5);
  expect(column(1).filter((value) => value !== 0)).toHaveLength(4);
  const most = Math.max(...data.filter((_, i) => i % 2 === 0));
  expect(Math.max(...column(0))).toBeCloseTo(most, 6);
  expect(Math.min(...column(0).filter((value) => value > 0))).toBeCloseTo(most / 4, 6);
  for (const [i, value] of data.entries()) {
    if (i % 2 === 0 && value > most / 4) {
      expect(Math.abs(rounded[i]! - value)).toBeLessThanOrEqual(most / 8 + 1e-6);
    }
  }
  await identity.release();
});
