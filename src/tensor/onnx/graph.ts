/** @file Writes an ONNX graph: nodes, constants, inputs and outputs, and sizes that are known only at run time. */
import type { Dim, DType, Shape, TypedArray } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { Message } from './protobuf.ts';

/** TensorProto.DataType. */
const DATA_TYPE: Record<DType, number> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 };

const IR_VERSION = 10;
const OPSET = 21;
const CONTRIB = 'com.microsoft';

/** Operations of ONNX Runtime's own domain that lowerings use. */
const CONTRIB_OPERATIONS = new Set([
  'FusedMatMul',
  'RotaryEmbedding',
  'QuickGelu',
  'SkipSimplifiedLayerNormalization',
]);

/** A node attribute: integers and lists of integers as numbers, floats marked. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number };

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

function tensorProto(
  name: string,
  dtype: DType,
  shape: readonly number[],
  raw: Uint8Array,
): Message {
  const message = new Message();
  for (const dim of shape) message.integer(1, dim);
  return message.integer(2, DATA_TYPE[dtype]).text(8, name).bytes(9, raw);
}

function valueInfo(name: string, dtype: DType, shape: Shape): Message {
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

function attributeProto(name: string, value: AttributeValue): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'string') return message.text(4, value).integer(20, 3);
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2);
  if ('float' in value) return message.float(2, value.float).integer(20, 1);
  for (const item of value) message.integer(8, item);
  return message.integer(20, 7);
}

/** Collects one graph and encodes it as an ONNX model. */
export class GraphWriter {
  readonly #graph = new Message();
  readonly #inputs = new Map<string, Tensor>();
  readonly #constants = new Map<string, string>();
  /** For each symbolic size, the input and axis that carry it. */
  readonly #symbols = new Map<Dim, { input: string; axis: number }>();
  /** Names of run-time sizes and shape vectors already computed. */
  readonly #sizes = new Map<string, string>();
  #temporaries = 0;

  /** Declares an input; its symbolic sizes become known to the graph. */
  input(name: string, tensor: Tensor): void {
    if (this.#inputs.has(name)) return;
    this.#inputs.set(name, tensor);
    tensor.shape.forEach((dim, axis) => {
      if (typeof dim === 'string' && !this.#symbols.has(dim))
        this.#symbols.set(dim, { input: name, axis });
    });
  }

  get inputs(): ReadonlyMap<string, Tensor> {
    return this.#inputs;
  }

  temporary(): string {
    return `_${this.#temporaries++}`;
  }

  node(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): void {
    const message = new Message();
    for (const name of inputs) message.text(1, name);
    for (const name of outputs) message.text(2, name);
    message.text(4, opType);
    for (const [name, value] of Object.entries(attributes))
      message.message(5, attributeProto(name, value));
    if (CONTRIB_OPERATIONS.has(opType)) message.text(7, CONTRIB);
    this.#graph.message(1, message);
  }

  /** A constant; equal constants are stored once. */
  constant(dtype: DType, shape: readonly number[], values: ArrayLike<number>): string {
    const key = `${dtype}|${shape.join(',')}|${Array.from(values).join(',')}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const name = `c${this.#constants.size}`;
    this.#constants.set(key, name);
    this.initializer(name, dtype, shape, rawData(dtype, values));
    return name;
  }

  /** A tensor stored in the model under a name of its own. */
  initializer(name: string, dtype: DType, shape: readonly number[], raw: Uint8Array): void {
    this.#graph.message(5, tensorProto(name, dtype, shape, raw));
  }

  cast(from: string, to: string, dtype: DType): void {
    this.node('Cast', [from], [to], { to: DATA_TYPE[dtype] });
  }

  /** An int64 vector of sizes; symbolic ones are read from the inputs when the program runs. */
  shapeVector(shape: Shape): string {
    if (shape.every((dim) => typeof dim === 'number')) {
      return this.constant('int64', [shape.length], shape as number[]);
    }
    return this.#once(`shape:${shape.join(',')}`, (out) =>
      this.node(
        'Concat',
        shape.map((dim) => this.#size(dim)),
        [out],
        { axis: 0 },
      ),
    );
  }

  /** The target of a reshape: copies equal leading sizes (0), infers one unknown (-1), else reads sizes at run time. */
  reshapeTarget(target: Shape, source: Shape): string {
    const codes = target.map((dim, i) =>
      typeof dim === 'number' ? dim : dim === source[i] ? 0 : -1,
    );
    const unknown = codes.filter((code) => code === -1).length;
    if (unknown > 1 || target.includes(0)) return this.shapeVector(target);
    return this.constant('int64', [codes.length], codes);
  }

  output(name: string, tensor: Tensor): void {
    this.#graph.message(12, valueInfo(name, tensor.dtype, tensor.shape));
  }

  /** The model's bytes. Inputs in `baked` were stored as initializers and are not declared. */
  encode(baked: ReadonlySet<string>): Uint8Array {
    for (const [name, tensor] of this.#inputs) {
      if (!baked.has(name)) this.#graph.message(11, valueInfo(name, tensor.dtype, tensor.shape));
    }
    return new Message()
      .integer(1, IR_VERSION)
      .text(2, 'touchstone')
      .message(7, this.#graph.text(2, 'graph'))
      .message(8, new Message().text(1, '').integer(2, OPSET))
      .message(8, new Message().text(1, CONTRIB).integer(2, 1))
      .encode();
  }

  /** The name of a one-element int64 vector holding a size: 'a+b' adds, 'a*b' multiplies. */
  #size(dim: Dim): string {
    if (typeof dim === 'number') return this.constant('int64', [1], [dim]);
    if (/^\d+$/.test(dim)) return this.constant('int64', [1], [Number(dim)]);
    const direct = this.#symbols.get(dim);
    if (direct) return this.#once(`size:${dim}`, (out) => this.#inputSize(direct, out));
    for (const [sign, opType] of [
      ['+', 'Add'],
      ['*', 'Mul'],
    ] as const) {
      const at = dim.indexOf(sign);
      if (at < 0) continue;
      const parts = [this.#size(dim.slice(0, at)), this.#size(dim.slice(at + 1))];
      return this.#once(`size:${dim}`, (out) => this.node(opType, parts, [out]));
    }
    throw new TypeError(`no input of the program has the symbolic size '${dim}'`);
  }

  #inputSize({ input, axis }: { input: string; axis: number }, out: string): void {
    this.node('Shape', [input], [out], { start: axis, end: axis + 1 });
  }

  #once(key: string, emit: (out: string) => void): string {
    const known = this.#sizes.get(key);
    if (known) return known;
    const out = this.temporary();
    emit(out);
    this.#sizes.set(key, out);
    return out;
  }
}
