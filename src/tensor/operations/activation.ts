/** @file Activation functions. */
import { type Attributes, apply, type Operation, requireFloat } from '../node.ts';
import type { GraphWriter } from '../onnx/graph.ts';
import type { DType } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { unary } from './elementwise.ts';

const NONE: Attributes = {};

export const sigmoid = unary('sigmoid', 'Sigmoid', (grad, _, y) => grad.mul(y.sub(y.mul(y))));
export const relu = unary('relu', 'Relu', (grad, _, y) => grad.mul(y.greater(0).cast(y.dtype)));

/** max(x, 0) + log(1 + exp(-|x|)), for types that the kernel lacks. */
function lowerSoftplusByParts(writer: GraphWriter, dtype: DType, x: string, out: string): void {
  const [size, negative, power, shifted, tail, positive] = writer.temporaries(6);
  writer.node('Abs', [x], [size!]);
  writer.node('Neg', [size!], [negative!]);
  writer.node('Exp', [negative!], [power!]);
  writer.node('Add', [power!, writer.constant(dtype, [], [1])], [shifted!]);
  writer.node('Log', [shifted!], [tail!]);
  writer.node('Relu', [x], [positive!]);
  writer.node('Add', [positive!, tail!], [out]);
}

/** log(1 + exp(x)), without overflow. */
export const softplus = unary('softplus', '', (grad, x) => grad.mul(x.sigmoid()), {
  lower: (writer, node, [x], [out]) => {
    if (node.output().dtype === 'float32') writer.node('Softplus', [x!], [out!]);
    else lowerSoftplusByParts(writer, node.output().dtype, x!, out!);
  },
});

const SILU: Operation = {
  name: 'silu',
  infer: (inputs) => {
    requireFloat('silu', inputs);
    const { dtype, shape } = inputs[0]!;
    return [
      { dtype, shape },
      { dtype, shape },
    ];
  },
  lower: (writer, _, [x], [out, gate]) => {
    writer.node('Sigmoid', [x!], [gate!]);
    writer.node('Mul', [x!, gate!], [out!]);
  },
  // The sigmoid is an output of its own: the backward pass needs it again.
  gradient: (node, [grad, gateGrad]) => {
    const [y, s] = node.outputs as [Tensor, Tensor];
    const slope = y.mul(s);
    const fromOut = grad?.mul(s.add(y.sub(slope)));
    const fromGate = gateGrad?.mul(s.sub(s.mul(s)));
    return [fromOut && fromGate ? fromOut.add(fromGate) : (fromOut ?? fromGate)];
  },
};

/** x * sigmoid(x) (Elfwing, Uchibe, Doya 2017). */
export function silu(x: Tensor): Tensor {
  return apply(SILU, [x], NONE);
}

// 0.5 x (1 + tanh(A x (1 + C x^2)))
const A = Math.sqrt(2 / Math.PI);
const C = 0.044715;

function geluGradient(grad: Tensor, x: Tensor): Tensor {
  const square = x.mul(x);
  const t = x.mul(square.mul(C).add(1)).mul(A).tanh();
  const inner = square
    .mul(3 * C)
    .add(1)
    .mul(A);
  const slope = t.mul(t).neg().add(1).mul(inner);
  return grad.mul(t.add(1).add(x.mul(slope)).mul(0.5));
}

/** In float64 the kernel would use constants rounded to float32. */
function lowerGeluByParts(writer: GraphWriter, dtype: DType, x: string, out: string): void {
  const number = (value: number) => writer.constant(dtype, [], [value]);
  const [square, cubic, sum, scaled, argument, t, shifted, half] = writer.temporaries(8);
  writer.node('Mul', [x, x], [square!]);
  writer.node('Mul', [square!, number(C)], [cubic!]);
  writer.node('Add', [cubic!, number(1)], [sum!]);
  writer.node('Mul', [sum!, number(A)], [scaled!]);
  writer.node('Mul', [scaled!, x], [argument!]);
  writer.node('Tanh', [argument!], [t!]);
  writer.node('Add', [t!, number(1)], [shifted!]);
  writer.node('Mul', [x, number(0.5)], [half!]);
  writer.node('Mul', [shifted!, half!], [out]);
}

/** GELU with the tanh approximation (Hendrycks and Gimpel 2016). */
export const gelu = unary('gelu', '', geluGradient, {
  lower: (writer, node, [x], [out]) => {
    const { dtype } = node.output();
    if (dtype === 'float32') writer.node('Gelu', [x!], [out!], { approximate: 'tanh' });
    else lowerGeluByParts(writer, dtype, x!, out!);
  },
});

/** Step of the sum below; its error is about exp(-(pi / step)^2). */
const STEP = 0.5;
/** Terms of the sum: the next would be below 1e-17. */
const TERMS = 13;

/**
 * erfc(|x|) as the midpoint rule gives it, with the pole's residue put right (Chiarella and Reichel 1968;
 * nodes halfway between theirs, where nothing cancels at 0):
 * 2 h z exp(-z^2) / pi * sum of exp(-t^2) / (t^2 + z^2) over t = h / 2, 3 h / 2, ... + 2 / (exp(2 pi z / h) + 1).
 */
function erfcSum(z: Tensor): Tensor {
  const square = z.mul(z);
  const nodes = Array.from({ length: TERMS }, (_, k) => ((k + 0.5) * STEP) ** 2);
  const sum = nodes
    .map((node) => square.add(node).reciprocal().mul(Math.exp(-node)))
    .reduce((total, term) => total.add(term));
  const trapezoids = sum
    .mul(z)
    .mul(square.neg().exp())
    .mul((2 * STEP) / Math.PI);
  // exp of a large number would overflow; exp of its negative only vanishes.
  const pole = z.mul((-2 * Math.PI) / STEP).exp();
  return trapezoids.add(pole.mul(2).div(pole.add(1)));
}

const fusedErf = unary('erf', 'Erf', (grad, x) =>
  grad.mul(x.mul(x).neg().exp()).mul(2 / Math.sqrt(Math.PI)),
);

/** The error function; ONNX Runtime has it in float32 only. */
export function erf(x: Tensor): Tensor {
  if (x.dtype !== 'float64') return fusedErf(x);
  return x.sign().mul(erfcSum(x.abs()).neg().add(1));
}

/** Phi(x), the normal distribution function. */
function normalCdf(x: Tensor): Tensor {
  return erf(x.mul(Math.SQRT1_2)).add(1).mul(0.5);
}

const fusedGelu = unary('geluExact', '', geluExactGradient, {
  lower: (writer, _, [x], [out]) => writer.node('Gelu', [x!], [out!], { approximate: 'none' }),
});

/** Phi(x) + x phi(x). */
function geluExactGradient(grad: Tensor, x: Tensor): Tensor {
  const density = x
    .mul(x)
    .mul(-0.5)
    .exp()
    .mul(1 / Math.sqrt(2 * Math.PI));
  return grad.mul(normalCdf(x).add(x.mul(density)));
}

/** x Phi(x) (Hendrycks and Gimpel 2016). */
export function geluExact(x: Tensor): Tensor {
  return x.dtype === 'float64' ? x.mul(normalCdf(x)) : fusedGelu(x);
}
