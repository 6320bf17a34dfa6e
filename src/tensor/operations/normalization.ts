/** @file Softmax and the normalizations over the last axis. */
import {
  type Attributes,
  apply,
  applyAll,
  type Operation,
  requireFloat,
  shapeError,
} from '../node.ts';
import { multiplyDims, type Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { extent, zerosLike } from './leaf.ts';
import { reduceTo } from './reduction.ts';

const NONE: Attributes = {};

/** The rule of an operation along the last axis of one float tensor. */
function inferRows(name: string, inputs: readonly Tensor[]) {
  requireFloat(name, inputs);
  const [x] = inputs as [Tensor];
  if (x.rank < 1) shapeError(name, inputs, 'at least one axis');
  return [{ dtype: x.dtype, shape: x.shape }];
}

const SOFTMAX: Operation = {
  name: 'softmax',
  infer: (inputs) => inferRows('softmax', inputs),
  lower: (writer, _, inputs, outputs) => writer.node('Softmax', inputs, outputs, { axis: -1 }),
  gradient: (node, [grad]) => {
    const y = node.output();
    return [grad && y.mul(grad.sub(grad.mul(y).sum(-1, true)))];
  },
};

/** Softmax over the last axis. */
export function softmax(x: Tensor): Tensor {
  return apply(SOFTMAX, [x], NONE);
}

const LOG_SOFTMAX: Operation = {
  name: 'logSoftmax',
  infer: (inputs) => inferRows('logSoftmax', inputs),
  lower: (writer, _, inputs, outputs) => writer.node('LogSoftmax', inputs, outputs, { axis: -1 }),
  gradient: (node, [grad]) => [grad?.sub(node.output().exp().mul(grad.sum(-1, true)))],
};

/** Logarithm of softmax over the last axis. */
export function logSoftmax(x: Tensor): Tensor {
  return apply(LOG_SOFTMAX, [x], NONE);
}

function rowShape(x: Tensor): Shape {
  return [...x.shape.slice(0, -1), 1];
}

function checkWeights(name: string, inputs: readonly Tensor[]): void {
  const [x, ...weights] = inputs as [Tensor, ...Tensor[]];
  const size = x.shape.at(-1);
  requireFloat(name, inputs);
  const fits = weights.every((w) => w.rank === 1 && w.shape[0] === size);
  if (x.rank < 1 || !fits) shapeError(name, inputs, 'weights of the last axis of the first tensor');
}

type Lowering = Operation<{ epsilon: number }>['lower'];

/** The fused kernels give their row statistics in float32 only; other types are lowered by parts. */
const lowerRmsByParts: Lowering = (writer, node, [x, weight], [y, inverse]) => {
  const { dtype } = node.output();
  const [squares, mean, shifted, root, normal] = writer.temporaries(5);
  writer.node('Mul', [x!, x!], [squares!]);
  writer.node('ReduceMean', [squares!, writer.constant('int64', [1], [-1])], [mean!], {
    keepdims: 1,
  });
  writer.node('Add', [mean!, writer.constant(dtype, [], [node.attributes.epsilon])], [shifted!]);
  writer.node('Sqrt', [shifted!], [root!]);
  writer.node('Reciprocal', [root!], [inverse!]);
  writer.node('Mul', [x!, inverse!], [normal!]);
  writer.node('Mul', [normal!, weight!], [y!]);
};

const lowerLayerNormByParts: Lowering = (writer, node, [x, weight, bias], [y, mean, inverse]) => {
  const [centred, scaled] = [writer.temporary(), writer.temporary()];
  writer.node('ReduceMean', [x!, writer.constant('int64', [1], [-1])], [mean!], { keepdims: 1 });
  writer.node('Sub', [x!, mean!], [centred]);
  lowerRmsByParts(writer, node, [centred, weight!], [scaled, inverse!]);
  writer.node('Add', [scaled, bias!], [y!]);
};

// The row statistics are outputs for the backward pass; only second derivatives come back through them.

/** Derivative of the inverse deviation r = (mean(c^2) + epsilon)^-1/2 by each entry of c: -c r^3 / n. */
function inverseSlope(normal: Tensor, inverse: Tensor): Tensor {
  const size = extent([normal.shape.at(-1)!], normal.dtype);
  return normal.mul(inverse.mul(inverse)).div(size).neg();
}

const RMS_NORM: Operation<{ epsilon: number }> = {
  name: 'rmsNorm',
  infer: (inputs) => {
    checkWeights('rmsNorm', inputs);
    const x = inputs[0]!;
    return [
      { dtype: x.dtype, shape: x.shape },
      { dtype: x.dtype, shape: rowShape(x) },
    ];
  },
  lower: (writer, node, inputs, outputs) => {
    if (node.output().dtype !== 'float32') return lowerRmsByParts(writer, node, inputs, outputs);
    writer.node('SimplifiedLayerNormalization', inputs, outputs, {
      axis: -1,
      epsilon: { float: node.attributes.epsilon },
    });
  },
  gradient: (node, [grad, inverseGrad]) => {
    const [x, weight] = node.inputs as [Tensor, Tensor];
    const inverse = node.output(1);
    const products = grad?.mul(x);
    let slope = products ? rowSums(products, weight) : zerosLike(inverse);
    if (inverseGrad) slope = slope.add(inverseGrad);
    const size = extent([x.shape.at(-1)!], x.dtype);
    const back = x.mul(slope.mul(inverse.mul(inverse)).div(size));
    const dx = (grad?.mul(weight) ?? zerosLike(x)).sub(back).mul(inverse);
    return [dx, products ? columnSums(products, inverse) : zerosLike(weight)];
  },
};

// A product with a vector multiplies and adds in one reading.

/** [..., n] weighted by [n], each row's sum: [..., 1]. */
function rowSums(x: Tensor, weights: Tensor): Tensor {
  const size = x.shape.at(-1)!;
  const rows = x.reshape(multiplyDims(x.shape.slice(0, -1)), size);
  return rows.matmul(weights.reshape(size, 1)).reshape(...rowShape(x));
}

/** [..., n] weighted by [..., 1], the sum of all rows: [n]. */
function columnSums(x: Tensor, weights: Tensor): Tensor {
  const size = x.shape.at(-1)!;
  const count = multiplyDims(x.shape.slice(0, -1));
  return weights.reshape(1, count).matmul(x.reshape(count, size)).reshape(size);
}

/** x / sqrt(mean(x^2) + epsilon) * weight over the last axis (Zhang and Sennrich 2019, equation 4). */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  return apply(RMS_NORM, [x, weight], { epsilon });
}

const LAYER_NORM: Operation<{ epsilon: number }> = {
  name: 'layerNorm',
  infer: (inputs) => {
    checkWeights('layerNorm', inputs);
    const x = inputs[0]!;
    const row = { dtype: x.dtype, shape: rowShape(x) };
    return [{ dtype: x.dtype, shape: x.shape }, row, row];
  },
  lower: (writer, node, inputs, outputs) => {
    if (node.output().dtype !== 'float32')
      return lowerLayerNormByParts(writer, node, inputs, outputs);
    writer.node('LayerNormalization', inputs, outputs, {
      axis: -1,
      epsilon: { float: node.attributes.epsilon },
    });
  },
  gradient: (node, [grad, meanGrad, inverseGrad]) => {
    const [x, weight, bias] = node.inputs as [Tensor, Tensor, Tensor];
    const inverse = node.output(2);
    const normal = x.sub(node.output(1)).mul(inverse);
    const scaled = (grad ?? zerosLike(x)).mul(weight);
    const centred = scaled.sub(scaled.mean(-1, true));
    let dx = centred.sub(normal.mul(scaled.mul(normal).mean(-1, true))).mul(inverse);
    if (inverseGrad) dx = dx.add(inverseSlope(normal, inverse).mul(inverseGrad));
    if (meanGrad) dx = dx.add(meanGrad.div(extent([x.shape.at(-1)!], x.dtype)));
    if (!grad) return [dx, zerosLike(weight), zerosLike(bias)];
    return [dx, reduceTo(grad.mul(normal), weight.shape), reduceTo(grad, bias.shape)];
  },
};

/** (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis (Ba, Kiros, Hinton 2016). */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  return applyAll(LAYER_NORM, [x, weight, bias], { epsilon })[0]!;
}
