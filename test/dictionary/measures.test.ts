/** @file Measures against closed forms and a slow plain reference in float64. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DictionaryConfig,
  DictionarySums,
  type MeasuredRows,
  type MeasureResult,
  measured,
  valuesOf,
} from '../../src/dictionary/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { plainMeasures } from './plainMeasures.ts';

const CONFIG: DictionaryConfig = { architecture: 'standard', d_in: 5, d_sae: 7 };

function matrix(data: Iterable<number>, width: number): MeasuredRows {
  return { data: Float64Array.from(data), width };
}

/** Normal numbers times a factor for each row, whose norms so have heavy tails, plus a mean. */
function heavyRows(rows: number, width: number, seed: number, mean = 0.5): Float64Array {
  const reader = randomStream(seed, 'rows').reader();
  const data = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const size = reader.uniform() ** -0.7;
    for (let i = 0; i < width; i++) data[row * width + i] = mean + size * reader.normal();
  }
  return data;
}

interface Case {
  readonly x: MeasuredRows;
  readonly reconstruction: MeasuredRows;
  readonly latents: MeasuredRows;
}

function example(rows = 200, seed = 1): Case {
  const x = heavyRows(rows, 5, seed);
  const noise = heavyRows(rows, 5, seed + 100, 0.1);
  const latents = heavyRows(rows, 7, seed + 200).map((value) => Math.max(0, value - 1));
  return {
    x: matrix(x, 5),
    reconstruction: matrix(
      x.map((value, i) => 0.8 * value + 0.2 * noise[i]!),
      5,
    ),
    latents: matrix(latents, 7),
  };
}

function meanOf({ data, width }: MeasuredRows): number[] {
  const rows = data.length / width;
  return Array.from({ length: width }, (_, i) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += data[row * width + i]!;
    return sum / rows;
  });
}

function sumsOf({ x, reconstruction, latents }: Case, documents?: number[]): DictionarySums {
  const sums = new DictionarySums(CONFIG, { mean: meanOf(x) });
  sums.add({ x, reconstruction, latents, ...(documents && { documents }) });
  return sums;
}

function numbersOf(sums: DictionarySums): Record<string, number> {
  return Object.fromEntries(
    Object.entries(valuesOf(sums)).map(([name, value]) => [name, value as number]),
  );
}

const of = (results: readonly MeasureResult[], name: string) =>
  results.find((result) => result.name === name)!;

describe('measures', () => {
  test('agree with a plain reference on rows whose norms have heavy tails', () => {
    const one = example();
    const found = numbersOf(sumsOf(one));
    const expected = plainMeasures(one, { valueBits: 8, latents: 7 });
    for (const [name, value] of Object.entries(expected)) {
      expect(Math.abs(found[name]! - value), name).toBeLessThan(1e-10 * (1 + Math.abs(value)));
    }
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  });

  test('the mean as prediction explains nothing, the activations themselves all; the legacy formula says otherwise', () => {
    const x = heavyRows(300, 5, 3, 4);
    const mean = meanOf(matrix(x, 5));
    const predicted = matrix(
      x.map((_, i) => mean[i % 5]!),
      5,
    );
    const { latents } = example(300);
    const flat = numbersOf(sumsOf({ x: matrix(x, 5), reconstruction: predicted, latents }));
    expect(flat.fve).toBeCloseTo(0, 12);
    expect(flat.fve_without_bias).toBeCloseTo(0, 12);
    expect(flat.legacy_explained_variance_per_row).toBeCloseTo(0, 12);
    const same = numbersOf(sumsOf({ x: matrix(x, 5), reconstruction: matrix(x, 5), latents }));
    for (const name of ['fve', 'rho2', 'gamma_A', 'gamma_pp', 'gamma_B', 'gamma_C', 'gamma_v1']) {
      expect(same[name], name).toBeCloseTo(1, 12);
    }
    expect(same.mse).toBe(0);
    expect([same.cosine, same.l2_ratio]).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12)]);
  });

  test.each([
    [1, 0.499],
    [5, 0.96],
  ])(
    'of normal numbers with mean %i and deviation 1, the legacy formula gives the mean as prediction %f',
    (mean, expected) => {
      // Peer survey 0.1: E|x|^2 - (mean E[x_d^2])^2 = d (m^2 + 1) - (m^2 + 1)^2 as the total variance.
      const width = 1000;
      const x = new Float64Array(40 * width);
      const stream = randomStream(1, 'wide');
      for (let i = 0; i < x.length; i++) x[i] = mean + stream.normal(i);
      const sums = new DictionarySums({ architecture: 'standard', d_in: width, d_sae: 1 });
      const reconstruction = matrix(
        x.map(() => mean),
        width,
      );
      sums.add({ x: matrix(x, width), reconstruction });
      const { legacy_explained_variance_of_squares: found } = numbersOf(sums);
      expect(found).toBeCloseTo(expected, 2);
    },
  );

  test('explained variance does not see a shift of activations and reconstructions', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.integer({ min: 0, max: 99 }),
        (shift, seed) => {
          const plain = example(60, seed);
          const move = ({ data, width }: MeasuredRows) =>
            matrix(
              data.map((v) => v + shift),
              width,
            );
          const moved = { ...plain, x: move(plain.x), reconstruction: move(plain.reconstruction) };
          const [a, b] = [numbersOf(sumsOf(plain)), numbersOf(sumsOf(moved))];
          for (const name of [
            'fve',
            'fve_without_bias',
            'legacy_explained_variance_per_row',
            'mse',
          ]) {
            expect(Math.abs(a[name]! - b[name]!), name).toBeLessThan(1e-9);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('a multiple of the activations has gamma_C, gamma_A, gamma_pp and the ratio of norms c, and rho2 1', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 1.9, noNaN: true }), (c) => {
        const { x, latents } = example(50);
        const scaled = numbersOf(
          sumsOf({
            x,
            reconstruction: matrix(
              x.data.map((v) => c * v),
              5,
            ),
            latents,
          }),
        );
        for (const name of ['gamma_A', 'gamma_pp', 'gamma_C', 'l2_ratio']) {
          expect(scaled[name], name).toBeCloseTo(c, 10);
        }
        expect(scaled.gamma_B).toBeCloseTo(1 / c, 10);
        expect(scaled.gamma_v1).toBeCloseTo(Math.sqrt(c / (2 - c)), 8);
        expect([scaled.rho2, scaled.cosine]).toEqual([
          expect.closeTo(1, 10),
          expect.closeTo(1, 10),
        ]);
      }),
      { numRuns: 30 },
    );
  });

  test('of half the activations, gamma_A and gamma_C are 1/2 and gamma_v1 is 1/sqrt(3)', () => {
    const sums = new DictionarySums({ architecture: 'standard', d_in: 1, d_sae: 1 });
    sums.add({ x: matrix([1], 1), reconstruction: matrix([0.5], 1) });
    const { gamma_A, gamma_C, gamma_v1 } = numbersOf(sums);
    expect([gamma_A, gamma_C]).toEqual([0.5, 0.5]);
    expect(gamma_v1).toBeCloseTo(1 / Math.sqrt(3), 12);
  });

  test('a measure that is not defined says why', () => {
    const sums = new DictionarySums({ architecture: 'standard', d_in: 1, d_sae: 1 });
    sums.add({ x: matrix([1, 2], 1), reconstruction: matrix([3, 6], 1) });
    expect(valuesOf(sums).gamma_C).toBe(3);
    expect(valuesOf(sums).gamma_v1).toEqual({
      undefined: 'gamma_C is 3.00, and gamma_v1 is real below 2 only',
    });
    const result = of(measured([sums]), 'gamma_v1');
    expect(result).toMatchObject({ estimate: undefined, interval: undefined });
    expect(result.why).toContain('gamma_C is 3.00');
    const dark = new DictionarySums({ architecture: 'standard', d_in: 1, d_sae: 1 });
    dark.add({ x: matrix([0, 0], 1), reconstruction: matrix([0, 0], 1) });
    for (const name of ['fve', 'rho2', 'gamma_A', 'gamma_B', 'gamma_C', 'gamma_pp', 'cosine']) {
      expect(valuesOf(dark)[name], name).toHaveProperty('undefined');
    }
  });

  test('a row that is not finite is refused with its number', () => {
    const sums = new DictionarySums({ architecture: 'standard', d_in: 2, d_sae: 1 });
    const x = matrix([1, 2, 3, Number.NaN], 2);
    expect(() => sums.add({ x, reconstruction: x })).toThrow('row 1 has an activation with NaN');
    const narrow = matrix([1, 2], 1);
    expect(() => sums.add({ x: narrow, reconstruction: narrow })).toThrow(
      '2 rows of 1 with reconstructions of 2 rows of 1',
    );
  });
});

describe("T4's identities", () => {
  const seeds = [1, 2, 3, 4, 5];

  test.each(seeds)('hold to 1e-6 on heavy-tailed rows (seed %i)', (seed) => {
    const one = example(2000, seed);
    const sums = sumsOf(one);
    const { X, H, P, R, rows } = sums.total();
    const it = numbersOf(sums);
    expect(R / rows).toBeCloseTo((X + H - 2 * P) / rows, 6);
    // (A): P / X = (1 + (H - R) / X) / 2, and least squares by a search over g.
    expect(it.gamma_A).toBeCloseTo(0.5 * (1 + (H - R) / X), 6);
    expect(it.gamma_A).toBeCloseTo(
      argmin((g) => H - 2 * g * P + g * g * X),
      6,
    );
    // (A'): gamma_A - gamma_pp = Cov(r, |x|^2) / X.
    expect(it.gamma_A! - it.gamma_pp!).toBeCloseTo(covariance(one) / (X / rows), 6);
    // (B) and (C).
    expect(it.gamma_B).toBeCloseTo(
      argmin((g) => g * g * H - 2 * g * P + X),
      6,
    );
    expect(it.gamma_A! * it.gamma_B!).toBeCloseTo(it.rho2!, 6);
    expect(it.rho2).toBeLessThanOrEqual(1);
    expect(it.gamma_C).toBeCloseTo(1 / it.gamma_B!, 6);
    expect(it.gamma_A).toBeCloseTo(it.rho2! * it.gamma_C!, 6);
    // (v1).
    expect(it.gamma_v1).toBeCloseTo(Math.sqrt(it.gamma_C! / (2 - it.gamma_C!)), 6);
    expect(it.gamma_v1).toBeCloseTo(Math.sqrt(H / (X - R)), 6);
  });

  test.each(seeds)(
    '(D) at the best scale gamma_C is 1 and gamma_A the uncentred explained variance (seed %i)',
    (seed) => {
      const { x, reconstruction, latents } = example(500, seed);
      const { gamma_B } = numbersOf(sumsOf({ x, reconstruction, latents }));
      const best = matrix(
        reconstruction.data.map((v) => gamma_B! * v),
        5,
      );
      const sums = sumsOf({ x, reconstruction: best, latents });
      const { X, R } = sums.total();
      const { gamma_A, gamma_C, rho2 } = numbersOf(sums);
      expect(gamma_C).toBeCloseTo(1, 6);
      expect(gamma_A).toBeCloseTo(rho2!, 6);
      expect(gamma_A).toBeCloseTo(1 - R / X, 6);
      expect(gamma_A).toBeLessThan(1);
    },
  );
});

/** Least point of a parabola, from three of its values. */
function argmin(f: (g: number) => number): number {
  const [a, b, c] = [f(-1), f(0), f(1)];
  return (a - c) / (2 * (a - 2 * b + c));
}

/** Cov(r, |x|^2) for the projections r = x x' / |x|^2, by its definition. */
function covariance({ x, reconstruction }: Case): number {
  const rows = x.data.length / x.width;
  const pairs = Array.from({ length: rows }, (_, row) => {
    let [norm, product] = [0, 0];
    for (let at = row * x.width; at < (row + 1) * x.width; at++) {
      norm += x.data[at]! ** 2;
      product += x.data[at]! * reconstruction.data[at]!;
    }
    return [product / norm, norm] as const;
  });
  const mean = (i: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[i], 0) / rows;
  const [r, norm] = [mean(0), mean(1)];
  return pairs.reduce((sum, pair) => sum + (pair[0] - r) * (pair[1] - norm), 0) / rows;
}

describe('sums', () => {
  test('do not depend on batches, on the order of rows, or on how parts are merged', () => {
    const rows = 300;
    const { x, reconstruction, latents } = example(rows);
    const documents = Array.from({ length: rows }, (_, i) => (i * i) % 17);
    const whole = measured([sumsOf({ x, reconstruction, latents }, documents)], { resamples: 200 });
    const order = randomStream(5, 'order')
      .reader()
      .shuffle([...Array(rows).keys()]);
    const part = (from: number, to: number) => {
      const some = order.slice(from, to);
      const pick = ({ data, width }: MeasuredRows) =>
        matrix(
          some.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)]),
          width,
        );
      const sums = new DictionarySums(CONFIG, { mean: meanOf(x) });
      sums.add({
        x: pick(x),
        reconstruction: pick(reconstruction),
        latents: pick(latents),
        documents: some.map((row) => documents[row]!),
      });
      return sums;
    };
    const merged = part(0, 40);
    merged.merge(part(40, 41));
    merged.merge(part(41, rows));
    const parts = measured([merged], { resamples: 200 });
    for (const result of whole) {
      const other = of(parts, result.name);
      expect(other.estimate!, result.name).toBeCloseTo(result.estimate!, 9);
      expect(other.interval![0], result.name).toBeCloseTo(result.interval![0], 6);
      expect([other.n, other.documents]).toEqual([rows, result.documents]);
    }
  });

  test('of latents count those that are not 0, of either sign; densities are strict', () => {
    const sums = new DictionarySums({ architecture: 'pca', d_in: 1, d_sae: 4 });
    const x = matrix(Array(100).fill(1), 1);
    const latents = new Float64Array(400);
    for (let row = 0; row < 100; row++) {
      latents[row * 4] = -2;
      if (row < 10) latents[row * 4 + 1] = 1;
      if (row < 11) latents[row * 4 + 2] = 1;
    }
    sums.add({ x, reconstruction: x, latents: matrix(latents, 4) });
    const { l0, l1, dead, dense_1, dense_10, bits } = numbersOf(sums);
    expect(l0).toBeCloseTo(1.21, 12);
    expect(l1).toBeCloseTo(2.21, 12);
    expect([dead, dense_1, dense_10]).toEqual([0.25, 0.75, 0.5]);
    expect(bits).toBeCloseTo(1.21 * (Math.log2(4 / 1.21) + 8), 10);
    expect([...sums.firing.densities()]).toEqual([1, 0.1, 0.11, 0]);
  });
});
