/** @file Graph nodes and the contract of an operation: its shape rule, its ONNX lowering, its gradient. */
import type { GraphWriter } from './onnx/graph.ts';
import { type DType, formatShape, isFloat, type Shape } from './shape.ts';
import { Tensor } from './tensor.ts';

/** Attribute values are plain JSON, so that equal graphs have equal keys. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Type and shape of one output. */
export interface Signature {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** An operation: one small object. Names are unique: equal names, attributes and inputs mean equal values. */
export interface Operation<A extends Attributes = Attributes> {
  readonly name: string;
  /** No gradient passes through, on purpose: it is cut, or zero almost everywhere. */
  readonly stopsGradient?: boolean;
  /** Checks the inputs and gives the outputs' signatures; throws with `shapeError` where they do not fit. */
  infer(inputs: readonly Tensor[], attributes: A): readonly Signature[];
  /** Emits ONNX nodes that compute the outputs. */
  lower(
    writer: GraphWriter,
    node: Node<A>,
    inputs: readonly string[],
    outputs: readonly string[],
  ): void;
  /**
   * Gradients of the inputs, given those of the outputs, at least one of which is there. Every float
   * input gets one. Needed by every operation of float inputs and outputs that does not stop gradients.
   */
  gradient?(node: Node<A>, grads: readonly (Tensor | undefined)[]): readonly (Tensor | undefined)[];
}

/** One application of an operation. */
export class Node<A extends Attributes = Attributes> {
  readonly operation: Operation<A>;
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  readonly outputs: readonly Tensor[];

  constructor(operation: Operation<A>, inputs: readonly Tensor[], attributes: A) {
    this.operation = operation;
    this.inputs = inputs;
    this.attributes = attributes;
    const signatures = operation.infer(inputs, attributes);
    this.outputs = signatures.map(
      (signature, i) => new Tensor(this as unknown as Node, i, signature),
    );
  }

  input(index: number): Tensor {
    return this.inputs[index]!;
  }

  output(index = 0): Tensor {
    return this.outputs[index]!;
  }
}

/** Applies an operation and gives all its outputs. */
export function applyAll<A extends Attributes>(
  operation: Operation<A>,
  inputs: readonly Tensor[],
  attributes: A,
): readonly Tensor[] {
  return new Node(operation, inputs, attributes).outputs;
}

/** Applies an operation and gives its first output. */
export function apply<A extends Attributes>(
  operation: Operation<A>,
  inputs: readonly Tensor[],
  attributes: A,
): Tensor {
  return applyAll(operation, inputs, attributes)[0]!;
}

/** Throws unless all of `floats` (by default all inputs) are of one float type. */
export function requireFloat(
  operation: string,
  inputs: readonly Tensor[],
  floats: readonly Tensor[] = inputs,
): void {
  const { dtype } = floats[0]!;
  if (!isFloat(dtype) || floats.some((input) => input.dtype !== dtype)) {
    shapeError(operation, inputs, 'float tensors of one type');
  }
}

/** Throws if the tensor is bool. */
export function requireNumeric(operation: string, input: Tensor): void {
  if (input.dtype === 'bool') shapeError(operation, [input], 'a tensor of numbers');
}

/** The error of inputs that do not fit: names the operation, every shape, and what was expected. */
export function shapeError(operation: string, inputs: readonly Tensor[], expected: string): never {
  const shapes = inputs.map((input) => `${input.dtype}${formatShape(input.shape)}`).join(', ');
  throw new TypeError(`${operation}: cannot take ${shapes}; expected ${expected}`);
}
