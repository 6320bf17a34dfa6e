/** @file Where graphs begin: inputs that are fed at run time, and constants. */
import { apply, type Node, type Operation } from '../node.ts';
import {
  canonicalShape,
  type Dim,
  type DType,
  elementCount,
  formatShape,
  multiplyDims,
  type Shape,
  type TypedArray,
} from '../shape.ts';
import type { Tensor } from '../tensor.ts';

interface InputAttributes extends Record<string, unknown> {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

const INPUT: Operation<InputAttributes> = {
  name: 'input',
  infer: (_, { dtype, shape }) => [{ dtype, shape }],
  lower: (writer, node) => writer.input(node.attributes.name, node.output()),
};

interface ConstantAttributes extends Record<string, unknown> {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const CONSTANT: Operation<ConstantAttributes> = {
  name: 'constant',
  infer: (_, { dtype, shape }) => [{ dtype, shape }],
  lower: (writer, { attributes }, _inputs, [out]) => {
    const name = writer.constant(attributes.dtype, attributes.shape, attributes.data);
    writer.node('Identity', [name], [out!]);
  },
};

interface ExtentAttributes extends Record<string, unknown> {
  readonly dtype: DType;
  readonly dim: Dim;
}

const EXTENT: Operation<ExtentAttributes> = {
  name: 'extent',
  infer: (_, { dtype }) => [{ dtype, shape: [] }],
  lower: (writer, { attributes }, _inputs, [out]) => {
    const size = writer.temporary();
    writer.node('Squeeze', [writer.shapeVector([attributes.dim])], [size]);
    writer.cast(size, out!, attributes.dtype);
  },
};

function isSize(dim: Dim): boolean {
  return typeof dim === 'number' ? Number.isInteger(dim) && dim >= 0 : dim !== '';
}

/**
 * A value fed when a program runs. Equal names in one graph are the same input.
 *
 * @param shape sizes; equal names are equal sizes, and a name that stands alone in some input may
 * take part in sums and products elsewhere: 'past+seq', '4*seq'
 */
export function input(name: string, dtype: DType, shape: Shape): Tensor {
  if (name === '' || !shape.every(isSize)) {
    throw new TypeError(`input '${name}': bad name or shape ${formatShape(shape)}`);
  }
  return apply(INPUT, [], { name, dtype, shape: canonicalShape(shape) });
}

/** The name of an input tensor, or undefined for any other tensor. */
export function inputName({ node }: Tensor): string | undefined {
  return node.operation.name === 'input'
    ? (node as Node<InputAttributes>).attributes.name
    : undefined;
}

/** A small constant baked into the graph. */
export function constant(
  data: number | readonly number[] | TypedArray,
  shape: readonly number[] = typeof data === 'number' ? [] : [data.length],
  dtype: DType = 'float32',
): Tensor {
  const values = typeof data === 'number' ? [data] : Array.from(data as ArrayLike<number>, Number);
  if (values.length !== elementCount(shape)) {
    throw new TypeError(
      `constant: ${values.length} values do not fill shape [${shape.join(', ')}]`,
    );
  }
  const whole = dtype === 'int32' || dtype === 'int64';
  const misfit = whole ? values.find((value) => !Number.isSafeInteger(value)) : undefined;
  if (misfit !== undefined) throw new TypeError(`constant: ${misfit} is not an ${dtype}`);
  return apply(CONSTANT, [], { dtype, shape, data: values });
}

/** The number of elements of a shape as a scalar tensor: symbolic sizes are read when the program runs. */
export function extent(dims: Shape, dtype: DType): Tensor {
  if (dims.every((dim) => typeof dim === 'number')) {
    return constant(elementCount(dims as number[]), [], dtype);
  }
  return apply(EXTENT, [], { dtype, dim: multiplyDims(dims) });
}

/** Zeros of the type and shape of another tensor. */
export function zerosLike(x: Tensor): Tensor {
  return constant(0, [], x.dtype).broadcastTo(...x.shape);
}
