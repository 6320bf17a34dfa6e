/** @file The loss of a classifier, with a gradient shorter than that of its parts. */
import { type Attributes, apply, type Operation, requireFloat, shapeError } from '../node.ts';
import { sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { addAtLast } from './indexing.ts';

const NONE: Attributes = {};

const CROSS_ENTROPY: Operation = {
  name: 'crossEntropy',
  infer: (inputs) => {
    const [logits, targets] = inputs as [Tensor, Tensor];
    requireFloat('crossEntropy', inputs, [logits]);
    if (
      logits.rank < 1 ||
      targets.dtype !== 'int64' ||
      !sameShape(targets.shape, logits.shape.slice(0, -1))
    ) {
      shapeError('crossEntropy', inputs, 'logits [..., classes] and int64 targets [...]');
    }
    return [{ dtype: logits.dtype, shape: targets.shape }];
  },
  lower: (writer, _, [logits, targets], [out]) => {
    const [logs, column] = [writer.temporary(), writer.temporary()];
    const [picked, flat] = [writer.temporary(), writer.temporary()];
    const last = writer.constant('int64', [1], [-1]);
    writer.node('LogSoftmax', [logits!], [logs], { axis: -1 });
    writer.node('Unsqueeze', [targets!, last], [column]);
    writer.node('GatherElements', [logs, column], [picked], { axis: -1 });
    writer.node('Squeeze', [picked, last], [flat]);
    writer.node('Neg', [flat], [out!]);
  },
  gradient: (node, [grad]) => {
    if (!grad) return [];
    const [logits, targets] = node.inputs as [Tensor, Tensor];
    const row = grad.reshape(...grad.shape, 1);
    const index = targets.reshape(...targets.shape, 1);
    return [addAtLast(logits.softmax().mul(row), index, row.neg())];
  },
};

/** Negative log-likelihood in nats of int64 targets [...] under logits [..., classes]; shape [...]. */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return apply(CROSS_ENTROPY, [logits, targets], NONE);
}
