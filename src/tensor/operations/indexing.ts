/** @file Operations that pick entries by index, and the scatters that are their gradients. */
import {
  type Attributes,
  apply,
  applyAll,
  type Operation,
  requireNumeric,
  shapeError,
} from '../node.ts';
import type { GraphWriter } from '../onnx/graph.ts';
import {
  canonicalShape,
  type Dim,
  type DType,
  multiplyDims,
  type Shape,
  sameShape,
} from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { constant, zerosLike } from './leaf.ts';

const NONE: Attributes = {};

const GATHER: Operation = {
  name: 'gather',
  infer: (inputs) => {
    const [x, indices] = inputs as [Tensor, Tensor];
    if (x.rank < 1 || indices.dtype !== 'int64')
      shapeError('gather', inputs, 'a table and int64 indices');
    return [{ dtype: x.dtype, shape: [...indices.shape, ...x.shape.slice(1)] }];
  },
  lower: (writer, _, inputs, outputs) => writer.node('Gather', inputs, outputs, { axis: 0 }),
  gradient: (node, [grad]) => {
    const [x, indices] = node.inputs as [Tensor, Tensor];
    return [grad && scatterAdd(indices, grad, x.shape)];
  },
};

/** Rows of a table [n, ...] at int64 indices; shape [...indices, ...]. Indices must lie in [0, n). */
export function gather(table: Tensor, indices: Tensor): Tensor {
  return apply(GATHER, [table, indices], NONE);
}

/** The numbers of all entries of the rows at `indices` in a table laid out flat: row size * index + 0, 1, ... */
function writeEntries(writer: GraphWriter, indices: string, rowSize: Dim): string {
  const scalar = (value: number) => writer.constant('int64', [], [value]);
  const [column, size, first, within, all, flat] = writer.temporaries(6);
  writer.node('Unsqueeze', [indices, writer.constant('int64', [1], [-1])], [column!]);
  writer.node('Squeeze', [writer.shapeVector([rowSize])], [size!]);
  writer.node('Mul', [column!, size!], [first!]);
  writer.node('Range', [scalar(0), size!, scalar(1)], [within!]);
  writer.node('Add', [first!, within!], [all!]);
  writer.node('Reshape', [all!, writer.constant('int64', [1], [-1])], [flat!]);
  return flat!;
}

const SCATTER_ADD: Operation<{ shape: Shape }> = {
  name: 'scatterAdd',
  infer: (inputs, { shape }) => {
    const [indices, updates] = inputs as [Tensor, Tensor];
    const fits = sameShape(updates.shape, [...indices.shape, ...shape.slice(1)]);
    if (!fits || shape.length < 1 || indices.dtype !== 'int64' || updates.dtype === 'bool') {
      const rows = `one row of [${shape.join(', ')}] for each`;
      shapeError('scatterAdd', inputs, `int64 indices, and ${rows}`);
    }
    return [{ dtype: updates.dtype, shape }];
  },
  // Not ScatterND: its additions run in parallel and lose updates where two threads meet in one row.
  lower: (writer, node, [indices, updates], [out]) => {
    const { shape, dtype } = node.output();
    const size = writer.shapeVector([multiplyDims(shape)]);
    const [table, flat, sum] = [writer.temporary(), writer.temporary(), writer.temporary()];
    writer.node('Expand', [writer.constant(dtype, [], [0]), size], [table]);
    writer.node('Reshape', [updates!, writer.constant('int64', [1], [-1])], [flat]);
    const entries = writeEntries(writer, indices!, multiplyDims(shape.slice(1)));
    writer.node('ScatterElements', [table, entries, flat], [sum], { reduction: 'add' });
    writer.reshape(sum, [multiplyDims(shape)], out!, shape);
  },
  gradient: (node, [grad]) => [undefined, grad && gather(grad, node.input(0))],
};

/** A table of zeros of `shape` with `updates` added to the rows at `indices`; repeated rows add up. */
export function scatterAdd(indices: Tensor, updates: Tensor, shape: Shape): Tensor {
  return apply(SCATTER_ADD, [indices, updates], { shape: canonicalShape(shape) });
}

function checkLast(name: string, inputs: readonly Tensor[], x: Tensor, indices: Tensor): void {
  const leads = sameShape(x.shape.slice(0, -1), indices.shape.slice(0, -1));
  if (indices.dtype !== 'int64' || x.rank < 1 || indices.rank !== x.rank || !leads) {
    shapeError(name, inputs, 'int64 indices [..., k] with the leading axes of the first tensor');
  }
}

const GATHER_LAST: Operation = {
  name: 'gatherLast',
  infer: (inputs) => {
    const [x, indices] = inputs as [Tensor, Tensor];
    checkLast('gatherLast', inputs, x, indices);
    return [{ dtype: x.dtype, shape: indices.shape }];
  },
  lower: (writer, _, inputs, outputs) =>
    writer.node('GatherElements', inputs, outputs, { axis: -1 }),
  gradient: (node, [grad]) => {
    const [x, indices] = node.inputs as [Tensor, Tensor];
    return [grad && addAtLast(zerosLike(x), indices, grad)];
  },
};

/** Entries of the last axis at int64 indices [..., k]. */
export function gatherLast(x: Tensor, indices: Tensor): Tensor {
  return apply(GATHER_LAST, [x, indices], NONE);
}

const ADD_AT_LAST: Operation = {
  name: 'addAtLast',
  infer: (inputs) => {
    const [x, indices, updates] = inputs as [Tensor, Tensor, Tensor];
    checkLast('addAtLast', inputs, x, indices);
    const sameType = x.dtype === updates.dtype && x.dtype !== 'bool';
    if (!sameType || !sameShape(updates.shape, indices.shape)) {
      shapeError('addAtLast', inputs, 'one update an index, of the type of the first tensor');
    }
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower: (writer, _, inputs, outputs) =>
    writer.node('ScatterElements', inputs, outputs, { axis: -1, reduction: 'add' }),
  gradient: (node, [grad]) => [grad, undefined, grad && gatherLast(grad, node.input(1))],
};

/** `x` with `updates` added along the last axis at `indices` [..., k]. */
export function addAtLast(x: Tensor, indices: Tensor, updates: Tensor): Tensor {
  return apply(ADD_AT_LAST, [x, indices, updates], NONE);
}

const TOP_K: Operation<{ k: number }> = {
  name: 'topK',
  infer: ([x], { k }) => {
    requireNumeric('topK', x!);
    const size = x!.shape.at(-1);
    if (x!.rank < 1 || !Number.isInteger(k) || k < 1 || (typeof size === 'number' && k > size)) {
      shapeError('topK', [x!], `1 <= k <= size of the last axis, got k = ${k}`);
    }
    const shape = [...x!.shape.slice(0, -1), k];
    return [
      { dtype: x!.dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  lower: (writer, { attributes }, [x], outputs) =>
    writer.node('TopK', [x!, writer.constant('int64', [1], [attributes.k])], outputs, { axis: -1 }),
  gradient: (node, [grad]) => {
    return [grad && addAtLast(zerosLike(node.input(0)), node.output(1), grad)];
  },
};

/** The k largest entries of the last axis, largest first, and their int64 indices; ties keep the lower index. */
export function topK(x: Tensor, k: number): { values: Tensor; indices: Tensor } {
  const [values, indices] = applyAll(TOP_K, [x], { k });
  return { values: values!, indices: indices! };
}

/** int64 indices [...] as 0/1 vectors [..., depth]; an index outside [0, depth) gives zeros. */
export function oneHot(indices: Tensor, depth: number, dtype: DType): Tensor {
  if (indices.dtype !== 'int64') shapeError('oneHot', [indices], 'int64 indices');
  const classes = constant(
    Array.from({ length: depth }, (_, i) => i),
    [depth],
    'int64',
  );
  return indices
    .reshape(...indices.shape, 1)
    .equal(classes)
    .cast(dtype);
}
