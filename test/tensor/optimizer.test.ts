/** @file Optimizers against PyTorch and closed forms. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AdamW, cosineSchedule, globalNorm } from '../../src/tensor/index.ts';
import { expectClose } from './check.ts';

interface Trace {
  readonly options: { betas: [number, number]; eps: number; weight_decay: number };
  readonly start: number[][];
  readonly steps: { rate: number; gradients: number[][]; after: number[][] }[];
}

/** By PyTorch's AdamW (test/fixtures/tensor/make.py). */
const TRACES = JSON.parse(
  readFileSync(new URL('../fixtures/tensor/adamw.json', import.meta.url), 'utf8'),
) as Trace[];

function named(arrays: readonly number[][]): Map<string, Float32Array> {
  return new Map(arrays.map((array, i) => [`p${i}`, Float32Array.from(array)]));
}

describe('AdamW', () => {
  test.each(TRACES)('takes the steps of PyTorch with $options', ({ options, start, steps }) => {
    const parameters = named(start);
    const optimizer = new AdamW(parameters, {
      betas: options.betas,
      epsilon: options.eps,
      weightDecay: options.weight_decay,
    });
    for (const { rate, gradients, after } of steps) {
      optimizer.step(named(gradients), rate);
      // Float32 state in both, rounded at other places.
      for (const [i, expected] of after.entries()) {
        expectClose([...parameters.get(`p${i}`)!], expected, 1e-6, `p${i}`);
      }
    }
  });

  test('scales gradients as if they were that small', () => {
    const [a, b] = [named([[1, 2]]), named([[1, 2]])];
    new AdamW(a).step(named([[3, -4]]), 0.1, 0.25);
    new AdamW(b).step(named([[0.75, -1]]), 0.1);
    expect(a).toEqual(b);
  });

  test('decays only the parameters that it is told to', () => {
    const parameters = named([[1], [1]]);
    const options = { weightDecay: 0.5, decays: (name: string) => name === 'p1' };
    new AdamW(parameters, options).step(named([[0], [0]]), 0.1);
    expect([...parameters.values()].map(([x]) => x)).toEqual([1, Math.fround(0.95)]);
  });

  test.each([1, 3, 4, 4095, 4096, 4097, 9001])(
    'takes the steps of a plain loop in float64 over %i numbers',
    (length) => {
      const numbers = (seed: number) => Float32Array.from({ length }, (_, i) => Math.sin(seed + i));
      const [weight, gradient] = [numbers(1), numbers(2)];
      const [w, m, v] = [[...weight], Array(length).fill(0), Array(length).fill(0)];
      const optimizer = new AdamW(new Map([['p0', weight]]), { weightDecay: 0.1 });
      for (let step = 1; step <= 3; step++) {
        optimizer.step(new Map([['p0', gradient]]), 0.01, 0.5);
        // Loshchilov and Hutter 2019, algorithm 2.
        for (let i = 0; i < length; i++) {
          const g = 0.5 * gradient[i]!;
          m[i] = 0.9 * m[i] + 0.1 * g;
          v[i] = 0.95 * v[i] + 0.05 * g * g;
          const [first, second] = [m[i] / (1 - 0.9 ** step), v[i] / (1 - 0.95 ** step)];
          w[i] = w[i]! * (1 - 0.01 * 0.1) - (0.01 * first) / (Math.sqrt(second) + 1e-8);
        }
      }
      expectClose([...weight], w, 1e-6, 'weights');
      expect(gradient).toEqual(numbers(2));
    },
  );

  test('reaches the minimum of a parabola', () => {
    const parameters = named([[5, -3]]);
    const x = parameters.get('p0')!;
    const optimizer = new AdamW(parameters);
    for (let step = 0; step < 400; step++) {
      const gradient = Float32Array.of(2 * (x[0]! - 1), 20 * (x[1]! + 2));
      optimizer.step(new Map([['p0', gradient]]), 0.2 * cosineSchedule(step, 400, 0, 0));
    }
    expectClose([...x], [1, -2], 1e-3, 'minimum');
  });

  test('names a parameter without a gradient, or with one of another size', () => {
    const optimizer = new AdamW(named([[1, 2]]));
    expect(() => optimizer.step(new Map(), 0.1)).toThrow("AdamW: no gradient for parameter 'p0'");
    expect(() => optimizer.step(named([[1]]), 0.1)).toThrow(
      "AdamW: gradient of 'p0' has 1 entries, the parameter 2",
    );
    expect(optimizer.state.step).toBe(0);
  });
});

describe('cosineSchedule', () => {
  test('rises linearly to 1, falls as a half cosine to its floor, and stays there', () => {
    expect([0, 1, 4, 9].map((step) => cosineSchedule(step, 110, 10))).toEqual([0.1, 0.2, 0.5, 1]);
    const halfway = 0.1 + 0.9 * 0.5;
    expect(cosineSchedule(10, 110, 10)).toBe(1);
    expect(cosineSchedule(60, 110, 10)).toBeCloseTo(halfway, 12);
    expect(cosineSchedule(35, 110, 10)).toBeCloseTo(0.1 + 0.45 * (1 + Math.SQRT1_2), 12);
    expect([110, 500].map((step) => cosineSchedule(step, 110, 10))).toEqual([0.1, 0.1]);
    expect(cosineSchedule(20, 20, 0, 0)).toBe(0);
  });

  test('works with no warm-up and with nothing but warm-up', () => {
    expect(cosineSchedule(0, 10, 0)).toBe(1);
    expect(cosineSchedule(9, 10, 10)).toBe(1);
  });
});

test('globalNorm is the Euclidean norm of all gradients in one vector', () => {
  expect(
    globalNorm(
      named([
        [3, 0],
        [-4, 12],
      ]),
    ),
  ).toBe(13);
  expect(globalNorm(new Map())).toBe(0);
});
