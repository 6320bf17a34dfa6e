/** @file The messages that an ONNX graph is made of: tensors, attributes, declarations of values. */
import type { DType, Shape, TypedArray } from '../shape.ts';
import { Message } from './protobuf.ts';

/** TensorProto.DataType. */
export const DATA_TYPE: Record<DType, number> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** A node attribute: integers and lists of integers as numbers, floats marked. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number };

/** A number as text; unlike String it tells -0 from 0. */
export function spellNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The raw little-endian bytes of numbers in a given type. */
export function rawData(dtype: DType, values: ArrayLike<number>): Uint8Array {
  const array = toTyped(dtype, values);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function toTyped(dtype: DType, values: ArrayLike<number>): TypedArray {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(values);
    case 'float64':
      return Float64Array.from(values);
    case 'int32':
      return Int32Array.from(values);
    case 'bool':
      return Uint8Array.from(values);
    case 'int64':
      return BigInt64Array.from(Array.from(values, (value) => BigInt(value)));
  }
}

export function tensorProto(
  name: string,
  dtype: DType,
  shape: readonly number[],
  raw: Uint8Array,
): Message {
  const message = new Message();
  for (const dim of shape) message.integer(1, dim);
  return message.integer(2, DATA_TYPE[dtype]).text(8, name).bytes(9, raw);
}

export function valueInfo(name: string, dtype: DType, shape: Shape): Message {
  const dims = new Message();
  for (const dim of shape) {
    dims.message(
      1,
      typeof dim === 'number' ? new Message().integer(1, dim) : new Message().text(2, dim),
    );
  }
  const type = new Message().message(
    1,
    new Message().integer(1, DATA_TYPE[dtype]).message(2, dims),
  );
  return new Message().text(1, name).message(2, type);
}

export function attributeProto(name: string, value: AttributeValue): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'string') return message.text(4, value).integer(20, 3);
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2);
  if ('float' in value) return message.float(2, value.float).integer(20, 1);
  for (const item of value) message.integer(8, item);
  return message.integer(20, 7);
}
