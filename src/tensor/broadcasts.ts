/** @file Broadcasts that need not be carried out, since the operation that takes them broadcasts by itself. */
import type { Node } from './node.ts';
import { broadcastShapes, type Shape, sameShape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** Operations whose kernels broadcast their operands. */
const BROADCASTING = new Set(['add', 'sub', 'mul', 'div']);

/**
 * What a node's kernel is to be given: its inputs, but for repeated copies of a smaller tensor that smaller
 * tensor, where the shape of the result is the same. Gradients of sums are full of such copies.
 */
export function operandsOf(node: Node): readonly Tensor[] {
  if (!BROADCASTING.has(node.operation.name)) return node.inputs;
  const [a, b] = node.inputs as [Tensor, Tensor];
  const { shape } = node.output();
  const left = fits(source(a).shape, b.shape, shape) ? source(a) : a;
  const right = fits(left.shape, source(b).shape, shape) ? source(b) : b;
  return [left, right];
}

/** Of nodes in topological order those that some output needs, by their operands. */
export function needed(order: readonly Node[], outputs: readonly Tensor[]): Node[] {
  const wanted = new Set(outputs.map((output) => output.node));
  const kept = order.toReversed().filter((node) => {
    if (wanted.has(node)) for (const operand of operandsOf(node)) wanted.add(operand.node);
    return wanted.has(node);
  });
  return kept.reverse();
}

function source(x: Tensor): Tensor {
  return x.node.operation.name === 'broadcastTo' ? source(x.node.input(0)) : x;
}

function fits(a: Shape, b: Shape, shape: Shape): boolean {
  const result = broadcastShapes(a, b);
  return result !== undefined && sameShape(result, shape);
}
