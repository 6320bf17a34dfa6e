/** @file Sizes that are known only when a program runs: their algebra, and one program for many sizes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeRuntime } from '../../src/model/runtime.ts';
import {
  addDims,
  compile,
  concat,
  type Dim,
  gradients,
  type HostTensor,
  input,
  multiplyDims,
  pad,
  type Tensor,
  termsOf,
} from '../../src/tensor/index.ts';
import { Draw } from './case.ts';
import { expectClose, numbers } from './check.ts';
import {
  concat as join,
  logSumExp,
  matmul,
  mean,
  reduce,
  rows,
  slice,
  softmax,
  swapLast,
  transpose,
  type Values,
} from './reference.ts';

const runtime = nodeRuntime({ threads: 1 });

function evaluate(dim: Dim, sizes: Readonly<Record<string, number>>): number {
  return [...termsOf(dim)].reduce(
    (sum, [names, factor]) =>
      sum +
      names
        .split('*')
        .filter(Boolean)
        .reduce((product, name) => product * sizes[name]!, factor),
    0,
  );
}

describe('sizes', () => {
  const dim = fc.oneof(
    fc.nat(4),
    fc.constantFrom('a', 'b', 'seq', '2*a', 'a+b', 'a*b+3', 'b+2*seq'),
  );

  test('add and multiply as the numbers they stand for', () => {
    const values = { a: 3, b: 5, seq: 7 };
    const property = fc.property(fc.array(dim, { minLength: 1, maxLength: 4 }), (dims) => {
      const numbers = dims.map((d) => evaluate(d, values));
      expect(evaluate(addDims(dims), values)).toBe(numbers.reduce((a, b) => a + b, 0));
      expect(evaluate(multiplyDims(dims), values)).toBe(numbers.reduce((a, b) => a * b, 1));
    });
    fc.assert(property, { seed: 1, numRuns: 300 });
  });

  test('have one spelling, whatever the order', () => {
    const property = fc.property(fc.array(dim, { minLength: 2, maxLength: 4 }), (dims) => {
      const reversed = [...dims].reverse();
      expect(addDims(reversed)).toBe(addDims(dims));
      expect(multiplyDims(reversed)).toBe(multiplyDims(dims));
    });
    fc.assert(property, { seed: 2, numRuns: 300 });
  });

  test.each<[Dim, Dim]>([
    [multiplyDims(['seq', 'batch']), 'batch*seq'],
    [multiplyDims(['past+seq', 2]), '2*past+2*seq'],
    [addDims(['seq', 1, 'past', 2]), 'past+seq+3'],
    [addDims(['seq', 'seq']), '2*seq'],
    [multiplyDims(['seq', 0]), 0],
    [multiplyDims([]), 1],
    [addDims([]), 0],
  ])('%s is spelled %s', (actual, expected) => {
    expect(actual).toBe(expected);
  });
});

/** One program, run for several sizes against the reference. */
async function checkSizes<Names extends string>(
  outputs: Record<Names, Tensor>,
  sizes: readonly Readonly<Record<string, number>>[],
  draw: (from: Draw, sizes: Readonly<Record<string, number>>) => Record<string, Values>,
  expected: (feeds: Readonly<Record<string, Values>>) => Record<Names, Values>,
): Promise<void> {
  const program = await compile({ runtime, outputs });
  for (const size of sizes) {
    const property = fc.asyncProperty(fc.gen(), async (g) => {
      const feeds = draw(new Draw(g), size);
      const hosts: Record<string, HostTensor> = {};
      for (const [name, { data, shape }] of Object.entries(feeds))
        hosts[name] = runtime.tensor('float64', data, shape);
      const results = await program.run(hosts);
      for (const [name, values] of Object.entries<Values>(expected(feeds))) {
        const result = results[name as Names];
        expect(result.dims, `${name} for ${JSON.stringify(size)}`).toEqual(values.shape);
        expectClose(numbers(result), values.data, 1e-9, `${name} for ${JSON.stringify(size)}`);
      }
    });
    await fc.assert(property, { seed: 1, numRuns: 2, endOnFailure: true });
  }
  await program.release();
}

function shaped({ data }: Values, ...shape: number[]): Values {
  return { shape, data };
}

const LENGTHS = [
  { batch: 1, past: 0, seq: 1 },
  { batch: 2, past: 0, seq: 3 },
  { batch: 1, past: 4, seq: 1 },
  { batch: 3, past: 2, seq: 2 },
];

test('attention over a cache of any length, also of none, is one program', async () => {
  const q = input('q', 'float64', ['batch', 'seq', 4]);
  const keys = concat(
    [
      input('pastKeys', 'float64', ['batch', 'past', 4]),
      input('keys', 'float64', ['batch', 'seq', 4]),
    ],
    1,
  );
  const values = concat(
    [
      input('pastValues', 'float64', ['batch', 'past', 2]),
      input('values', 'float64', ['batch', 'seq', 2]),
    ],
    1,
  );
  const pattern = q.matmul(keys, { transposeB: true, alpha: 0.5 }).softmax();
  const [onPast, onNew] = pattern.split(-1, ['past', 'seq']) as [Tensor, Tensor];
  expect(pattern.shape).toEqual(['batch', 'seq', 'past+seq']);
  await checkSizes(
    { z: pattern.matmul(values), onPast, onNew },
    LENGTHS,
    (from, { batch, past, seq }) => ({
      q: from.reals([batch!, seq!, 4]),
      pastKeys: from.reals([batch!, past!, 4]),
      keys: from.reals([batch!, seq!, 4]),
      pastValues: from.reals([batch!, past!, 2]),
      values: from.reals([batch!, seq!, 2]),
    }),
    (feeds) => {
      const past = feeds.pastKeys!.shape[1]!;
      const scores = matmul(feeds.q!, swapLast(join([feeds.pastKeys!, feeds.keys!], 1)), 0.5);
      const weights = rows(scores, softmax);
      return {
        z: matmul(weights, join([feeds.pastValues!, feeds.values!], 1)),
        onPast: slice(weights, 2, 0, past),
        onNew: slice(weights, 2, past, weights.shape[2]!),
      };
    },
  );
});

test('axes are merged, split, transposed and averaged', async () => {
  const x = input('x', 'float64', ['batch', 'seq', 6]);
  const merged = x.reshape('batch*seq', 6);
  await checkSizes(
    {
      merged,
      back: merged
        .add(1)
        .reshape('batch', 'seq', 2, 3)
        .transpose(0, 2, 1, 3)
        .reshape('batch', 2, '3*seq'),
      flat: x.reshape(multiplyDims(x.shape)),
      mean: x.mean(),
      meanOfRows: x.mean([0, 1]),
      total: x.logSumExp([1]),
      wide: x.sum(0, true).broadcastTo('batch', 'seq', 6),
      padded: pad(x, 1, 1, 2),
    },
    [
      { batch: 1, seq: 1 },
      { batch: 3, seq: 2 },
      { batch: 2, seq: 5 },
    ],
    (from, { batch, seq }) => ({ x: from.reals([batch!, seq!, 6]) }),
    ({ x: values }) => {
      const [batch, seq] = values!.shape as [number, number];
      const more = { shape: [batch, seq, 2, 3], data: values!.data.map((value) => value + 1) };
      const zeros = (count: number) => ({
        shape: [batch, count, 6],
        data: new Float64Array(batch * count * 6),
      });
      const summed = reduce(values!, [0], true, (entries) => entries.reduce((a, b) => a + b, 0));
      return {
        merged: shaped(values!, batch * seq, 6),
        back: shaped(transpose(more, [0, 2, 1, 3]), batch, 2, 3 * seq),
        flat: shaped(values!, batch * seq * 6),
        mean: reduce(values!, [0, 1, 2], false, mean),
        meanOfRows: reduce(values!, [0, 1], false, mean),
        total: reduce(values!, [1], false, logSumExp),
        wide: join(
          Array.from({ length: batch }, () => summed),
          0,
        ),
        padded: join([zeros(1), values!, zeros(2)], 1),
      };
    },
  );
});

test('gradients flow through joined, split, averaged and reshaped symbolic axes', async () => {
  const past = input('past', 'float64', ['batch', 'past', 2]);
  const fresh = input('fresh', 'float64', ['batch', 'seq', 2]);
  const joined = concat([past, fresh], 1);
  const loss = joined.reshape('batch', '2*past+2*seq').square().mean().mul(3);
  const [dPast, dFresh] = gradients(loss, [past, fresh]);
  await checkSizes(
    { dPast: dPast!, dFresh: dFresh! },
    LENGTHS,
    (from, { batch, past: length, seq }) => ({
      past: from.reals([batch!, length!, 2]),
      fresh: from.reals([batch!, seq!, 2]),
    }),
    (feeds) => {
      const count = feeds.past!.data.length + feeds.fresh!.data.length;
      const slope = ({ shape, data }: Values) => ({
        shape,
        data: data.map((x) => (3 * 2 * x) / count),
      });
      return { dPast: slope(feeds.past!), dFresh: slope(feeds.fresh!) };
    },
  );
});

test('an axis of no entries can be reshaped beside sizes that are not known', async () => {
  const x = input('x', 'float64', ['past', 'seq', 2]);
  await checkSizes(
    {
      merged: x.reshape('past', '2*seq'),
      split: x.reshape('past*seq', 2).reshape('past', 'seq', 1, 2),
      swapped: x.reshape('seq', 'past', 2),
    },
    [
      { past: 0, seq: 3 },
      { past: 2, seq: 0 },
      { past: 2, seq: 3 },
    ],
    (from, { past, seq }) => ({ x: from.reals([past!, seq!, 2]) }),
    ({ x: values }) => {
      const [past, seq] = values!.shape as [number, number];
      return {
        merged: shaped(values!, past, 2 * seq),
        split: shaped(values!, past, seq, 1, 2),
        swapped: shaped(values!, seq, past, 2),
      };
    },
  );
  const empty = input('x', 'float64', [2, 0]);
  await checkSizes(
    { y: empty.reshape(0, 3) },
    [{}],
    (from) => ({ x: from.reals([2, 0]) }),
    () => ({ y: { shape: [0, 3], data: new Float64Array(0) } }),
  );
});

test('entries of a symbolic axis can be taken; too short an axis is an error, not a shorter result', async () => {
  const x = input('x', 'float64', ['batch', 'seq']);
  const program = await compile({ runtime, outputs: { y: x.slice(1, 1, 3) } });
  const feed = (shape: number[]) => ({
    x: runtime.tensor(
      'float64',
      Float64Array.from({ length: shape[0]! * shape[1]! }, (_, i) => i),
      shape,
    ),
  });
  expect(numbers((await program.run(feed([2, 4]))).y)).toEqual([1, 2, 5, 6]);
  await expect(program.run(feed([2, 2]))).rejects.toThrow();
  await program.release();
});

test('a size that no input carries is an error that names it', async () => {
  const x = input('x', 'float64', ['2*seq']);
  await expect(compile({ runtime, outputs: { y: x.sum().broadcastTo('seq') } })).rejects.toThrow(
    "no input of the program has the size 'seq' that 'seq' needs",
  );
});

test('bad names and shapes of inputs are refused', () => {
  expect(() => input('', 'float32', [1])).toThrow("input '': bad name or shape [1]");
  expect(() => input('x', 'float32', [-1])).toThrow("input 'x': bad name or shape [-1]");
  expect(() => input('x', 'float32', [1.5, ''])).toThrow("input 'x': bad name or shape [1.5, ]");
});
