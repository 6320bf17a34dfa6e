/** @file Areas between curves, rounded latents and estimates over seeds, against closed forms. */
import { describe, expect, test } from 'vitest';
import { Dictionary, kindOf } from '../../src/dictionary/index.ts';
import { areaBetween, valueAt } from '../../src/experiment/dictionaries/curves.ts';
import { overSeeds } from '../../src/experiment/dictionaries/estimates.ts';
import { meanHeight, type Placed } from '../../src/experiment/dictionaries/heights.ts';
import { asRead } from '../../src/experiment/dictionaries/inModel.ts';
import { quantised, rangesOf } from '../../src/experiment/dictionariesVersusClusters/quantised.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';

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

describe('heights of curves over seeds and documents', () => {
  /** A curve through points of x 1 and 2 whose y is the mean of numbers of documents, each as often as it is drawn. */
  const curve = (seed: number, values: readonly number[]): Placed[] =>
    [1, 2].map((x) => ({
      seed,
      documents: values.length,
      at: (times) => {
        const drawn = values.reduce((sum, value, i) => sum + times[i]! * value, 0);
        const count = values.reduce((sum, _, i) => sum + times[i]!, 0);
        return { x, y: drawn / count };
      },
    }));

  test('the estimate is the mean over seeds, and the interval widens with documents that differ', () => {
    const flat = [1, 2, 3].flatMap((seed) => curve(seed, [0, 0, 0, 0, 0, 0]));
    const even = [1, 2, 3].flatMap((seed) => curve(seed, [seed, seed, seed, seed, seed, seed]));
    const uneven = [1, 2, 3].flatMap((seed) =>
      curve(
        seed,
        [-9, 9, -9, 9, -9, 9].map((add) => seed + add),
      ),
    );
    const [narrow, wide] = [even, uneven].map((own) => meanHeight(own, flat)!);
    for (const one of [narrow!, wide!]) {
      expect(one.estimate).toBeCloseTo(2, 10);
      expect(one.n).toBe(3);
      expect(one.interval[0]).toBeLessThan(2);
      expect(one.interval[1]).toBeGreaterThan(2);
    }
    const width = ({ interval: [low, high] }: { interval: readonly number[] }) => high! - low!;
    expect(width(wide!)).toBeGreaterThan(1.5 * width(narrow!));
    // Three seeds at 1, 2 and 3: no mean over drawn seeds is outside of them.
    expect(narrow!.interval[0]).toBeGreaterThanOrEqual(1);
    expect(narrow!.interval[1]).toBeLessThanOrEqual(3);
  });

  test('curves without a common range have no height', () => {
    const far = curve(1, [1, 1]).map((one) => ({ ...one, at: () => ({ x: 7, y: 1 }) }));
    expect(meanHeight(far, curve(1, [1, 1]))).toBeUndefined();
  });
});

test.each([
  { architecture: 'standard', apply_b_dec_to_input: false },
  { architecture: 'gated', apply_b_dec_to_input: false },
  { architecture: 'gated', apply_b_dec_to_input: true },
  { architecture: 'topk', apply_b_dec_to_input: true, k: 3 },
])("a dictionary of standardised activations reconstructs the model's own: %o", async (given) => {
  const runtime = nodeRuntime({ threads: 1 });
  const config = { d_in: 5, d_sae: 8, ...given };
  const shapes = kindOf(given.architecture).shapes(config);
  const stream = randomStream(1, 'weights');
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [name, { shape, data: stream.at(name).fillNormal(data) }];
    }),
  );
  const dictionary = new Dictionary(config, tensors, runtime);
  const [mean, scale] = [Float64Array.of(3, -1, 0.5, 2, -4), 0.25];
  const x = stream
    .at('x')
    .fillNormal(new Float32Array(20 * 5))
    .map((v, i) => 4 * v + mean[i % 5]!);
  const seen = x.map((value, i) => scale * (value - mean[i % 5]!));
  const decoded = await dictionary.reconstruct({ data: seen, width: 5 });
  const expected = decoded.map((value, i) => value / scale + mean[i % 5]!);
  const own = await asRead(dictionary, { mean, scale }).reconstruct({ data: x, width: 5 });
  // Float32 sums of five products of numbers up to about 20.
  own.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-3);
  });
});
