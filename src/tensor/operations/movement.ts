/** @file Operations that move data without arithmetic: reshape, transpose, slice, split, concat, broadcast. */
import { apply, applyAll, type Operation, shapeError } from '../node.ts';
import {
  addDims,
  broadcastsTo,
  canonicalShape,
  type Dim,
  multiplyDims,
  normalizeAxis,
  type Shape,
  sameShape,
} from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { zerosLike } from './leaf.ts';
import { reduceTo } from './reduction.ts';

const RESHAPE: Operation<{ shape: Shape }> = {
  name: 'reshape',
  infer: ([x], { shape }) => {
    if (multiplyDims(x!.shape) !== multiplyDims(shape)) {
      shapeError('reshape', [x!], `as many elements as [${shape.join(', ')}]`);
    }
    return [{ dtype: x!.dtype, shape }];
  },
  lower: (writer, node, [x], [out]) =>
    writer.reshape(x!, node.input(0).shape, out!, node.attributes.shape),
  gradient: (node, [grad]) => [grad?.reshape(...node.input(0).shape)],
};

/** The same elements under another shape; symbolic sizes may be merged ('batch*seq') and split again. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(RESHAPE, [x], { shape: canonicalShape(shape) });
}

const TRANSPOSE: Operation<{ permutation: readonly number[] }> = {
  name: 'transpose',
  infer: ([x], { permutation }) => {
    const valid = [...permutation].sort((a, b) => a - b).every((axis, i) => axis === i);
    if (!valid || permutation.length !== x!.rank) {
      shapeError('transpose', [x!], `a permutation of its axes, got [${permutation.join(', ')}]`);
    }
    return [{ dtype: x!.dtype, shape: permutation.map((axis) => x!.shape[axis]!) }];
  },
  lower: (writer, { attributes }, inputs, outputs) =>
    writer.node('Transpose', inputs, outputs, { perm: attributes.permutation }),
  gradient: ({ attributes: { permutation } }, [grad]) => [
    grad?.transpose(...permutation.map((_, axis) => permutation.indexOf(axis))),
  ],
};

/** Axes in another order; without arguments, reversed. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  const order = permutation.length > 0 ? permutation : x.shape.map((_, i) => x.rank - 1 - i);
  return apply(TRANSPOSE, [x], { permutation: order });
}

interface SliceAttributes extends Record<string, unknown> {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

const SLICE: Operation<SliceAttributes> = {
  name: 'slice',
  infer: ([x], { axis, start, end }) => {
    const size = x!.shape[axis]!;
    const fixed = typeof size === 'number';
    const whole = Number.isInteger(start) && Number.isInteger(end);
    if (!whole || start < 0 || end < start || (fixed && end > size)) {
      shapeError('slice', [x!], `0 <= start <= end <= size on axis ${axis}, got ${start}..${end}`);
    }
    return [{ dtype: x!.dtype, shape: x!.shape.map((dim, i) => (i === axis ? end - start : dim)) }];
  },
  lower: (writer, node, [x], [out]) => {
    const { axis, start, end } = node.attributes;
    const { shape } = node.output();
    const bounds = [start, end, axis].map((value) => writer.constant('int64', [1], [value]));
    const fixed = typeof node.input(0).shape[axis] === 'number';
    const part = fixed ? out! : writer.temporary();
    writer.node('Slice', [x!, ...bounds], [part]);
    // ONNX cuts a range that runs past the end short; the reshape makes that an error.
    if (!fixed) writer.reshape(part, shape, out!, shape);
  },
  gradient: (node, [grad]) => {
    const { axis, start, end } = node.attributes;
    const size = node.input(0).shape[axis]!;
    if (typeof size !== 'number')
      throw new TypeError(`slice: no gradient along symbolic axis '${size}'`);
    return [grad && pad(grad, axis, start, size - end)];
  },
};

/** Entries `start` (inclusive) to `end` (exclusive) of one axis. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  return apply(SLICE, [x], { axis: normalizeAxis(axis, x.shape, 'slice'), start, end });
}

interface PadAttributes extends Record<string, unknown> {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

const PAD: Operation<PadAttributes> = {
  name: 'pad',
  infer: ([x], { axis, before, after }) => {
    if (![before, after].every((count) => Number.isInteger(count) && count >= 0)) {
      shapeError('pad', [x!], `counts that are not negative, got ${before} and ${after}`);
    }
    const padded = (dim: Dim, i: number) => (i === axis ? addDims([dim, before, after]) : dim);
    return [{ dtype: x!.dtype, shape: x!.shape.map(padded) }];
  },
  lower: (writer, { attributes: { axis, before, after } }, [x], outputs) => {
    const pads = writer.constant('int64', [2], [before, after]);
    writer.node('Pad', [x!, pads, '', writer.constant('int64', [1], [axis])], outputs);
  },
  gradient: (node, [grad]) => {
    const { axis, before, after } = node.attributes;
    const part = grad?.split(axis, [before, node.input(0).shape[axis]!, after])[1];
    return [part];
  },
};

/** Zeros before and after on one axis. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  return apply(PAD, [x], { axis: normalizeAxis(axis, x.shape, 'pad'), before, after });
}

const SPLIT: Operation<{ axis: number; sizes: Shape }> = {
  name: 'split',
  infer: ([x], { axis, sizes }) => {
    if (sizes.length === 0 || addDims(sizes) !== x!.shape[axis]) {
      shapeError('split', [x!], `sizes [${sizes.join(', ')}] that add up to axis ${axis}`);
    }
    return sizes.map((size) => ({
      dtype: x!.dtype,
      shape: x!.shape.map((dim, i) => (i === axis ? size : dim)),
    }));
  },
  lower: (writer, { attributes: { axis, sizes } }, [x], outputs) =>
    writer.node('Split', [x!, writer.shapeVector(sizes)], outputs, { axis }),
  gradient: (node, grads) => {
    const parts = node.outputs.map((out, i) => grads[i] ?? zerosLike(out));
    return [concat(parts, node.attributes.axis)];
  },
};

/** Parts of one axis, of the given sizes. */
export function split(x: Tensor, axis: number, sizes: Shape): Tensor[] {
  return [
    ...applyAll(SPLIT, [x], {
      axis: normalizeAxis(axis, x.shape, 'split'),
      sizes: canonicalShape(sizes),
    }),
  ];
}

const CONCAT: Operation<{ axis: number }> = {
  name: 'concat',
  infer: (inputs, { axis }) => {
    const first = inputs[0]!;
    const fits = inputs.every(
      (x) =>
        x.dtype === first.dtype &&
        x.rank === first.rank &&
        x.shape.every((dim, i) => i === axis || dim === first.shape[i]),
    );
    if (!fits) shapeError('concat', inputs, `equal types and shapes except along axis ${axis}`);
    const joined = addDims(inputs.map((x) => x.shape[axis]!));
    return [
      { dtype: first.dtype, shape: first.shape.map((dim, i) => (i === axis ? joined : dim)) },
    ];
  },
  lower: (writer, { attributes: { axis } }, inputs, outputs) =>
    writer.node('Concat', inputs, outputs, { axis }),
  gradient: (node, [grad]) => {
    const { axis } = node.attributes;
    const sizes = node.inputs.map((x) => x.shape[axis]!);
    return grad ? grad.split(axis, sizes) : [];
  },
};

/** Tensors joined along one axis. */
export function concat(inputs: readonly Tensor[], axis: number): Tensor {
  if (inputs.length === 0) throw new TypeError('concat: needs at least one tensor');
  if (inputs.length === 1) return inputs[0]!;
  return apply(CONCAT, inputs, { axis: normalizeAxis(axis, inputs[0]!.shape, 'concat') });
}

const BROADCAST: Operation<{ shape: Shape }> = {
  name: 'broadcastTo',
  infer: ([x], { shape }) => {
    if (!broadcastsTo(x!.shape, shape)) {
      shapeError('broadcastTo', [x!], `a shape that broadcasts to [${shape.join(', ')}]`);
    }
    return [{ dtype: x!.dtype, shape }];
  },
  lower: (writer, { attributes }, [x], outputs) =>
    writer.node('Expand', [x!, writer.shapeVector(attributes.shape)], outputs),
  gradient: (node, [grad]) => [grad && reduceTo(grad, node.input(0).shape)],
};

/** Repeats axes of size 1, and new leading axes, to the given shape. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(BROADCAST, [x], { shape: canonicalShape(shape) });
}
