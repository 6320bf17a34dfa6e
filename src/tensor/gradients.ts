/** @file Reverse-mode differentiation: the gradient of a graph is more graph. */
import type { Node } from './node.ts';
import { constant } from './operations/leaf.ts';
import { isFloat } from './shape.ts';
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

/** The tensors through which a change of `wrt` reaches the loss: float ones, not cut off. */
function reachedFrom(order: readonly Node[], wrt: readonly Tensor[]): Set<Tensor> {
  const reached = new Set<Tensor>(wrt);
  for (const node of order) {
    if (node.operation.stopsGradient || !node.inputs.some((input) => reached.has(input))) continue;
    for (const output of node.outputs) if (isFloat(output.dtype)) reached.add(output);
  }
  return reached;
}

/**
 * Gradients of a scalar `loss` with respect to each tensor of `wrt`, as tensors of the same shapes.
 * A tensor that the loss does not depend on gets zeros. Comparisons, indices and casts to integers
 * have no gradient and end a path silently; so does `stopGradient`.
 *
 * @throws where a float operation on the path has no gradient, or an argument is not of a float type
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.rank !== 0 || !isFloat(loss.dtype)) {
    throw new TypeError(`gradients: the loss must be a float scalar, got ${loss}`);
  }
  const whole = wrt.find((tensor) => !isFloat(tensor.dtype));
  if (whole) throw new TypeError(`gradients: ${whole} is not of a float type`);
  const order = topologicalOrder([loss, ...wrt]);
  const reached = reachedFrom(order, wrt);
  const grads = new Map<Tensor, Tensor>([[loss, constant(1, [], loss.dtype)]]);
  for (const node of order.reverse()) propagate(node, reached, grads);
  return wrt.map((tensor) => {
    const grad = grads.get(tensor) ?? constant(0, [], tensor.dtype);
    return grad.broadcastTo(...tensor.shape);
  });
}

/** Adds one node's contribution to the gradients of its inputs. */
function propagate(node: Node, reached: ReadonlySet<Tensor>, grads: Map<Tensor, Tensor>): void {
  const { operation } = node;
  if (operation.stopsGradient || !node.inputs.some((input) => reached.has(input))) return;
  const outputs = node.outputs.map((output) =>
    reached.has(output) ? grads.get(output) : undefined,
  );
  if (outputs.every((grad) => grad === undefined)) return;
  const inputs = operation.gradient?.(node, outputs);
  node.inputs.forEach((input, i) => {
    if (!reached.has(input) || !isFloat(input.dtype)) return;
    const grad = inputs?.[i];
    if (!grad) throw new TypeError(`${operation.name}: has no gradient for input ${i}, ${input}`);
    const sum = grads.get(input);
    grads.set(input, sum ? sum.add(grad) : grad);
  });
}
