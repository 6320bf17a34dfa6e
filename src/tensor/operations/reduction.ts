/** @file Reductions over axes, and the sum that undoes a broadcast. */
import {
  apply,
  type Node,
  type Operation,
  requireFloat,
  requireNumeric,
  shapeError,
} from '../node.ts';
import { type Dim, normalizeAxis, type Shape, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { extent } from './leaf.ts';

interface ReduceAttributes extends Record<string, unknown> {
  readonly axes: readonly number[];
  readonly keep: boolean;
}

type Axes = number | readonly number[] | undefined;

function resolveAxes(x: Tensor, axes: Axes, name: string): number[] {
  if (axes === undefined) return x.shape.map((_, i) => i);
  const list = typeof axes === 'number' ? [axes] : axes;
  return [...new Set(list.map((axis) => normalizeAxis(axis, x.shape, name)))].sort((a, b) => a - b);
}

function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Dim[] {
  return keep
    ? shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
    : shape.filter((_, i) => !axes.includes(i));
}

/** Brings a reduced tensor back to rank, with size 1 at the reduced axes. */
function restoreAxes(y: Tensor, node: Node<ReduceAttributes>): Tensor {
  const kept = reducedShape(node.input(0).shape, node.attributes.axes, true);
  return sameShape(y.shape, kept) ? y : y.reshape(...kept);
}

type ReduceGradient = (grad: Tensor, x: Tensor, y: Tensor, node: Node<ReduceAttributes>) => Tensor;

/** A reduction that is one ONNX node; of no axes at all, it is `alone` of the tensor. */
function reduction(
  name: string,
  opType: string,
  gradient: ReduceGradient,
  { floats = false, alone = (x: Tensor): Tensor => x } = {},
) {
  const operation: Operation<ReduceAttributes> = {
    name,
    infer: ([x], { axes, keep }) => {
      if (floats) requireFloat(name, [x!]);
      requireNumeric(name, x!);
      return [{ dtype: x!.dtype, shape: reducedShape(x!.shape, axes, keep) }];
    },
    lower: (writer, { attributes }, [x], outputs) => {
      const axes = writer.constant('int64', [attributes.axes.length], attributes.axes);
      writer.node(opType, [x!, axes], outputs, { keepdims: attributes.keep ? 1 : 0 });
    },
    gradient: (node, [grad]) => {
      if (!grad) return [undefined];
      const y = restoreAxes(node.output(), node);
      return [gradient(restoreAxes(grad, node), node.input(0), y, node)];
    },
  };
  return (x: Tensor, axes?: Axes, keep = false): Tensor => {
    const resolved = resolveAxes(x, axes, name);
    // ONNX reads an empty axis list as "all axes".
    if (resolved.length === 0) return alone(x);
    return apply(operation, [x], { axes: resolved, keep });
  };
}

/** The number of elements that one output of a reduction is made of. */
function reducedExtent(x: Tensor, axes: readonly number[]): Tensor {
  return extent(
    axes.map((axis) => x.shape[axis]!),
    x.dtype,
  );
}

export const sum = reduction('sum', 'ReduceSum', (grad, x) => grad.broadcastTo(...x.shape));
export const mean = reduction(
  'mean',
  'ReduceMean',
  (grad, x, _, node) => grad.div(reducedExtent(x, node.attributes.axes)).broadcastTo(...x.shape),
  { floats: true },
);

/** Gradient of max and min: shared equally among the entries that tie. */
const toExtremes: ReduceGradient = (grad, x, y, node) => {
  const hit = x.equal(y).cast(x.dtype);
  return hit.mul(grad.div(hit.sum(node.attributes.axes, true)));
};

export const max = reduction('max', 'ReduceMax', toExtremes);
export const min = reduction('min', 'ReduceMin', toExtremes);
export const norm = reduction(
  'norm',
  'ReduceL2',
  // A vector of zeros has no direction: its gradient is taken as zero, as in PyTorch.
  (grad, x, y) => x.mul(y.equal(0).where(0, grad.div(y))),
  { floats: true, alone: (x) => x.abs() },
);
export const logSumExp = reduction(
  'logSumExp',
  'ReduceLogSumExp',
  (grad, x, y) => x.sub(y).exp().mul(grad),
  { floats: true },
);

const ARGMAX: Operation<{ axis: number }> = {
  name: 'argmax',
  infer: ([x], { axis }) => {
    requireNumeric('argmax', x!);
    return [{ dtype: 'int64', shape: x!.shape.filter((_, i) => i !== axis) }];
  },
  lower: (writer, { attributes }, inputs, outputs) =>
    writer.node('ArgMax', inputs, outputs, { axis: attributes.axis, keepdims: 0 }),
};

/** Index of the largest entry of one axis; ties go to the lowest index. */
export function argmax(x: Tensor, axis: number): Tensor {
  return apply(ARGMAX, [x], { axis: normalizeAxis(axis, x.shape, 'argmax') });
}

const CUMSUM: Operation<{ axis: number; reverse: boolean }> = {
  name: 'cumsum',
  infer: ([x]) => {
    requireNumeric('cumsum', x!);
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  lower: (writer, { attributes }, [x], outputs) => {
    const axis = writer.constant('int64', [], [attributes.axis]);
    writer.node('CumSum', [x!, axis], outputs, { reverse: attributes.reverse ? 1 : 0 });
  },
  gradient: ({ attributes: { axis, reverse } }, [grad]) => [
    grad && apply(CUMSUM, [grad], { axis, reverse: !reverse }),
  ],
};

/** Sums of the entries up to and including each, along one axis. */
export function cumsum(x: Tensor, axis: number): Tensor {
  return apply(CUMSUM, [x], { axis: normalizeAxis(axis, x.shape, 'cumsum'), reverse: false });
}

/** Sums `x` down to a shape that broadcasts to its own: the gradient of broadcasting. */
export function reduceTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.rank - shape.length;
  if (lead < 0) shapeError('reduceTo', [x], `a shape that [${shape.join(', ')}] broadcasts to`);
  const axes = x.shape.flatMap((dim, i) => (i < lead || dim !== shape[i - lead] ? [i] : []));
  const reduced = sum(x, axes, true);
  return sameShape(reduced.shape, shape) ? reduced : reduced.reshape(...shape);
}
