/** @file Reverse-mode differentiation: the gradient of a graph is more graph. */
import type { Node } from './node.ts';
import { constant } from './operations/leaf.ts';
import type { Tensor } from './tensor.ts';

/** Nodes that the roots depend on, each after its inputs. */
export function topologicalOrder(roots: readonly Tensor[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack: graphs of thousands of nodes in a chain would overflow the call stack.
  const stack: { node: Node; next: number }[] = [];
  for (const root of roots) {
    if (!seen.has(root.node)) {
      seen.add(root.node);
      stack.push({ node: root.node, next: 0 });
    }
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const input = top.node.inputs[top.next++];
      if (!input) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(input.node)) {
        seen.add(input.node);
        stack.push({ node: input.node, next: 0 });
      }
    }
  }
  return order;
}

/** The nodes through which a change of `wrt` reaches the loss. */
function reachedFrom(order: readonly Node[], wrt: readonly Tensor[]): Set<Node> {
  const reached = new Set<Node>(wrt.map((tensor) => tensor.node));
  for (const node of order) {
    if (node.operation.name === 'stopGradient') continue;
    if (node.inputs.some((input) => reached.has(input.node))) reached.add(node);
  }
  return reached;
}

/**
 * Gradients of a scalar `loss` with respect to each tensor of `wrt`, as tensors of the same shapes.
 * A tensor that the loss does not depend on gets zeros.
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.rank !== 0) {
    throw new TypeError(
      `gradients: the loss must be a scalar, got shape [${loss.shape.join(', ')}]`,
    );
  }
  const order = topologicalOrder([loss, ...wrt]);
  const reached = reachedFrom(order, wrt);
  const grads = new Map<Tensor, Tensor>([[loss, constant(1, [], loss.dtype)]]);
  for (const node of order.reverse()) if (reached.has(node)) propagate(node, reached, grads);
  return wrt.map((tensor) => {
    const grad = grads.get(tensor) ?? constant(0, [], tensor.dtype);
    return grad.broadcastTo(...tensor.shape);
  });
}

/** Adds one node's contribution to the gradients of its inputs. */
function propagate(node: Node, reached: ReadonlySet<Node>, grads: Map<Tensor, Tensor>): void {
  const { operation } = node;
  const outputs = node.outputs.map((output) => grads.get(output));
  if (node.inputs.length === 0 || outputs.every((grad) => grad === undefined)) return;
  if (!node.inputs.some((input) => reached.has(input.node))) return;
  if (!operation.gradient) return;
  const inputs = operation.gradient(node, outputs);
  node.inputs.forEach((input, i) => {
    const grad = inputs[i];
    if (!grad || !reached.has(input.node)) return;
    const sum = grads.get(input);
    grads.set(input, sum ? sum.add(grad) : grad);
  });
}
