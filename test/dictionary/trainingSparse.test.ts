import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytesFor,
  SparseMemory,
  type SparseRows,
  transposeRows,
} from '../../src/dictionary/kernels/sparse.ts';
import type { StepResult, StepSettings } from '../../src/dictionary/training/engine.ts';
import { GraphEngine } from '../../src/dictionary/training/graphEngine.ts';
import { PlainOptimizer } from '../../src/dictionary/training/optimizer.ts';
import { type DictionaryPlan, fullPlan } from '../../src/dictionary/training/plan.ts';
import { KernelOptimizer } from '../../src/dictionary/training/sparse/kernelOptimizer.ts';
import { isSparse, SparseEngine } from '../../src/dictionary/training/sparse/sparseEngine.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';

const runtime = nodeRuntime({ threads: 2 });

function normals(seed: number, name: string, out: Float32Array): Float32Array {
  return randomStream(seed, name).fillNormal(out);
}

/** A random matrix [rows, columns] in a memory, some rows of it empty, some entries twice. */
function sparse(memory: SparseMemory, rows: number, columns: number, seed: number): SparseRows {
  const reader = randomStream(seed, 'matrix').reader();
  const counts = Array.from({ length: rows }, () => Math.max(0, reader.integer(7) - 1));
  const count = counts.reduce((sum, value) => sum + value, 0);
  const matrix = {
    starts: memory.integers(rows + 1),
    columns: memory.integers(count),
    values: normals(seed, 'values', memory.floats(count)),
  };
  counts.forEach((value, row) => {
    matrix.starts[row + 1] = matrix.starts[row]! + value;
  });
  for (let i = 0; i < count; i++) matrix.columns[i] = reader.integer(columns);
  return matrix;
}

/** Rows, columns, width and a seed. Widths cover whole blocks, single vectors and both. */
const problem = fc.record({
  rows: fc.integer({ min: 1, max: 6 }),
  columns: fc.integer({ min: 1, max: 5 }),
  width: fc.constantFrom(4, 8, 16, 28, 32, 36, 64, 100),
  seed: fc.nat(1000),
});

function memoryFor(): SparseMemory {
  return new SparseMemory(20 * bytesFor(1000));
}

describe('products with sparse rows are those of plain loops in float64', () => {
  test('out += matrix table', () => {
    const agrees = ({ rows, columns, width, seed }: Record<string, number>) => {
      const memory = memoryFor();
      const matrix = sparse(memory, rows!, columns!, seed!);
      const table = normals(seed!, 'table', memory.floats(columns! * width!));
      const out = normals(seed!, 'out', memory.floats(rows! * width!));
      const expected = Float64Array.from(out);
      for (let row = 0; row < rows!; row++) {
        for (let e = matrix.starts[row]!; e < matrix.starts[row + 1]!; e++) {
          for (let i = 0; i < width!; i++) {
            const product = matrix.values[e]! * table[matrix.columns[e]! * width! + i]!;
            expected[row * width! + i] = expected[row * width! + i]! + product;
          }
        }
      }
      memory.addProduct(out, matrix, table, width!);
      out.forEach((value, i) => void expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5));
    };
    fc.assert(fc.property(problem, agrees), { seed: 1, numRuns: 60 });
  });

  test('products of a dense row with the rows that entries name', () => {
    const agrees = ({ rows, columns, width, seed }: Record<string, number>) => {
      const memory = memoryFor();
      const matrix = sparse(memory, rows!, columns!, seed!);
      const table = normals(seed!, 'table', memory.floats(columns! * width!));
      const dense = normals(seed!, 'dense', memory.floats(rows! * width!));
      const out = memory.floats(matrix.columns.length);
      memory.sampleProduct(out, matrix, dense, table, width!);
      for (let row = 0; row < rows!; row++) {
        for (let e = matrix.starts[row]!; e < matrix.starts[row + 1]!; e++) {
          let expected = 0;
          for (let i = 0; i < width!; i++) {
            expected += dense[row * width! + i]! * table[matrix.columns[e]! * width! + i]!;
          }
          expect(Math.abs(out[e]! - expected)).toBeLessThan(1e-4);
        }
      }
    };
    fc.assert(fc.property(problem, agrees), { seed: 1, numRuns: 60 });
  });

  test('the transpose has the entries of each column in the order of the rows', () => {
    const agrees = ({ rows, columns, seed }: Record<string, number>) => {
      const matrix = sparse(memoryFor(), rows!, columns!, seed!);
      const count = matrix.columns.length;
      const into = { starts: new Int32Array(columns! + 1), columns: new Int32Array(count) };
      const permutation = new Int32Array(count);
      transposeRows(matrix, into, permutation);
      const rowOf = (entry: number) => matrix.starts.findIndex((start) => start > entry) - 1;
      const entries = [...matrix.columns.keys()];
      const expected = entries.sort((a, b) => matrix.columns[a]! - matrix.columns[b]! || a - b);
      expect([...permutation]).toEqual(expected);
      expect([...into.columns]).toEqual(expected.map(rowOf));
      const firsts = [...into.starts].map((start) => entries.slice(0, start).length);
      expect(firsts.at(-1)).toBe(count);
    };
    fc.assert(fc.property(problem, agrees), { seed: 1, numRuns: 60 });
  });
});

test('a product from nothing is a product added to zeros', () => {
  const memory = memoryFor();
  const matrix = sparse(memory, 5, 4, 3);
  const table = normals(3, 'table', memory.floats(4 * 36));
  const [fresh, added] = [memory.floats(5 * 36).fill(7), memory.floats(5 * 36)];
  memory.product(fresh, matrix, table, 36);
  memory.addProduct(added, matrix, table, 36);
  expect(fresh).toEqual(added);
});

describe('entries of dense rows above a bar are listed', () => {
  test('row by row, from where the rows before end', () => {
    const agrees = ({ rows, columns, seed }: Record<string, number>) => {
      const [memory, width] = [memoryFor(), 4 * columns!];
      const dense = normals(seed!, 'dense', memory.floats(rows! * width));
      const room = 3 + rows! * width;
      const lists = {
        starts: memory.integers(rows! + 1),
        columns: memory.integers(room),
        values: memory.floats(room),
      };
      lists.starts[0] = 3;
      memory.compact(lists, dense, width, 0.25, room - width);
      const expected = [...dense.keys()].filter((i) => dense[i]! > 0.25);
      const count = 3 + expected.length;
      expect(lists.starts.at(-1)).toBe(count);
      expect([...lists.columns.subarray(3, count)]).toEqual(expected.map((i) => i % width));
      expect([...lists.values.subarray(3, count)]).toEqual(expected.map((i) => dense[i]));
      for (let row = 0; row <= rows!; row++) {
        const before = expected.filter((i) => i < row * width).length;
        expect(lists.starts[row]).toBe(3 + before);
      }
    };
    fc.assert(fc.property(problem, agrees), { seed: 1, numRuns: 60 });
  });

  test('up to a limit, past which a row is finished and the next is left empty', () => {
    const memory = memoryFor();
    const dense = memory.floats(32).fill(1);
    const lists = {
      starts: memory.integers(5),
      columns: memory.integers(18),
      values: memory.floats(18),
    };
    memory.compact(lists, dense, 8, 0, 10);
    expect([...lists.starts]).toEqual([0, 8, 16, 16, 16]);
  });
});

test('the sum of squares counts every number, whatever the length', () => {
  for (const length of [1, 3, 4, 5, 64, 67]) {
    const memory = memoryFor();
    const values = normals(length, 'array', memory.floats(length));
    const expected = values.reduce((sum, value) => sum + value * value, 0);
    expect(memory.squares(values)).toBeCloseTo(expected, 3);
  }
});

describe('the optimizer by kernel steps as the plain one does', () => {
  const table: [string, Partial<DictionaryPlan>][] = [
    ['with decoder rows of norm 1', {}],
    ['with free rows', { unitDecoder: false }],
    ['clipped', { clip: 0.5 }],
    ['clipped, with free rows', { clip: 0.5, unitDecoder: false }],
  ];
  test.each(table)('%s', (_, options) => {
    const config = { architecture: 'standard', d_in: 12, d_sae: 7 };
    const plan = fullPlan({ name: 'one', config, ...options }, { steps: 10, batch: 10 });
    const memory = memoryFor();
    const arrays = (allocate: (length: number) => Float32Array) =>
      new Map(
        Object.entries({ W_enc: 84, b_enc: 7, W_dec: 84, b_dec: 12 }).map(([name, length]) => [
          name,
          normals(5, name, allocate(length)),
        ]),
      );
    const [plain, kernel] = [
      arrays((length) => new Float32Array(length)),
      arrays((length) => memory.floats(length)),
    ];
    // A row of zeros has no direction, and stays.
    for (const parameters of [plain, kernel]) parameters.get('W_dec')!.fill(0, 12, 24);
    const [one, other] = [
      new PlainOptimizer(plan, plain),
      new KernelOptimizer(plan, kernel, memory),
    ];
    for (let step = 0; step < 5; step++) {
      const gradient = () =>
        new Map(
          [...plain].map(([name, { length }]) => [
            name,
            normals(step, name, new Float32Array(length)),
          ]),
        );
      const still = gradient();
      still.get('W_dec')!.fill(0, 12, 24);
      expect(one.step(structuredClone(still), 0.01)).toBe(true);
      expect(other.step(still, 0.01)).toBe(true);
    }
    for (const [name, expected] of plain) {
      expect(largestDifference(kernel.get(name)!, expected), name).toBeLessThan(2e-6);
      const moments = largestDifference(other.state.second.get(name)!, one.state.second.get(name)!);
      expect(moments, name).toBeLessThan(1e-6);
    }
    expect(other.state.step).toBe(5);
    const broken = new Map(
      [...plain].map(([name, array]) => [name, array.slice().fill(Number.NaN)]),
    );
    const before = structuredClone(kernel.get('W_enc'));
    expect(other.step(broken, 0.01)).toBe(false);
    expect(one.step(broken, 0.01)).toBe(false);
    expect(kernel.get('W_enc')).toEqual(before);
  });
});

test('arrays of another memory, and widths that are no multiple of 4, are refused', () => {
  const [memory, other] = [memoryFor(), memoryFor()];
  const matrix = sparse(memory, 2, 2, 1);
  const fits = () => memory.floats(8);
  expect(() => memory.addProduct(other.floats(8), matrix, fits(), 4)).toThrow('another memory');
  expect(() => memory.addProduct(fits(), matrix, fits(), 3)).toThrow('no multiple of 4');
  expect(() => memory.floats(1e6)).toThrow('bytes of');
});

const ROWS = 48;
const SETTINGS: StepSettings = {
  scales: { input: 1.5, target: 1.5 },
  sparsity: 0.5,
  dead: undefined,
  l0Before: undefined,
};

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

function expectSame(sparse: StepResult, dense: StepResult): void {
  const near = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThan(1e-5 * Math.abs(b));
  near(sparse.loss, dense.loss);
  expect(Object.keys(sparse.terms)).toEqual(Object.keys(dense.terms));
  for (const name of Object.keys(dense.terms)) near(sparse.terms[name]!, dense.terms[name]!);
  expect(sparse.l0).toBeCloseTo(dense.l0, 5);
  near(sparse.variance, dense.variance);
  expect(largestDifference(sparse.rowErrors, dense.rowErrors)).toBeLessThan(1e-3);
  const active = (fired: Float32Array) => [...fired].map((value) => value > 0);
  expect(active(sparse.fired)).toEqual(active(dense.fired));
  expect([...sparse.gradients.keys()].sort()).toEqual([...dense.gradients.keys()].sort());
  for (const [name, gradient] of dense.gradients) {
    const size = Math.max(...gradient.map(Math.abs));
    const difference = largestDifference(sparse.gradients.get(name)!, gradient);
    expect(difference / size, name).toBeLessThan(1e-5);
  }
}

describe('a sparse step is the dense step of the same formula', () => {
  const table: [string, Record<string, unknown>][] = [
    ['topk', { architecture: 'topk', k: 5 }],
    [
      'topk without b_dec at its input',
      { architecture: 'topk', k: 5, apply_b_dec_to_input: false },
    ],
    ['standard', { architecture: 'standard', l1_coefficient: 0.3 }],
    ['transcoder', { architecture: 'transcoder', d_out: 12 }],
  ];
  test.each(table)('%s', async (_, settings) => {
    const config = { d_in: 40, d_sae: 160, ...settings } as never;
    const plan = fullPlan({ name: 'one', config }, { steps: 10, batch: ROWS });
    expect(isSparse(plan.config, ROWS)).toBe(true);
    const sparse = new SparseEngine(plan, ROWS, runtime);
    for (const [name, array] of sparse.parameters) {
      const change = normals(2, name, new Float32Array(array.length));
      array.forEach((value, i) => {
        array[i] = value + 0.1 * change[i]!;
      });
    }
    // Sparse enough for lists of a sixteenth of the latents.
    if (!('k' in settings)) sparse.parameters.get('b_enc')!.fill(-4);
    const dense = new GraphEngine(plan, ROWS, runtime, sparse);
    const rows = (name: string, width: number) => ({
      data: normals(3, name, new Float32Array(ROWS * width)),
      width,
    });
    const { d_out } = plan.config;
    const target = d_out === undefined ? {} : { target: rows('y', d_out) };
    const batch = { x: rows('x', 40), ...target };
    const expected = await dense.run(batch, SETTINGS);
    expect(expected.l0).toBeGreaterThan(1);
    expect(expected.l0).toBeLessThan(10);
    const found = await sparse.run(batch, SETTINGS);
    // Two different ways: not a bit for bit equal result of one and the same.
    expect(found.gradients.get('W_enc')).not.toEqual(expected.gradients.get('W_enc'));
    expectSame(found, expected);
    expectSame(await sparse.run(batch, SETTINGS), expected);
    await sparse.close();
    await dense.close();
  });
});

test('a step with too many active latents, or with dead ones to revive, is the dense one', async () => {
  const config = { architecture: 'standard', d_in: 8, d_sae: 64 };
  const plan = fullPlan({ name: 'one', config }, { steps: 10, batch: ROWS });
  const sparse = new SparseEngine(plan, ROWS, runtime);
  const dense = new GraphEngine(plan, ROWS, runtime, sparse);
  const x = { data: normals(3, 'x', new Float32Array(ROWS * 8)), width: 8 };
  const [found, expected] = [await sparse.run({ x }, SETTINGS), await dense.run({ x }, SETTINGS)];
  expect(expected.l0).toBeGreaterThan(10);
  expect(found).toEqual(expected);
  await sparse.close();
  await dense.close();
});

test('kinds, widths and shares of active latents that sparse steps do not know are left to graphs', () => {
  const sizes = { d_in: 40, d_sae: 160 };
  const sparse = (config: Record<string, unknown>, rows = 10) =>
    isSparse({ architecture: 'topk', ...sizes, k: 5, ...config }, rows);
  expect(sparse({})).toBe(true);
  expect(sparse({ d_in: 41 })).toBe(false);
  expect(sparse({ d_out: 3 })).toBe(false);
  expect(sparse({ k: 11 })).toBe(false);
  expect(sparse({ architecture: 'gated' })).toBe(false);
  expect(sparse({ d_in: 4096, d_sae: 2 ** 20 })).toBe(false);
});
