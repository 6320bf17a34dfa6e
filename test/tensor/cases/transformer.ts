/** @file Test cases of matrix products and of the parts of a transformer. */
import {
  attention as attend,
  crossEntropy as loss,
  type Tensor,
} from '../../../src/tensor/index.ts';
import type { Case, Draw, Operand } from '../case.ts';
import {
  logSumExp,
  matmul as product,
  attention as referenceAttention,
  rope as rotate,
  swapLast,
} from '../reference.ts';

/** A matrix [..., rows, columns], stored transposed or not. */
function drawMatrix(
  from: Draw,
  lead: readonly number[],
  rows: number,
  columns: number,
  transposed: boolean,
): Operand {
  return from.reals([...lead, ...(transposed ? [columns, rows] : [rows, columns])]);
}

const matmul: Case = {
  name: 'matmul',
  wrong: [
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 4, 2],
      ],
      build: (a, b) => a.matmul(b),
    },
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 3, 2],
      ],
      build: (a, b) => a.matmul(b, { transposeB: true }),
    },
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 3],
      ],
      build: (a, b) => a.matmul(b),
    },
    {
      operands: [
        ['float32', 2, 3],
        ['float64', 3, 2],
      ],
      build: (a, b) => a.matmul(b),
    },
    {
      operands: [
        ['int64', 2, 3],
        ['int64', 3, 2],
      ],
      build: (a, b) => a.matmul(b),
    },
    {
      operands: [
        ['float32', 2, 3, 3],
        ['float32', 4, 3, 3],
      ],
      build: (a, b) => a.matmul(b),
    },
    {
      operands: [
        ['float32', 2, 'k'],
        ['float32', 'seq', 2],
      ],
      build: (a, b) => a.matmul(b),
    },
  ],
  draw: (from) => {
    const [m, k, n] = [from.integer(1, 3), from.integer(1, 3), from.integer(1, 3)];
    const [transposeA, transposeB] = [from.boolean(), from.boolean()];
    const leads = from.pair(2);
    const a = drawMatrix(from, leads[0], m, k, transposeA);
    const b = drawMatrix(from, leads[1], k, n, transposeB);
    const alpha = from.pick([1, 0.3, -2]);
    return {
      operands: [a, b],
      build: ([x, y]) => x!.matmul(y!, { transposeA, transposeB, alpha }),
      expected: product(transposeA ? swapLast(a) : a, transposeB ? swapLast(b) : b, alpha),
    };
  },
};

const scaled = (q: Tensor, k: Tensor, v: Tensor, mask: Tensor) => attend(q, k, v, mask, 0.3);

const attention: Case = {
  name: 'attention',
  wrong: [
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 4, 2],
        ['float32', 4, 3],
        ['float32', 2, 4],
      ],
      build: scaled,
    },
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 4, 3],
        ['float32', 5, 3],
        ['float32', 2, 4],
      ],
      build: scaled,
    },
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 4, 3],
        ['float32', 4, 3],
        ['float32', 3, 4],
      ],
      build: scaled,
    },
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 4, 3],
        ['float32', 4, 3],
        ['float32', 5, 2, 4],
      ],
      build: scaled,
    },
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 5, 4, 3],
        ['float32', 4, 3],
        ['float32', 2, 4],
      ],
      build: scaled,
    },
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 4, 3],
        ['float64', 4, 3],
        ['float32', 2, 4],
      ],
      build: scaled,
    },
    {
      operands: [
        ['float32', 3],
        ['float32', 4, 3],
        ['float32', 4, 3],
        ['float32', 4],
      ],
      build: scaled,
    },
  ],
  draw: (from) => {
    const [n, m, d, e] = [
      from.integer(1, 3),
      from.integer(1, 3),
      from.integer(1, 3),
      from.integer(1, 2),
    ];
    const lead = from.shape(0, 2);
    const q = from.reals([...lead, n, d]);
    const k = from.reals([...from.narrower(lead), m, d]);
    const v = from.reals([...from.narrower(lead), m, e]);
    const mask = from.reals(from.narrower([...lead, n, m]));
    const scale = from.pick([1, 0.3]);
    const which = from.pick(['both', 'z', 'pattern'] as const);
    const [z, pattern] = referenceAttention([q, k, v, mask], scale);
    return {
      operands: [q, k, v, mask],
      build: (operands) => {
        const out = attend(...(operands as [Tensor, Tensor, Tensor, Tensor]), scale);
        return which === 'both' ? [out.z, out.pattern] : out[which];
      },
      expected: { both: [z, pattern], z, pattern }[which],
    };
  },
};

const turn = (x: Tensor, cos: Tensor, sin: Tensor, positions: Tensor) =>
  x.rope(cos, sin, positions);

const rope: Case = {
  name: 'rope',
  wrong: [
    {
      operands: [
        ['float32', 2, 3, 4],
        ['float32', 5, 2],
        ['float32', 5, 2],
        ['int64', 2, 3],
      ],
      build: turn,
    },
    {
      operands: [
        ['float32', 2, 3, 1, 4],
        ['float32', 5, 3],
        ['float32', 5, 2],
        ['int64', 2, 3],
      ],
      build: turn,
    },
    {
      operands: [
        ['float32', 2, 3, 1, 4],
        ['float32', 5, 2],
        ['float32', 6, 2],
        ['int64', 2, 3],
      ],
      build: turn,
    },
    {
      operands: [
        ['float32', 2, 3, 1, 4],
        ['float32', 5, 2],
        ['float32', 5, 2],
        ['int64', 3],
      ],
      build: turn,
    },
    {
      operands: [
        ['float32', 2, 3, 1, 4],
        ['float32', 5, 2],
        ['float32', 5, 2],
        ['int32', 2, 3],
      ],
      build: turn,
    },
    {
      operands: [
        ['float64', 2, 3, 1, 4],
        ['float32', 5, 2],
        ['float32', 5, 2],
        ['int64', 2, 3],
      ],
      build: turn,
    },
    {
      operands: [
        ['float32', 2, 3, 1, 3],
        ['float32', 5, 1],
        ['float32', 5, 1],
        ['int64', 2, 3],
      ],
      build: turn,
    },
  ],
  draw: (from) => {
    const [batch, seq, heads, half] = [
      from.integer(1, 2),
      from.integer(1, 3),
      from.integer(1, 2),
      from.integer(1, 2),
    ];
    const x = from.reals([batch, seq, heads, 2 * half]);
    const angles = from.reals([5, half]);
    // A rotation: the gradient relies on cos^2 + sin^2 being 1.
    const cos: Operand = { ...angles, data: angles.data.map((a) => Math.fround(Math.cos(a))) };
    const sin: Operand = { ...angles, data: angles.data.map((a) => Math.fround(Math.sin(a))) };
    const positions = from.integers([batch, seq], 5);
    return {
      operands: [x, cos, sin, positions],
      build: ([a, c, s, p]) => turn(a!, c!, s!, p!),
      expected: rotate(x, cos, sin, positions),
    };
  },
  differentiable: [0],
  symbolic: false,
};

const crossEntropy: Case = {
  name: 'crossEntropy',
  wrong: [
    {
      operands: [
        ['float32', 2, 3],
        ['int64', 3],
      ],
      build: loss,
    },
    {
      operands: [
        ['float32', 2, 3],
        ['int32', 2],
      ],
      build: loss,
    },
    {
      operands: [
        ['int64', 2, 3],
        ['int64', 2],
      ],
      build: loss,
    },
    { operands: [['float32'], ['int64']], build: loss },
  ],
  draw: (from) => {
    const logits = from.reals([...from.shape(0, 2), from.integer(1, 5)]);
    const size = logits.shape.at(-1)!;
    const targets = from.integers(logits.shape.slice(0, -1), size);
    const data = targets.data.map((target, i) => {
      const row = [...logits.data.slice(i * size, (i + 1) * size)];
      return logSumExp(row) - row[target]!;
    });
    return {
      operands: [logits, targets],
      build: ([x, t]) => loss(x!, t!),
      expected: { shape: targets.shape, data },
    };
  },
};

export const TRANSFORMER: Case[] = [matmul, attention, rope, crossEntropy];
