/** @file Test cases of elementwise operations and activation functions. */
import type { Tensor } from '../../../src/tensor/index.ts';
import type { Case, Draw, Wrong } from '../case.ts';
import { map } from '../reference.ts';

type Domain = Parameters<Draw['reals']>[1];

/** What a float operation of one operand refuses. */
function notFloat(method: (x: Tensor) => unknown): Wrong[] {
  return [
    { operands: [['int64', 2, 3]], build: method },
    { operands: [['bool', 2]], build: method },
  ];
}

function notNumber(method: (x: Tensor) => unknown): Wrong[] {
  return [{ operands: [['bool', 'batch', 2]], build: method }];
}

type UnaryName =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'reciprocal'
  | 'square'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'sigmoid'
  | 'softplus'
  | 'relu'
  | 'silu'
  | 'gelu'
  | 'erf';

const NUMERIC = new Set<UnaryName>(['neg', 'abs', 'sign', 'square']);

function unary(name: UnaryName, f: (x: number) => number, domain: Domain = 'real'): Case {
  const method = (x: Tensor) => x[name]();
  const wrong = NUMERIC.has(name) ? notNumber(method) : notFloat(method);
  return {
    name,
    wrong: name === 'square' ? [] : wrong,
    draw: (from) => {
      const x = from.reals(from.shape(), domain);
      return { operands: [x], build: ([a]) => method(a!), expected: map(f, x) };
    },
  };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The error function by its Maclaurin series (Abramowitz and Stegun 1964, 7.1.5). */
export function erfSeries(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const exactGelu: Case = {
  ...unary('gelu', (x) => 0.5 * x * (1 + erfSeries(x / Math.SQRT2))),
  name: 'geluExact',
  wrong: [],
  draw: (from) => {
    const x = from.reals(from.shape(), 'real');
    const expected = map((v) => 0.5 * v * (1 + erfSeries(v / Math.SQRT2)), x);
    return { operands: [x], build: ([a]) => a!.gelu({ approximate: 'none' }), expected };
  },
};

const UNARY: Case[] = [
  unary('erf', erfSeries),
  exactGelu,
  unary('neg', (x) => -x),
  unary('abs', Math.abs),
  unary('sign', Math.sign),
  unary('exp', Math.exp),
  unary('log', Math.log, 'positive'),
  unary('sqrt', Math.sqrt, 'positive'),
  unary('reciprocal', (x) => 1 / x, 'positive'),
  unary('square', (x) => x * x),
  unary('sin', Math.sin),
  unary('cos', Math.cos),
  unary('tanh', Math.tanh),
  unary('sigmoid', sigmoid),
  unary('softplus', (x) => Math.log1p(Math.exp(x))),
  unary('relu', (x) => Math.max(x, 0)),
  unary('silu', (x) => x * sigmoid(x)),
  unary('gelu', (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))),
];

type BinaryName =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'maximum'
  | 'minimum'
  | 'less'
  | 'lessEqual'
  | 'greater'
  | 'greaterEqual'
  | 'equal';

function notPair(method: (a: Tensor, b: Tensor) => unknown): Wrong[] {
  return [
    {
      operands: [
        ['float32', 2, 3],
        ['float32', 4],
      ],
      build: method,
    },
    {
      operands: [
        ['float32', 'batch'],
        ['float32', 'seq'],
      ],
      build: method,
    },
    {
      operands: [
        ['float32', 2],
        ['float64', 2],
      ],
      build: method,
    },
  ];
}

function binary(
  name: BinaryName,
  f: (a: number, b: number) => number,
  domain: Domain = 'real',
): Case {
  const method = (a: Tensor, b: Tensor) => a[name](b);
  const bools: Wrong = {
    operands: [
      ['bool', 2],
      ['bool', 2],
    ],
    build: method,
  };
  return {
    name,
    wrong: [...notPair(method), ...(name === 'equal' ? [] : [bools])],
    draw: (from) => {
      const shapes = from.pair();
      const [x, y] = [from.reals(shapes[0], domain), from.reals(shapes[1], domain)];
      // Equal entries, where that is not at a kink.
      if (/qual/.test(name) && x.data.length === y.data.length) y.data.set(x.data.slice(0, 1));
      return { operands: [x, y], build: ([a, b]) => method(a!, b!), expected: map(f, x, y) };
    },
    ...(/less|greater|equal/.test(name) && { differentiable: false }),
  };
}

const BINARY: Case[] = [
  binary('add', (a, b) => a + b),
  binary('sub', (a, b) => a - b),
  binary('mul', (a, b) => a * b),
  binary('div', (a, b) => a / b, 'positive'),
  binary('pow', (a, b) => a ** b, 'positive'),
  binary('maximum', Math.max),
  binary('minimum', Math.min),
  binary('less', (a, b) => Number(a < b)),
  binary('lessEqual', (a, b) => Number(a <= b)),
  binary('greater', (a, b) => Number(a > b)),
  binary('greaterEqual', (a, b) => Number(a >= b)),
  binary('equal', (a, b) => Number(a === b)),
];

function logic(name: 'and' | 'or', f: (a: number, b: number) => number): Case {
  const method = (a: Tensor, b: Tensor) => a[name](b);
  return {
    name,
    wrong: [
      {
        operands: [
          ['bool', 2],
          ['bool', 3],
        ],
        build: method,
      },
      {
        operands: [
          ['float32', 2],
          ['float32', 2],
        ],
        build: method,
      },
    ],
    draw: (from) => {
      const shapes = from.pair();
      const [x, y] = [from.booleans(shapes[0]), from.booleans(shapes[1])];
      return { operands: [x, y], build: ([a, b]) => method(a!, b!), expected: map(f, x, y) };
    },
  };
}

const not: Case = {
  name: 'not',
  wrong: [{ operands: [['float32', 2, 'seq']], build: (x) => x.not() }],
  draw: (from) => {
    const x = from.booleans(from.shape());
    return { operands: [x], build: ([a]) => a!.not(), expected: map((value) => 1 - value, x) };
  },
};

const where: Case = {
  name: 'where',
  wrong: [
    {
      operands: [
        ['float32', 2],
        ['float32', 2],
        ['float32', 2],
      ],
      build: (c, a, b) => c.where(a, b),
    },
    {
      operands: [
        ['bool', 2],
        ['float32', 2],
        ['float64', 2],
      ],
      build: (c, a, b) => c.where(a, b),
    },
    {
      operands: [
        ['bool', 2],
        ['float32', 3],
        ['float32', 1],
      ],
      build: (c, a, b) => c.where(a, b),
    },
  ],
  draw: (from) => {
    const shape = from.shape();
    const condition = from.booleans(from.narrower(shape));
    const [yes, no] = [from.reals(from.narrower(shape)), from.reals(from.narrower(shape))];
    return {
      operands: [condition, yes, no],
      build: ([c, a, b]) => c!.where(a!, b!),
      expected: map((c, a, b) => (c ? a : b), condition, yes, no),
    };
  },
};

const cast: Case = {
  name: 'cast',
  // Any type casts to any.
  wrong: [],
  draw: (from) => {
    const x = from.reals(from.shape());
    const types = ['int64', 'int32', 'bool', 'float32', 'float64'] as const;
    const rounding = {
      int64: Math.trunc,
      int32: Math.trunc,
      bool: Number,
      float32: Number,
      float64: Number,
    };
    const type = from.pick(types);
    const expected = map(
      (value) => (type === 'bool' ? Number(value !== 0) : rounding[type](value)),
      x,
    );
    return { operands: [x], build: ([a]) => a!.cast(type), expected };
  },
  differentiable: false,
};

const stopGradient: Case = {
  name: 'stopGradient',
  wrong: [],
  draw: (from) => {
    const x = from.reals(from.shape());
    return { operands: [x], build: ([a]) => a!.stopGradient(), expected: x };
  },
  differentiable: false,
};

export const ELEMENTWISE: Case[] = [
  ...UNARY,
  ...BINARY,
  logic('and', Math.min),
  logic('or', Math.max),
  not,
  where,
  cast,
  stopGradient,
];
