/** @file Test cases of reductions, of softmax and of the normalizations. */
import type { Tensor } from '../../../src/tensor/index.ts';
import type { Case, Draw, Operand } from '../case.ts';
import { concat, logSumExp, map, mean, reduce, rows, slice, softmax } from '../reference.ts';

/** No, one or several axes of a shape, some counted from the end. */
function drawAxes(from: Draw, rank: number): readonly number[] | undefined {
  if (rank === 0 || from.integer(0, 3) === 0) return undefined;
  const axes = Array.from({ length: rank }, (_, axis) => axis).filter(() => from.boolean());
  return axes.map((axis) => (from.boolean() ? axis - rank : axis));
}

type ReductionName = 'sum' | 'mean' | 'max' | 'min' | 'norm' | 'logSumExp';

function reduction(name: ReductionName, f: (entries: number[]) => number): Case {
  return {
    name,
    wrong: [
      { operands: [['float32', 2, 'seq']], build: (x) => x[name](2) },
      { operands: [['float32', 2]], build: (x) => x[name]([0, -2]) },
      { operands: [['bool', 2]], build: (x) => x[name](0) },
    ],
    draw: (from) => {
      const x = from.reals(from.shape());
      const axes = drawAxes(from, x.shape.length);
      const keep = from.boolean();
      const all = x.shape.map((_, axis) => axis);
      const list = axes?.map((axis) => (axis < 0 ? axis + x.shape.length : axis)) ?? all;
      // Without axes there is nothing to reduce: every entry is its own.
      const expected = reduce(x, list, keep, f);
      return { operands: [x], build: ([a]) => a![name](axes, keep), expected };
    },
  };
}

const argmax: Case = {
  name: 'argmax',
  wrong: [
    { operands: [['float32', 2, 3]], build: (x) => x.argmax(2) },
    { operands: [['bool', 2]], build: (x) => x.argmax() },
  ],
  draw: (from) => {
    const x = from.reals(from.shape(1));
    const axis = from.integer(0, x.shape.length - 1);
    const expected = reduce(x, [axis], false, (entries) => entries.indexOf(Math.max(...entries)));
    return { operands: [x], build: ([a]) => a!.argmax(axis), expected };
  },
  differentiable: false,
};

const cumsum: Case = {
  name: 'cumsum',
  wrong: [
    { operands: [['float32', 2, 3]], build: (x) => x.cumsum(-3) },
    { operands: [['bool', 2]], build: (x) => x.cumsum() },
  ],
  draw: (from) => {
    const x = from.reals(from.shape(1));
    const axis = from.integer(0, x.shape.length - 1);
    const parts = Array.from({ length: x.shape[axis]! }, (_, i) =>
      reduce(slice(x, axis, 0, i + 1), [axis], true, (entries) =>
        entries.reduce((a, b) => a + b, 0),
      ),
    );
    return { operands: [x], build: ([a]) => a!.cumsum(axis), expected: concat(parts, axis) };
  },
};

function rowwise(name: 'softmax' | 'logSoftmax', f: (row: number[]) => number[]): Case {
  return {
    name,
    wrong: [
      { operands: [['float32']], build: (x) => x[name]() },
      { operands: [['int64', 2, 3]], build: (x) => x[name]() },
    ],
    draw: (from) => {
      const x = from.reals(from.shape(1));
      return { operands: [x], build: ([a]) => a![name](), expected: rows(x, f) };
    },
  };
}

type Norm = (x: Tensor, weight: Tensor, bias: Tensor) => Tensor;

function normalization(
  name: string,
  method: Norm,
  f: (row: number[]) => number[],
  biased: boolean,
): Case {
  const weights = biased ? 2 : 1;
  const vectors = (size: number | string) =>
    Array.from({ length: weights }, () => ['float32', size] as const);
  return {
    name,
    wrong: [
      { operands: [['float32', 2, 4], ...vectors(3)], build: method },
      { operands: [['float32'], ...vectors(1)], build: method },
      { operands: [['float64', 2, 4], ...vectors(4)], build: method },
      { operands: [['float32', 2, 'd'], ...vectors(4)], build: method },
    ],
    draw: (from) => {
      // Rows of one entry have no deviation to divide by.
      const shape = [...from.shape(0, 2), from.integer(2, 5)];
      const x = from.reals(shape);
      const [weight, bias] = [from.reals(shape.slice(-1)), from.reals(shape.slice(-1))];
      const scaled = map((value, w) => value * w, rows(x, f), weight);
      const expected = biased ? map((value, b) => value + b, scaled, bias) : scaled;
      const operands: Operand[] = biased ? [x, weight, bias] : [x, weight];
      return { operands, build: ([a, w, b]) => method(a!, w!, b!), expected };
    },
  };
}

const EPSILON = 0.01;

function rms(row: readonly number[]): number[] {
  const scale = Math.sqrt(mean(row.map((x) => x * x)) + EPSILON);
  return row.map((x) => x / scale);
}

export const REDUCTION: Case[] = [
  reduction('sum', (entries) => entries.reduce((a, b) => a + b, 0)),
  reduction('mean', mean),
  reduction('max', (entries) => Math.max(...entries)),
  reduction('min', (entries) => Math.min(...entries)),
  reduction('norm', (entries) => Math.hypot(...entries)),
  reduction('logSumExp', logSumExp),
  argmax,
  cumsum,
  rowwise('softmax', softmax),
  rowwise('logSoftmax', (row) => row.map((x) => x - logSumExp(row))),
  normalization('rmsNorm', (x, weight) => x.rmsNorm(weight, EPSILON), rms, false),
  normalization(
    'layerNorm',
    (x, weight, bias) => x.layerNorm(weight, bias, EPSILON),
    (row) => rms(row.map((x) => x - mean(row))),
    true,
  ),
];
