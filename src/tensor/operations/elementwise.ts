/** @file Elementwise operations, with NumPy broadcasting for two operands. */
import { type Attributes, apply, type Operation, shapeError } from '../node.ts';
import { broadcastShapes, type DType } from '../shape.ts';
import type { Operand, Tensor } from '../tensor.ts';
import { constant } from './leaf.ts';
import { reduceTo } from './reduction.ts';

const NONE: Attributes = {};

type UnaryGradient = (grad: Tensor, x: Tensor, y: Tensor) => Tensor;

/** A one-operand operation that is one ONNX node of the same type and shape. */
function unary(name: string, opType: string, gradient?: UnaryGradient): (x: Tensor) => Tensor {
  const operation: Operation = {
    name,
    infer: ([x]) => [{ dtype: x!.dtype, shape: x!.shape }],
    lower: (writer, _, inputs, outputs) => writer.node(opType, inputs, outputs),
    ...(gradient && {
      gradient: (node, [grad]) => [grad && gradient(grad, node.input(0), node.output())],
    }),
  };
  return (x) => apply(operation, [x], NONE);
}

export const neg = unary('neg', 'Neg', (grad) => grad.neg());
export const abs = unary('abs', 'Abs', (grad, x) => grad.mul(x.sign()));
export const sign = unary('sign', 'Sign');
export const exp = unary('exp', 'Exp', (grad, _, y) => grad.mul(y));
export const log = unary('log', 'Log', (grad, x) => grad.div(x));
export const sqrt = unary('sqrt', 'Sqrt', (grad, _, y) => grad.div(y.mul(2)));
export const reciprocal = unary('reciprocal', 'Reciprocal', (grad, _, y) =>
  grad.mul(y.mul(y)).neg(),
);
export const sin = unary('sin', 'Sin', (grad, x) => grad.mul(x.cos()));
export const cos = unary('cos', 'Cos', (grad, x) => grad.mul(x.sin()).neg());
export const tanh = unary('tanh', 'Tanh', (grad, _, y) => grad.sub(grad.mul(y.mul(y))));
export const sigmoid = unary('sigmoid', 'Sigmoid', (grad, _, y) => grad.mul(y.sub(y.mul(y))));
export const relu = unary('relu', 'Relu', (grad, x) => grad.mul(x.greater(0).cast(x.dtype)));

/** log(1 + exp(x)), without overflow. */
export function softplus(x: Tensor): Tensor {
  return x.relu().add(x.abs().neg().exp().add(1).log());
}

const SILU: Operation = {
  name: 'silu',
  infer: ([x]) => [{ dtype: x!.dtype, shape: x!.shape }],
  lower: (writer, _, [x], [out]) => {
    // The sigmoid is shared with the backward pass, which needs it.
    const gate = writer.temporary();
    writer.node('Sigmoid', [x!], [gate]);
    writer.node('Mul', [x!, gate], [out!]);
  },
  gradient: (node, [grad]) => {
    const s = node.input(0).sigmoid();
    const y = node.output();
    return [grad?.mul(s.add(y.sub(y.mul(s))))];
  },
};

/** x * sigmoid(x) (Elfwing, Uchibe, Doya 2017). */
export function silu(x: Tensor): Tensor {
  return apply(SILU, [x], NONE);
}

const GELU: Operation = {
  name: 'gelu',
  infer: ([x]) => [{ dtype: x!.dtype, shape: x!.shape }],
  lower: (writer, _, inputs, outputs) =>
    writer.node('Gelu', inputs, outputs, { approximate: 'tanh' }),
  gradient: (node, [grad]) => {
    const x = node.input(0);
    const a = Math.sqrt(2 / Math.PI);
    const cube = 0.044715;
    const x2 = x.mul(x);
    const t = x.mul(x2.mul(cube).add(1)).mul(a).tanh();
    const dt = t
      .mul(t)
      .neg()
      .add(1)
      .mul(
        x2
          .mul(3 * cube)
          .add(1)
          .mul(a),
      );
    return [grad?.mul(t.add(1).add(x.mul(dt)).mul(0.5))];
  },
};

/** GELU with the tanh approximation (Hendrycks and Gimpel 2016). */
export function gelu(x: Tensor): Tensor {
  return apply(GELU, [x], NONE);
}

/** Wraps a number as a scalar of the other operand's type. */
function lift(value: Operand, like: Tensor): Tensor {
  return typeof value === 'number' ? constant(value, [], like.dtype) : value;
}

function inferBinary(name: string, inputs: readonly Tensor[], dtype?: DType) {
  const [a, b] = inputs as [Tensor, Tensor];
  const shape = broadcastShapes(a.shape, b.shape);
  if (!shape || a.dtype !== b.dtype) {
    shapeError(name, inputs, 'two tensors of one type whose shapes broadcast');
  }
  return [{ dtype: dtype ?? a.dtype, shape }];
}

type BinaryGradient = (grad: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly [Tensor, Tensor];

/** A two-operand operation that is one ONNX node. Gradients are summed over broadcast axes. */
function binary(name: string, opType: string, gradient: BinaryGradient) {
  const operation: Operation = {
    name,
    infer: (inputs) => inferBinary(name, inputs),
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

function comparison(name: string, opType: string) {
  const operation: Operation = {
    name,
    infer: (inputs) => inferBinary(name, inputs, 'bool'),
    lower: (writer, _, inputs, outputs) => writer.node(opType, inputs, outputs),
  };
  return (a: Tensor, b: Operand): Tensor => apply(operation, [a, lift(b, a)], NONE);
}

export const less = comparison('less', 'Less');
export const lessEqual = comparison('lessEqual', 'LessOrEqual');
export const greater = comparison('greater', 'Greater');
export const greaterEqual = comparison('greaterEqual', 'GreaterOrEqual');
export const equal = comparison('equal', 'Equal');
export const and = comparison('and', 'And');
export const or = comparison('or', 'Or');
export const not = unary('not', 'Not');

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

/** Elementwise choice; at least one branch must be a tensor. */
export function where(condition: Tensor, yes: Operand, no: Operand): Tensor {
  const like = typeof yes === 'number' ? no : yes;
  if (typeof like === 'number') return where(condition, constant(yes as number), no);
  return apply(WHERE, [condition, lift(yes, like), lift(no, like)], NONE);
}

const CAST: Operation<{ dtype: DType }> = {
  name: 'cast',
  infer: ([x], { dtype }) => [{ dtype, shape: x!.shape }],
  lower: (writer, { attributes }, [x], [out]) => writer.cast(x!, out!, attributes.dtype),
  gradient: (node, [grad]) => {
    const { dtype } = node.input(0);
    return [dtype.startsWith('float') ? grad?.cast(dtype) : undefined];
  },
};

export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply(CAST, [x], { dtype });
}

/** The same value, cut off from gradients. */
export const stopGradient = unary('stopGradient', 'Identity');
