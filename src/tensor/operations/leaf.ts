/** @file Where graphs begin: inputs that are fed at run time, and constants. */
import { apply, type Operation } from '../node.ts';
import { type DType, elementCount, type Shape, type TypedArray } from '../shape.ts';
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
  readonly dims: Shape;
}

const EXTENT: Operation<ExtentAttributes> = {
  name: 'extent',
  infer: (_, { dtype }) => [{ dtype, shape: [] }],
  lower: (writer, { attributes }, _inputs, [out]) => {
    const product = writer.temporary();
    writer.node('ReduceProd', [writer.shapeVector(attributes.dims)], [product], { keepdims: 0 });
    writer.cast(product, out!, attributes.dtype);
  },
};

/** A value fed when a program runs. Equal names in one graph are the same input. */
export function input(name: string, dtype: DType, shape: Shape): Tensor {
  return apply(INPUT, [], { name, dtype, shape });
}

/** The name of an input tensor, or undefined for any other tensor. */
export function inputName(tensor: Tensor): string | undefined {
  return tensor.node.operation.name === 'input'
    ? String(tensor.node.attributes['name'])
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
  return apply(CONSTANT, [], { dtype, shape, data: values });
}

/** The number of elements of a shape as a scalar tensor: symbolic sizes are read when the program runs. */
export function extent(dims: Shape, dtype: DType): Tensor {
  if (dims.every((dim) => typeof dim === 'number')) {
    return constant(elementCount(dims as number[]), [], dtype);
  }
  return apply(EXTENT, [], { dtype, dims });
}
