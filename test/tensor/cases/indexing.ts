/** @file Test cases of operations that pick entries by index. */
import { addAtLast as addAt, scatterAdd as scatter } from '../../../src/tensor/index.ts';
import type { Case, Draw, Operand } from '../case.ts';
import {
  build,
  gather as referenceGather,
  scatterAdd as referenceScatter,
  rows,
  type Values,
} from '../reference.ts';

const gather: Case = {
  name: 'gather',
  wrong: [
    {
      operands: [
        ['float32', 4, 2],
        ['float32', 3],
      ],
      build: (x, i) => x.gather(i),
    },
    { operands: [['float32'], ['int64', 3]], build: (x, i) => x.gather(i) },
  ],
  draw: (from) => {
    const table = from.reals(from.shape(1));
    const at = from.integers(from.shape(0, 2), table.shape[0]!);
    return {
      operands: [table, at],
      build: ([x, i]) => x!.gather(i!),
      expected: referenceGather(table, at),
    };
  },
};

const scatterAdd: Case = {
  name: 'scatterAdd',
  wrong: [
    {
      operands: [
        ['int64', 3],
        ['float32', 3, 4],
      ],
      build: (i, x) => scatter(i, x, [5, 2]),
    },
    {
      operands: [
        ['float32', 3],
        ['float32', 3, 2],
      ],
      build: (i, x) => scatter(i, x, [5, 2]),
    },
    {
      operands: [
        ['int64', 3],
        ['bool', 3, 2],
      ],
      build: (i, x) => scatter(i, x, [5, 2]),
    },
    { operands: [['int64'], ['float32']], build: (i, x) => scatter(i, x, []) },
  ],
  draw: (from) => {
    const shape = from.shape(1);
    const at = from.integers(from.shape(0, 2), shape[0]!);
    const updates = from.reals([...at.shape, ...shape.slice(1)]);
    const like = from.reals(shape);
    return {
      operands: [at, updates, like],
      build: ([i, x, l], sizes) => [scatter(i!, x!, shape.map(sizes.of)), l!],
      expected: [referenceScatter(at, updates, shape), like],
    };
  },
};

/** A tensor, and indices [..., k] into its last axis. */
function drawLast(from: Draw): { x: Operand; at: Operand } {
  const x = from.reals(from.shape(1));
  const lead = x.shape.slice(0, -1);
  return { x, at: from.integers([...lead, from.integer(1, 4)], x.shape.at(-1)!) };
}

/** The picks of each row: `indices` and the row number. */
function pick(x: Values, at: Values): Values {
  const [size, k] = [x.shape.at(-1)!, at.shape.at(-1)!];
  return { shape: at.shape, data: at.data.map((i, n) => x.data[Math.floor(n / k) * size + i]!) };
}

const gatherLast: Case = {
  name: 'gatherLast',
  wrong: [
    {
      operands: [
        ['float32', 2, 3],
        ['int64', 3, 1],
      ],
      build: (x, i) => x.gatherLast(i),
    },
    {
      operands: [
        ['float32', 2, 3],
        ['int32', 2, 1],
      ],
      build: (x, i) => x.gatherLast(i),
    },
    { operands: [['float32', 3], ['int64']], build: (x, i) => x.gatherLast(i) },
  ],
  draw: (from) => {
    const { x, at } = drawLast(from);
    return { operands: [x, at], build: ([a, i]) => a!.gatherLast(i!), expected: pick(x, at) };
  },
};

const addAtLast: Case = {
  name: 'addAtLast',
  wrong: [
    {
      operands: [
        ['float32', 2, 3],
        ['int64', 2, 1],
        ['float32', 2, 2],
      ],
      build: addAt,
    },
    {
      operands: [
        ['float32', 2, 3],
        ['int64', 2, 1],
        ['float64', 2, 1],
      ],
      build: addAt,
    },
    {
      operands: [
        ['float32', 2, 3],
        ['int64', 1],
        ['float32', 1],
      ],
      build: addAt,
    },
  ],
  draw: (from) => {
    const { x, at } = drawLast(from);
    const updates = from.reals(at.shape);
    const [size, k] = [x.shape.at(-1)!, at.shape.at(-1)!];
    const data = x.data.slice();
    at.data.forEach((i, n) => {
      data[Math.floor(n / k) * size + i]! += updates.data[n]!;
    });
    return {
      operands: [x, at, updates],
      build: ([a, i, u]) => addAt(a!, i!, u!),
      expected: { shape: x.shape, data },
    };
  },
};

const topK: Case = {
  name: 'topK',
  wrong: [
    { operands: [['float32', 2, 3]], build: (x) => x.topK(4) },
    { operands: [['float32', 2, 3]], build: (x) => x.topK(0) },
    { operands: [['float32', 2, 'n']], build: (x) => x.topK(1.5) },
    { operands: [['float32']], build: (x) => x.topK(1) },
    { operands: [['bool', 2]], build: (x) => x.topK(1) },
  ],
  draw: (from) => {
    const x = from.reals([...from.shape(0, 2), from.integer(1, 5)]);
    const k = from.integer(1, x.shape.at(-1)!);
    const order = (row: number[]) =>
      row
        .map((_, i) => i)
        .sort((a, b) => row[b]! - row[a]! || a - b)
        .slice(0, k);
    return {
      operands: [x],
      build: ([a]) => {
        const { values, indices } = a!.topK(k);
        return [values, indices];
      },
      expected: [rows(x, (row) => order(row).map((i) => row[i]!)), rows(x, order)],
    };
  },
};

const oneHot: Case = {
  name: 'oneHot',
  wrong: [{ operands: [['float32', 2]], build: (x) => x.oneHot(3) }],
  draw: (from) => {
    const at = from.integers(from.shape(0, 2), 4);
    const depth = from.integer(1, 4);
    const type = from.pick(['float32', 'float64', 'int64', 'bool'] as const);
    const expected = build([...at.shape, depth], (index) => {
      const flat = index.slice(0, -1).reduce((n, i, axis) => n * at.shape[axis]! + i, 0);
      return Number(at.data[flat] === index.at(-1));
    });
    return { operands: [at], build: ([i]) => i!.oneHot(depth, type), expected };
  },
};

export const INDEXING: Case[] = [gather, scatterAdd, gatherLast, addAtLast, topK, oneHot];
