/** @file Writes an ONNX graph: nodes, constants, inputs and outputs, and sizes that are known only at run time. */
import { type Dim, type DType, type Shape, sameShape, termsOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import {
  type AttributeValue,
  attributeProto,
  DATA_TYPE,
  rawData,
  spellNumber,
  tensorProto,
  valueInfo,
} from './messages.ts';
import { Message } from './protobuf.ts';

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

/** Collects one graph and encodes it as an ONNX model. */
export class GraphWriter {
  readonly #graph = new Message();
  /** Names that the caller chose; the writer's own keep clear of them. */
  readonly #taken: ReadonlySet<string>;
  readonly #inputs = new Map<string, Tensor>();
  readonly #constants = new Map<string, string>();
  /** For each symbolic size, the input and axis that carry it. */
  readonly #symbols = new Map<Dim, { input: string; axis: number }>();
  /** Names of run-time sizes and shape vectors already computed. */
  readonly #sizes = new Map<string, string>();
  #names = 0;

  constructor(taken: ReadonlySet<string> = new Set()) {
    this.#taken = taken;
  }

  /** Declares an input; its symbolic sizes become known to the graph. */
  input(name: string, tensor: Tensor): void {
    const known = this.#inputs.get(name);
    if (known && !(known.dtype === tensor.dtype && sameShape(known.shape, tensor.shape))) {
      throw new TypeError(`input '${name}' is declared twice: as ${known} and as ${tensor}`);
    }
    if (known) return;
    this.#inputs.set(name, tensor);
    tensor.shape.forEach((dim, axis) => {
      if (typeof dim === 'string' && !this.#symbols.has(dim))
        this.#symbols.set(dim, { input: name, axis });
    });
  }

  get inputs(): ReadonlyMap<string, Tensor> {
    return this.#inputs;
  }

  /** A name that nothing else has. */
  temporary(): string {
    const name = `_${this.#names++}`;
    return this.#taken.has(name) ? this.temporary() : name;
  }

  temporaries(count: number): string[] {
    return Array.from({ length: count }, () => this.temporary());
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
    const key = `${dtype}|${shape.join(',')}|${Array.from(values, spellNumber).join(',')}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const name = this.temporary();
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

  /** Writes a reshape. Equal leading sizes are copied (0) and one size is inferred (-1) where that is safe. */
  reshape(x: string, source: Shape, out: string, target: Shape): void {
    const codes = target.map((dim, i) =>
      typeof dim === 'number' ? dim : dim === source[i] ? 0 : -1,
    );
    const unknown = codes.filter((code) => code === -1).length;
    // An axis of zero length leaves the unknown size open, and as a number it would read as "copy".
    const inferred = unknown === 0 || (unknown === 1 && !codes.includes(0));
    if (inferred && !target.includes(0)) {
      this.node('Reshape', [x, this.constant('int64', [codes.length], codes)], [out]);
    } else {
      this.node('Reshape', [x, this.shapeVector(target)], [out], { allowzero: 1 });
    }
  }

  output(name: string, tensor: Tensor): void {
    this.#graph.message(12, valueInfo(name, tensor.dtype, tensor.shape));
  }

  /** The model's bytes. Inputs that were stored as initializers are not among the declared ones. */
  encode(inputs: ReadonlyMap<string, Tensor>): Uint8Array {
    for (const [name, tensor] of inputs) {
      this.#graph.message(11, valueInfo(name, tensor.dtype, tensor.shape));
    }
    return new Message()
      .integer(1, IR_VERSION)
      .text(2, 'touchstone')
      .message(7, this.#graph.text(2, 'graph'))
      .message(8, new Message().text(1, '').integer(2, OPSET))
      .message(8, new Message().text(1, CONTRIB).integer(2, 1))
      .encode();
  }

  /** The name of a one-element int64 vector holding a size. */
  #size(dim: Dim): string {
    if (typeof dim === 'number') return this.constant('int64', [1], [dim]);
    const direct = this.#symbols.get(dim);
    if (direct) return this.#once(`size:${dim}`, (out) => this.#inputSize(direct, out));
    const terms = [...termsOf(dim)].map(([names, factor]) => this.#term(names, factor, dim));
    return terms.reduce((a, b) => this.#combine('Add', a, b));
  }

  /** One term of a size: a factor times a product of names. */
  #term(names: string, factor: number, dim: Dim): string {
    if (names === '') return this.#size(factor);
    const factors = names.split('*').map((name) => {
      if (!this.#symbols.has(name)) {
        throw new TypeError(`no input of the program has the size '${name}' that '${dim}' needs`);
      }
      return this.#size(name);
    });
    return [...(factor === 1 ? [] : [this.#size(factor)]), ...factors].reduce((a, b) =>
      this.#combine('Mul', a, b),
    );
  }

  #combine(opType: 'Add' | 'Mul', a: string, b: string): string {
    return this.#once(`${opType}:${a}:${b}`, (out) => this.node(opType, [a, b], [out]));
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
