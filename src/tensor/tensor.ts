/** @file The symbolic tensor: an immutable value in a graph, with a type and a shape, built by methods. */
import type { Node, Signature } from './node.ts';
import * as activation from './operations/activation.ts';
import * as elementwise from './operations/elementwise.ts';
import * as indexing from './operations/indexing.ts';
import { type MatmulOptions, matmul } from './operations/matmul.ts';
import * as movement from './operations/movement.ts';
import * as normalization from './operations/normalization.ts';
import * as reduction from './operations/reduction.ts';
import { rope } from './operations/rope.ts';
import { type Dim, type DType, formatShape, type Shape } from './shape.ts';

let nextId = 0;

/** A tensor or a number that stands for a scalar of the same type. */
export type Operand = Tensor | number;

/**
 * A value in a symbolic graph. Nothing is computed until the graph is compiled and run.
 * Methods check shapes when they build; their errors name the operation and the shapes.
 */
export class Tensor {
  readonly id = nextId++;
  readonly node: Node;
  /** Which of the node's outputs this is. */
  readonly index: number;
  readonly dtype: DType;
  readonly shape: Shape;

  constructor(node: Node, index: number, signature: Signature) {
    this.node = node;
    this.index = index;
    this.dtype = signature.dtype;
    this.shape = signature.shape;
  }

  get rank(): number {
    return this.shape.length;
  }

  toString(): string {
    return `${this.node.operation.name}:${this.dtype}${formatShape(this.shape)}`;
  }

  // Elementwise, with NumPy broadcasting.
  add(other: Operand): Tensor {
    return elementwise.add(this, other);
  }
  sub(other: Operand): Tensor {
    return elementwise.sub(this, other);
  }
  mul(other: Operand): Tensor {
    return elementwise.mul(this, other);
  }
  div(other: Operand): Tensor {
    return elementwise.div(this, other);
  }
  pow(exponent: Operand): Tensor {
    return elementwise.pow(this, exponent);
  }
  maximum(other: Operand): Tensor {
    return elementwise.maximum(this, other);
  }
  minimum(other: Operand): Tensor {
    return elementwise.minimum(this, other);
  }
  less(other: Operand): Tensor {
    return elementwise.less(this, other);
  }
  lessEqual(other: Operand): Tensor {
    return elementwise.lessEqual(this, other);
  }
  greater(other: Operand): Tensor {
    return elementwise.greater(this, other);
  }
  greaterEqual(other: Operand): Tensor {
    return elementwise.greaterEqual(this, other);
  }
  equal(other: Operand): Tensor {
    return elementwise.equal(this, other);
  }
  and(other: Tensor): Tensor {
    return elementwise.and(this, other);
  }
  or(other: Tensor): Tensor {
    return elementwise.or(this, other);
  }
  not(): Tensor {
    return elementwise.not(this);
  }
  neg(): Tensor {
    return elementwise.neg(this);
  }
  abs(): Tensor {
    return elementwise.abs(this);
  }
  sign(): Tensor {
    return elementwise.sign(this);
  }
  exp(): Tensor {
    return elementwise.exp(this);
  }
  log(): Tensor {
    return elementwise.log(this);
  }
  sqrt(): Tensor {
    return elementwise.sqrt(this);
  }
  square(): Tensor {
    return elementwise.mul(this, this);
  }
  reciprocal(): Tensor {
    return elementwise.reciprocal(this);
  }
  sin(): Tensor {
    return elementwise.sin(this);
  }
  cos(): Tensor {
    return elementwise.cos(this);
  }
  tanh(): Tensor {
    return elementwise.tanh(this);
  }
  sigmoid(): Tensor {
    return activation.sigmoid(this);
  }
  softplus(): Tensor {
    return activation.softplus(this);
  }
  relu(): Tensor {
    return activation.relu(this);
  }
  silu(): Tensor {
    return activation.silu(this);
  }
  /** GELU (Hendrycks and Gimpel 2016): by default the tanh approximation, GPT-2's `gelu_new`; 'none' is exact. */
  gelu({ approximate = 'tanh' }: { approximate?: 'tanh' | 'none' } = {}): Tensor {
    return approximate === 'tanh' ? activation.gelu(this) : activation.geluExact(this);
  }
  /** The error function. */
  erf(): Tensor {
    return activation.erf(this);
  }
  /** `this` (bool) chooses between two tensors. */
  where(yes: Operand, no: Operand): Tensor {
    return elementwise.where(this, yes, no);
  }
  /** The same values in another type; floats are cut to integers towards zero, and any but 0 is true. */
  cast(dtype: DType): Tensor {
    return elementwise.cast(this, dtype);
  }
  /** The same value, through which no gradient flows. */
  stopGradient(): Tensor {
    return elementwise.stopGradient(this);
  }

  // Products.
  /** alpha * op(this) op(other) over the last two axes; leading axes broadcast. */
  matmul(other: Tensor, options: MatmulOptions = {}): Tensor {
    return matmul(this, other, options);
  }

  // Reductions: over `axes` (all by default); `keep` leaves axes of size 1.
  sum(axes?: number | readonly number[], keep = false): Tensor {
    return reduction.sum(this, axes, keep);
  }
  mean(axes?: number | readonly number[], keep = false): Tensor {
    return reduction.mean(this, axes, keep);
  }
  max(axes?: number | readonly number[], keep = false): Tensor {
    return reduction.max(this, axes, keep);
  }
  min(axes?: number | readonly number[], keep = false): Tensor {
    return reduction.min(this, axes, keep);
  }
  /** Euclidean norm. */
  norm(axes?: number | readonly number[], keep = false): Tensor {
    return reduction.norm(this, axes, keep);
  }
  logSumExp(axes?: number | readonly number[], keep = false): Tensor {
    return reduction.logSumExp(this, axes, keep);
  }
  /** Index of the largest entry (int64); ties go to the lowest index. */
  argmax(axis = -1): Tensor {
    return reduction.argmax(this, axis);
  }
  /** Sums of the entries up to and including each. */
  cumsum(axis = -1): Tensor {
    return reduction.cumsum(this, axis);
  }

  // Movement.
  /** The same elements in another shape; symbolic sizes may be merged ('batch*seq') and split again. */
  reshape(...shape: Dim[]): Tensor {
    return movement.reshape(this, shape);
  }
  /** Axes in another order: axis i of the result is axis `permutation[i]`; without arguments, reversed. */
  transpose(...permutation: number[]): Tensor {
    return movement.transpose(this, permutation);
  }
  /** Entries `start` (inclusive) to `end` (exclusive) of one axis, both counted from 0. */
  slice(axis: number, start: number, end: number): Tensor {
    return movement.slice(this, axis, start, end);
  }
  /** Splits one axis into parts of the given sizes. */
  split(axis: number, sizes: Shape): Tensor[] {
    return movement.split(this, axis, sizes);
  }
  /** Repeats axes of size 1, and new leading axes, to the given shape. */
  broadcastTo(...shape: Dim[]): Tensor {
    return movement.broadcastTo(this, shape);
  }

  // Normalization.
  /** Over the last axis, as all of these. */
  softmax(): Tensor {
    return normalization.softmax(this);
  }
  logSoftmax(): Tensor {
    return normalization.logSoftmax(this);
  }
  rmsNorm(weight: Tensor, epsilon: number): Tensor {
    return normalization.rmsNorm(this, weight, epsilon);
  }
  layerNorm(weight: Tensor, bias: Tensor, epsilon: number): Tensor {
    return normalization.layerNorm(this, weight, bias, epsilon);
  }

  // Indexing.
  /** Rows of `this` ([n, ...]) at int64 `indices`: shape [...indices, ...]. */
  gather(indices: Tensor): Tensor {
    return indexing.gather(this, indices);
  }
  /** Entries along the last axis at `indices` ([..., k]). */
  gatherLast(indices: Tensor): Tensor {
    return indexing.gatherLast(this, indices);
  }
  /** The k largest entries of the last axis, largest first, with their indices; ties keep the lower index. */
  topK(k: number): { values: Tensor; indices: Tensor } {
    return indexing.topK(this, k);
  }
  /** int64 indices as vectors of 0 and 1 of length `depth`. */
  oneHot(depth: number, dtype: DType = 'float32'): Tensor {
    return indexing.oneHot(this, depth, dtype);
  }

  // Transformer parts.
  /** Rotary position embedding of [batch, seq, heads, d]; see {@link rope}. */
  rope(cos: Tensor, sin: Tensor, positions: Tensor): Tensor {
    return rope(this, cos, sin, positions);
  }
}
