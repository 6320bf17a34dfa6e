/** @file Test cases of operations that move data. */
import { concat as join, pad as padding } from '../../../src/tensor/index.ts';
import type { Case, Draw } from '../case.ts';
import {
  at,
  build,
  concat as referenceConcat,
  slice as referenceSlice,
  transpose as referenceTranspose,
} from '../reference.ts';

const reshape: Case = {
  name: 'reshape',
  wrong: [
    { operands: [['float32', 2, 3]], build: (x) => x.reshape(4) },
    { operands: [['float32', 'batch', 4]], build: (x) => x.reshape('seq', 4) },
  ],
  draw: (from) => {
    const x = from.reals(from.shape(2, 4));
    const [first, second, ...rest] = x.shape as [number, number, ...number[]];
    const form = from.pick(['merge', 'split', 'insert', 'flatten'] as const);
    const shapes = {
      merge: [first * second, ...rest],
      split: x.shape,
      insert: [first, 1, second, ...rest],
      flatten: [x.data.length],
    };
    return {
      operands: [x],
      build: ([a], sizes) => {
        const merged = a!.reshape(sizes.product(first, second), ...rest.map(sizes.of));
        return {
          merge: () => merged,
          split: () => merged.reshape(...x.shape.map(sizes.of)),
          insert: () => a!.reshape(sizes.of(first), 1, sizes.of(second), ...rest.map(sizes.of)),
          flatten: () => a!.reshape(sizes.product(...x.shape)),
        }[form]();
      },
      expected: { shape: shapes[form], data: x.data },
    };
  },
};

const transpose: Case = {
  name: 'transpose',
  wrong: [
    { operands: [['float32', 2, 3]], build: (x) => x.transpose(0, 0) },
    { operands: [['float32', 2, 3]], build: (x) => x.transpose(0) },
    { operands: [['float32', 2, 3]], build: (x) => x.transpose(0, 2) },
  ],
  draw: (from) => {
    const x = from.reals(from.shape(0, 4));
    const order = x.shape.map((_, axis) => axis).reverse();
    // Without arguments, the axes are reversed.
    if (from.boolean())
      return {
        operands: [x],
        build: ([a]) => a!.transpose(),
        expected: referenceTranspose(x, order),
      };
    const shift = from.integer(0, order.length);
    const permutation = [...order.slice(shift), ...order.slice(0, shift)];
    return {
      operands: [x],
      build: ([a]) => a!.transpose(...permutation),
      expected: referenceTranspose(x, permutation),
    };
  },
};

/** A tensor of at least one axis, and one of its axes. */
function drawAxis(from: Draw) {
  const x = from.reals(from.shape(1));
  const axis = from.integer(0, x.shape.length - 1);
  return { x, axis, size: x.shape[axis]!, spelled: from.boolean() ? axis : axis - x.shape.length };
}

const slice: Case = {
  name: 'slice',
  wrong: [
    { operands: [['float32', 2, 3]], build: (x) => x.slice(1, 0, 4) },
    { operands: [['float32', 2, 3]], build: (x) => x.slice(1, 2, 1) },
    { operands: [['float32', 2, 3]], build: (x) => x.slice(0, -1, 1) },
    { operands: [['float32', 2, 3]], build: (x) => x.slice(0, 0.5, 1) },
    { operands: [['float32', 2, 3]], build: (x) => x.slice(2, 0, 1) },
  ],
  draw: (from) => {
    const { x, axis, size, spelled } = drawAxis(from);
    const start = from.integer(0, size);
    const end = from.integer(start, size);
    return {
      operands: [x],
      build: ([a]) => a!.slice(spelled, start, end),
      expected: referenceSlice(x, axis, start, end),
    };
  },
  symbolic: false,
};

const pad: Case = {
  name: 'pad',
  wrong: [
    { operands: [['float32', 2, 3]], build: (x) => padding(x, 1, -1, 0) },
    { operands: [['float32', 2, 3]], build: (x) => padding(x, 2, 1, 0) },
  ],
  draw: (from) => {
    const { x, axis, size, spelled } = drawAxis(from);
    const [before, after] = [from.integer(0, 2), from.integer(0, 2)];
    const shape = x.shape.map((dim, i) => (i === axis ? dim + before + after : dim));
    const expected = build(shape, (index) => {
      const inside = index[axis]! - before;
      return inside < 0 || inside >= size
        ? 0
        : at(
            x,
            index.map((i, a) => (a === axis ? inside : i)),
          );
    });
    return { operands: [x], build: ([a]) => padding(a!, spelled, before, after), expected };
  },
};

const split: Case = {
  name: 'split',
  wrong: [
    { operands: [['float32', 2, 3]], build: (x) => x.split(1, [1, 1]) },
    { operands: [['float32', 2, 'past+seq']], build: (x) => x.split(1, ['past', 'past']) },
    { operands: [['float32', 2, 3]], build: (x) => x.split(1, []) },
    { operands: [['float32', 2, 3]], build: (x) => x.split(-3, [2]) },
  ],
  draw: (from) => {
    const { x, axis, size, spelled } = drawAxis(from);
    const first = from.integer(0, size);
    const expected = [referenceSlice(x, axis, 0, first), referenceSlice(x, axis, first, size)];
    const sizes = [first, size - first];
    // One part of several, at times: the others then have no gradient.
    const part = from.integer(0, 2);
    return {
      operands: [x],
      build: ([a]) => {
        const parts = a!.split(spelled, sizes);
        return part < 2 ? parts[part]! : parts;
      },
      expected: part < 2 ? expected[part]! : expected,
    };
  },
  symbolic: false,
};

const concat: Case = {
  name: 'concat',
  wrong: [
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 3, 3],
      ],
      build: (a, b) => join([a, b], 1),
    },
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 2],
      ],
      build: (a, b) => join([a, b], 0),
    },
    {
      operands: [
        ['float32', 2],
        ['float64', 2],
      ],
      build: (a, b) => join([a, b], 0),
    },
    {
      operands: [
        ['float32', 2],
        ['float32', 2],
      ],
      build: (a, b) => join([a, b], 1),
    },
  ],
  draw: (from) => {
    const { x, axis, spelled } = drawAxis(from);
    const parts = Array.from({ length: from.integer(0, 2) }, () =>
      from.reals(x.shape.map((size, i) => (i === axis ? from.integer(1, 3) : size))),
    );
    const operands = [x, ...parts];
    return {
      operands,
      build: (all) => join(all, spelled),
      expected: referenceConcat(operands, axis),
    };
  },
};

const broadcastTo: Case = {
  name: 'broadcastTo',
  wrong: [
    { operands: [['float32', 2, 3]], build: (x) => x.broadcastTo(3, 3) },
    { operands: [['float32', 2, 3]], build: (x) => x.broadcastTo(3) },
    { operands: [['float32', 'seq']], build: (x) => x.broadcastTo('batch') },
  ],
  draw: (from) => {
    const shape = from.shape();
    const x = from.reals(from.narrower(shape));
    const like = from.reals(shape);
    // `like` carries the symbolic sizes into the program.
    const expected = [build(shape, (index) => at(x, index)), like];
    return {
      operands: [x, like],
      build: ([a, b], sizes) => [a!.broadcastTo(...shape.map(sizes.of)), b!],
      expected,
    };
  },
};

export const MOVEMENT: Case[] = [reshape, transpose, slice, pad, split, concat, broadcastTo];
