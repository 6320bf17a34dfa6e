import { expect, test } from 'vitest';
import {
  type DictionaryConfig,
  rowsInMemory,
  trainDictionaries,
  trainedKindOf,
} from '../../src/dictionary/index.ts';
import { removeParallel, unitRows } from '../../src/dictionary/training/decoderNorm.ts';
import { type DictionaryPlan, fullPlan } from '../../src/dictionary/training/plan.ts';
import { resample } from '../../src/dictionary/training/resampling.ts';
import {
  learningRateAt,
  resamplesAfter,
  sparsityAt,
} from '../../src/dictionary/training/schedule.ts';
import { geometricMedian, normalizingScale } from '../../src/dictionary/training/start.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { type Matrix, type Parameters, type PlainBatch, standardLoss } from './plainKinds.ts';
import { plantedRows } from './planted.ts';

const SIZES = { d_in: 4, d_sae: 6 };
const CONFIG: DictionaryConfig = { architecture: 'standard', ...SIZES };

function plan(given: Partial<DictionaryPlan> = {}, length = { steps: 100, batch: 10 }) {
  return fullPlan({ name: 'one', config: CONFIG, learningRate: 1, ...given }, length);
}

test('the learning rate rises to its peak, stays, and falls to nothing; it rises anew after resampling', () => {
  const at = (given: Partial<DictionaryPlan>, steps: number[]) =>
    steps.map((step) => learningRateAt(plan(given), step, 100));
  expect(at({ warmup: 4, decayFrom: 80 }, [0, 1, 3, 4, 79])).toEqual([0.25, 0.5, 1, 1, 1]);
  expect(at({ warmup: 4, decayFrom: 80 }, [80, 90, 99])).toEqual([1, 0.5, 0.05]);
  expect(at({ warmup: 0, decayFrom: 100 }, [0, 99])).toEqual([1, 1]);
  expect(at({ warmup: 4, resample: { every: 20 } }, [19, 20, 23, 40, 60])).toEqual([
    1, 0.25, 1, 0.25, 1,
  ]);
});

test('latents are resampled at multiples of the interval, until half of the run', () => {
  const due = (given: Partial<DictionaryPlan>) =>
    [...Array(101).keys()].filter((done) => resamplesAfter(plan(given), done, 100));
  expect(due({ resample: { every: 20 } })).toEqual([20, 40]);
  expect(due({ resample: { every: 20, until: 100 } })).toEqual([20, 40, 60, 80, 100]);
  expect(due({})).toEqual([]);
});

test('the sparsity penalty rises linearly to its whole', () => {
  const values = [0, 1, 3, 9].map((step) => sparsityAt(plan({ sparsityWarmup: 4 }), step));
  expect(values).toEqual([0.25, 0.5, 1, 1]);
  expect(sparsityAt(plan({ sparsityWarmup: 0 }), 0)).toBe(1);
});

test('a gradient without its parallel part is orthogonal to its row; rows are scaled to norm 1', () => {
  const weight = Float32Array.of(3, 4, 0, 0, 1, 1);
  const gradient = Float32Array.of(1, 0, 5, 7, 2, 0);
  removeParallel(gradient, weight, 2);
  // (1, 0) - (3/25) (3, 4); a row of zeros has no direction; (2, 0) - (1, 1).
  [0.64, -0.48, 5, 7, 1, -1].forEach((value, i) => void expect(gradient[i]).toBeCloseTo(value, 6));
  unitRows(weight, 2);
  const half = Math.SQRT1_2;
  [0.6, 0.8, 0, 0, half, half].forEach((value, i) => void expect(weight[i]).toBeCloseTo(value, 6));
});

test('activations are scaled to a mean norm of the square root of their width', () => {
  const rows = { data: Float32Array.of(3, 4, 0, 0, 5, 12), width: 2 };
  expect(normalizingScale([rows])).toBeCloseTo(Math.SQRT2 / 6, 6);
  const none = { data: new Float32Array(4), width: 2 };
  expect(() => normalizingScale([none])).toThrow('activations of mean norm 0');
});

test('the geometric median of a triangle with an angle of 120 degrees or more is its corner', () => {
  // The Fermat point: (0, 0) sees the other two at more than 120 degrees.
  const rows = { data: Float32Array.of(0, 0, 10, 1, -10, 1), width: 2 };
  const [x, y] = geometricMedian(rows, 200);
  expect(Math.hypot(x!, y!)).toBeLessThan(0.05);
});

test('a resampled latent points to a row in proportion to its squared error, with fresh moments', () => {
  const matrix = (seed: string) => randomStream(1, seed).fillNormal(new Float32Array(24));
  const names = ['W_enc', 'W_dec', 'b_enc', 'b_dec'];
  const filled = (): Map<string, Float32Array> =>
    new Map(
      names.map((name) => [name, new Float32Array({ b_enc: 6, b_dec: 4 }[name] ?? 24).fill(1)]),
    );
  const parameters = filled().set('W_enc', matrix('W_enc')).set('W_dec', matrix('W_dec'));
  const [first, second] = [filled(), filled()];
  const x = { data: Float32Array.of(0, 0, 0, 9, 1, 4, 1, 5), width: 4 };
  const state = {
    config: { ...CONFIG, apply_b_dec_to_input: true },
    parameters,
    optimizer: { step: 3, first, second },
    scales: { input: 2, target: 2 },
  };
  const count = resample(state, [1, 4], { x }, Float32Array.of(0, 2), randomStream(0, 'r'));
  expect(count).toBe(1);
  // Only the second row has an error: 2 (1, 4, 1, 5) - b_dec = (1, 7, 1, 9).
  const direction = [1, 7, 1, 9].map((value) => value / Math.sqrt(132));
  const part = (name: string) => [...parameters.get(name)!.subarray(4, 8)];
  part('W_dec').forEach((value, i) => void expect(value).toBeCloseTo(direction[i]!, 6));
  const living = [0, 2, 3, 5].map((latent) =>
    Math.hypot(...matrix('W_enc').subarray(latent * 4, latent * 4 + 4)),
  );
  const norm = 0.2 * (living.reduce((sum, value) => sum + value, 0) / 4);
  part('W_enc').forEach((value, i) => void expect(value).toBeCloseTo(norm * direction[i]!, 6));
  expect([...parameters.get('b_enc')!]).toEqual([1, 0, 1, 1, 1, 1]);
  expect([...first.get('W_dec')!.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  expect([...second.get('W_enc')!.subarray(16, 20)]).toEqual([1, 1, 1, 1]);
  expect([...first.get('b_dec')!]).toEqual([1, 1, 1, 1]);
});

test('rows in memory come in an order of their own in each epoch, each row once, from any batch on', async () => {
  const data = Float32Array.from({ length: 10 }, (_, i) => i);
  const source = rowsInMemory({ data, width: 1 }, { seed: 4 });
  const taken: number[][] = [];
  for await (const { x } of source.batches(5, 0)) if (taken.push([...x.data]) === 4) break;
  const epochs = [[taken[0], taken[1]].flat(), [taken[2], taken[3]].flat()];
  for (const epoch of epochs) expect([...epoch].sort((a, b) => a! - b!)).toEqual([...data]);
  expect(epochs[0]).not.toEqual(epochs[1]);
  for await (const { x } of source.batches(5, 3)) {
    expect([...x.data]).toEqual(taken[3]);
    break;
  }
});

/** Training as the formulas say, in float64, with gradients by central differences. */
function plainTraining(start: Parameters, batches: readonly Matrix[], rate: number): Parameters {
  const p = structuredClone(start);
  const zeros = () =>
    Object.fromEntries(
      Object.keys(p).map((name) => [name, p[name]!.map((row) => row.map(() => 0))]),
    );
  const [m, v] = [zeros(), zeros()];
  batches.forEach((x, step) => {
    const batch = {
      x,
      target: x,
      sparsity: 1,
      config: { ...CONFIG, apply_b_dec_to_input: true, l1_coefficient: 1 },
    };
    const gradient = differences(batch, p);
    gradient.W_dec!.forEach((row, i) => {
      const weight = p.W_dec![i]!;
      const dot = row.reduce((sum, value, j) => sum + value * weight[j]!, 0);
      const norm = weight.reduce((sum, value) => sum + value ** 2, 0);
      for (const j of row.keys()) row[j] = row[j]! - (dot / norm) * weight[j]!;
    });
    for (const name of Object.keys(p)) {
      p[name]!.forEach((row, i) => {
        row.forEach((_, j) => {
          const g = gradient[name]![i]![j]!;
          m[name]![i]![j] = 0.9 * m[name]![i]![j]! + 0.1 * g;
          v[name]![i]![j] = 0.999 * v[name]![i]![j]! + 0.001 * g * g;
          const first = m[name]![i]![j]! / (1 - 0.9 ** (step + 1));
          const second = v[name]![i]![j]! / (1 - 0.999 ** (step + 1));
          row[j] = row[j]! - (rate * first) / (Math.sqrt(second) + 1e-8);
        });
      });
    }
    p.W_dec = p.W_dec!.map((row) => row.map((value) => value / Math.hypot(...row)));
  });
  return p;
}

function differences(batch: PlainBatch, p: Parameters): Parameters {
  const step = 1e-6;
  const lossAt = (name: string, i: number, j: number, by: number): number => {
    const moved = structuredClone(p);
    moved[name]![i]![j]! += by;
    return standardLoss(batch, moved, p);
  };
  const slope = (name: string, i: number, j: number): number =>
    (lossAt(name, i, j, step) - lossAt(name, i, j, -step)) / (2 * step);
  return Object.fromEntries(
    Object.entries(p).map(([name, matrix]) => [
      name,
      matrix.map((row, i) => row.map((_, j) => slope(name, i, j))),
    ]),
  );
}

test('steps are those of Adam on the formula, with decoder rows kept at norm 1', async () => {
  const rows = plantedRows(40, { width: 4, latents: 8, share: 0.9 });
  const source = rowsInMemory(rows);
  const options = { steps: 6, batch: 10, runtime: nodeRuntime({ threads: 1 }) };
  const given = { ...plan({}, options), learningRate: 0.01, warmup: 0, decayFrom: 6 };
  const settings = { ...given, sparsityWarmup: 0, normalize: false };
  const [dictionary] = await trainDictionaries([settings], source, options);
  const batches: Matrix[] = [];
  for await (const { x } of source.batches(10, 0)) {
    batches.push(Array.from({ length: 10 }, (_, i) => [...x.data.subarray(i * 4, i * 4 + 4)]));
    if (batches.length === 6) break;
  }
  const initial = trainedKindOf('standard').training.initialise(
    settings.config,
    randomStream(0, 'init'),
  );
  const start = Object.fromEntries(
    [...initial].map(([name, { shape, data }]) => {
      const width = shape.at(-1)!;
      const rowAt = (i: number) => [...data.subarray(i * width, (i + 1) * width)];
      return [name, Array.from({ length: data.length / width }, (_, i) => rowAt(i))];
    }),
  );
  const expected = plainTraining(start, batches, 0.01);
  for (const [name, { data }] of dictionary!.tensors) {
    const values = expected[name]!.flat();
    data.forEach((value, i) => void expect(value, name).toBeCloseTo(values[i]!, 4));
  }
});
