/** @file Elementwise operations, with NumPy broadcasting for two operands. */
import {
  type Attributes,
  apply,
  type Operation,
  requireFloat,
  requireNumeric,
  shapeError,
} from '../node.ts';
import { broadcastShapes, type DType, isFloat } from '../shape.ts';
import type { Operand, Tensor } from '../tensor.ts';
import { constant } from './leaf.ts';
import { reduceTo } from './reduction.ts';

const NONE: Attributes = {};

type UnaryGradient = (grad: Tensor, x: Tensor, y: Tensor) => Tensor;

interface UnaryOptions {
  /** Types it takes. Default: floats. */
  readonly takes?: 'float' | 'number' | 'bool' | 'any';
  readonly stopsGradient?: boolean;
  readonly lower?: Operation['lower'];
}

function checkUnary(name: string, x: Tensor, takes: UnaryOptions['takes']): void {
  if (takes === 'float') requireFloat(name, [x]);
  if (takes === 'number') requireNumeric(name, x);
  if (takes === 'bool' && x.dtype !== 'bool') shapeError(name, [x], 'a bool tensor');
}

/** A one-operand operation of the same type and shape, as a rule one ONNX node. */
export function unary(
  name: string,
  opType: string,
  gradient: UnaryGradient | undefined,
  { takes = 'float', ...rest }: UnaryOptions = {},
): (x: Tensor) => Tensor {
  const operation: Operation = {
    name,
    infer: ([x]) => {
      checkUnary(name, x!, takes);
      return [{ dtype: x!.dtype, shape: x!.shape }];
    },
    lower: (writer, _, inputs, outputs) => writer.node(opType, inputs, outputs),
    ...(gradient && {
      gradient: (node, [grad]) => [grad && gradient(grad, node.input(0), node.output())],
    }),
    ...rest,
  };
  return (x) => apply(operation, [x], NONE);
}

const NUMBERS: UnaryOptions = { takes: 'number' };

export const neg = unary('neg', 'Neg', (grad) => grad.neg(), NUMBERS);
export const abs = unary('abs', 'Abs', (grad, x) => grad.mul(x.sign()), NUMBERS);
export const sign = unary('sign', 'Sign', undefined, { takes: 'number', stopsGradient: true });
export const exp = unary('exp', 'Exp', (grad, _, y) => grad.mul(y));
export const log = unary('log', 'Log', (grad, x) => grad.div(x));
export const sqrt = unary('sqrt', 'Sqrt', (grad, _, y) => grad.div(y.mul(2)));
export const reciprocal = unary('reciprocal', 'Reciprocal', (grad, _, y) =>
  grad.mul(y.mul(y)).neg(),
);
export const sin = unary('sin', 'Sin', (grad, x) => grad.mul(x.cos()));
export const cos = unary('cos', 'Cos', (grad, x) => grad.mul(x.sin()).neg());
export const tanh = unary('tanh', 'Tanh', (grad, _, y) => grad.sub(grad.mul(y.mul(y))));

/** Wraps a number as a scalar of the other operand's type. */
function lift(value: Operand, like: Tensor): Tensor {
  return typeof value === 'number' ? constant(value, [], like.dtype) : value;
}

type Kind = 'number' | 'bool' | 'any';

function inferBinary(name: string, inputs: readonly Tensor[], takes: Kind, dtype?: DType) {
  const [a, b] = inputs as [Tensor, Tensor];
  const shape = broadcastShapes(a.shape, b.shape);
  const fits = takes === 'any' || (takes === 'bool') === (a.dtype === 'bool');
  if (!shape || !fits || a.dtype !== b.dtype) {
    const types = takes === 'any' ? 'tensors' : `${takes} tensors`;
    shapeError(name, inputs, `two ${types} of one type whose shapes broadcast`);
  }
  return [{ dtype: dtype ?? a.dtype, shape }];
}

type BinaryGradient = (grad: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [Tensor, Tensor];

/** A two-operand operation that is one ONNX node. Gradients are summed over broadcast axes. */
function binary(name: string, opType: string, gradient: BinaryGradient) {
  const operation: Operation = {
    name,
    infer: (inputs) => inferBinary(name, inputs, 'number'),
    lower: (writer, _, inputs, outputs) => writer.node(opType, inputs, outputs),
    gradient: (node, [grad]) => {
      if (!grad) return [undefined, undefined];
      const [a, b] = node.inputs as [Tensor, Tensor];
      const [da, db] = gradient(grad, a, b, node.output());
      return [reduceTo(da, a.shape), reduceTo(db, b.shape)];
    },
  };
  return (a: Tensor, b: Operand): Tensor => apply(operation, [a, lift(b, a)], NONE);
}

export const add = binary('add', 'Add', (grad) => [grad, grad]);
export const sub = binary('sub', 'Sub', (grad) => [grad, grad.neg()]);
export const mul = binary('mul', 'Mul', (grad, a, b) => [grad.mul(b), grad.mul(a)]);
export const div = binary('div', 'Div', (grad, _, b, y) => {
  const da = grad.div(b);
  return [da, da.mul(y).neg()];
});
export const pow = binary('pow', 'Pow', (grad, a, b, y) => [
  grad.mul(b).mul(a.pow(b.sub(1))),
  grad.mul(y).mul(a.log()),
]);

/** Gradient of max and min: all of it to the winner, half to each where they tie. */
function chosen(wins: 'greater' | 'less'): BinaryGradient {
  return (grad, a, b) => {
    const tie = a.equal(b).cast(grad.dtype).mul(0.5);
    const toA = a[wins](b).cast(grad.dtype).add(tie);
    return [grad.mul(toA), grad.mul(toA.neg().add(1))];
  };
}

export const maximum = binary('maximum', 'Max', chosen('greater'));
export const minimum = binary('minimum', 'Min', chosen('less'));

/** A two-operand operation with a bool result. */
function comparison(name: string, opType: string, takes: Kind) {
  const operation: Operation = {
    name,
    infer: (inputs) => inferBinary(name, inputs, takes, 'bool'),
    lower: (writer, _, inputs, outputs) => writer.node(opType, inputs, outputs),
  };
  return (a: Tensor, b: Operand): Tensor => apply(operation, [a, lift(b, a)], NONE);
}

export const less = comparison('less', 'Less', 'number');
export const lessEqual = comparison('lessEqual', 'LessOrEqual', 'number');
export const greater = comparison('greater', 'Greater', 'number');
export const greaterEqual = comparison('greaterEqual', 'GreaterOrEqual', 'number');
export const equal = comparison('equal', 'Equal', 'any');
export const and = comparison('and', 'And', 'bool');
export const or = comparison('or', 'Or', 'bool');
export const not = unary('not', 'Not', undefined, { takes: 'bool' });

const WHERE: Operation = {
  name: 'where',
  infer: (inputs) => {
    const [condition, yes, no] = inputs as [Tensor, Tensor, Tensor];
    const branches = broadcastShapes(yes.shape, no.shape);
    const shape = branches && broadcastShapes(condition.shape, branches);
    if (!shape || condition.dtype !== 'bool' || yes.dtype !== no.dtype) {
      shapeError('where', inputs, 'a bool and two tensors of one type whose shapes broadcast');
    }
    return [{ dtype: yes.dtype, shape }];
  },
  lower: (writer, _, inputs, outputs) => writer.node('Where', inputs, outputs),
  gradient: (node, [grad]) => {
    if (!grad) return [];
    const [condition, yes, no] = node.inputs as [Tensor, Tensor, Tensor];
    return [
      undefined,
      reduceTo(condition.where(grad, 0), yes.shape),
      reduceTo(condition.where(constant(0, [], grad.dtype), grad), no.shape),
    ];
  },
};

/** Elementwise choice; two numbers are taken as float32. */
export function where(condition: Tensor, yes: Operand, no: Operand): Tensor {
  const branch = typeof yes === 'number' ? no : yes;
  const like = typeof branch === 'number' ? constant(branch) : branch;
  return apply(WHERE, [condition, lift(yes, like), lift(no, like)], NONE);
}

const CAST: Operation<{ dtype: DType }> = {
  name: 'cast',
  infer: ([x], { dtype }) => [{ dtype, shape: x!.shape }],
  lower: (writer, { attributes }, [x], [out]) => writer.cast(x!, out!, attributes.dtype),
  gradient: (node, [grad]) => {
    const { dtype } = node.input(0);
    return [isFloat(dtype) ? grad?.cast(dtype) : undefined];
  },
};

/** The same values in another type; floats are cut to integers towards zero, and any but 0 is true. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply(CAST, [x], { dtype });
}

/** The same value, cut off from gradients. */
export const stopGradient = unary('stopGradient', 'Identity', undefined, {
  takes: 'any',
  stopsGradient: true,
});
