/** @file The parts of a transformer that are one kernel forward and have a shorter gradient than their parts. */
import { type Attributes, apply, applyAll, type Operation, shapeError } from '../node.ts';
import { broadcastShapes, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { addAtLast } from './indexing.ts';
import { concat } from './movement.ts';
import { reduceTo } from './reduction.ts';

const NONE: Attributes = {};

/** Rotation from elementary operations, for types that the fused kernel lacks. */
function ropeByParts(x: Tensor, cos: Tensor, sin: Tensor, positions: Tensor): Tensor {
  const half = (x.shape.at(-1) as number) / 2;
  const [first, second] = x.split(-1, [half, half]) as [Tensor, Tensor];
  const perHead = [...positions.shape, 1, half];
  const c = cos.gather(positions).reshape(...perHead);
  const s = sin.gather(positions).reshape(...perHead);
  return concat([first.mul(c).sub(second.mul(s)), second.mul(c).add(first.mul(s))], -1);
}

const ROPE: Operation = {
  name: 'rope',
  infer: (inputs) => {
    const [x, cos, sin, positions] = inputs as [Tensor, Tensor, Tensor, Tensor];
    const half = (x.shape.at(-1) as number) / 2;
    const tables = [cos, sin].every(
      (t) => t.rank === 2 && t.shape[1] === half && t.dtype === x.dtype,
    );
    if (
      x.rank !== 4 ||
      !tables ||
      positions.dtype !== 'int64' ||
      !sameShape(positions.shape, x.shape.slice(0, 2))
    ) {
      shapeError(
        'rope',
        inputs,
        '[batch, seq, heads, d], tables [positions, d / 2] twice, int64 [batch, seq]',
      );
    }
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower: (writer, node, [x, cos, sin, positions], [out]) => {
    const [batch, seq, heads, size] = node.input(0).shape;
    const [flat, turned] = [writer.temporary(), writer.temporary()];
    const width = (heads as number) * (size as number);
    writer.node(
      'Reshape',
      [x!, writer.reshapeTarget([batch!, seq!, width], node.input(0).shape)],
      [flat],
    );
    writer.node('RotaryEmbedding', [flat, positions!, cos!, sin!], [turned], { interleaved: 0 });
    writer.node(
      'Reshape',
      [turned, writer.reshapeTarget(node.output().shape, [batch!, seq!, width])],
      [out!],
    );
  },
  gradient: (node, [grad]) => {
    const [, cos, sin, positions] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
    // The rotation is orthogonal: its gradient is the rotation back.
    return [grad && rope(grad, cos, sin.neg(), positions)];
  },
};

/**
 * Rotary position embedding (Su et al. 2021, equation 34) in the half-split layout of Hugging Face llama.
 *
 * @param x [batch, seq, heads, d]
 * @param cos, sin tables [positions, d / 2]
 * @param positions int64 [batch, seq]
 */
export function rope(x: Tensor, cos: Tensor, sin: Tensor, positions: Tensor): Tensor {
  if (x.dtype !== 'float32') return ropeByParts(x, cos, sin, positions);
  return apply(ROPE, [x, cos, sin, positions], NONE);
}

const ATTENTION: Operation<{ scale: number }> = {
  name: 'attention',
  infer: (inputs) => {
    const [q, k, v, mask] = inputs as [Tensor, Tensor, Tensor, Tensor];
    const scores = [...q.shape.slice(0, -1), k.shape.at(-2)!];
    const fits =
      q.shape.at(-1) === k.shape.at(-1) &&
      k.shape.at(-2) === v.shape.at(-2) &&
      [k, v].every(
        (t) => broadcastShapes(t.shape.slice(0, -2), q.shape.slice(0, -2)) !== undefined,
      );
    const masked = broadcastShapes(mask.shape, scores);
    if (!fits || !masked || !sameShape(masked, scores)) {
      shapeError(
        'attention',
        inputs,
        'q [..., n, d], k [..., m, d], v [..., m, e] and a mask that broadcasts to [..., n, m]',
      );
    }
    return [
      { dtype: q.dtype, shape: [...q.shape.slice(0, -1), v.shape.at(-1)!] },
      { dtype: q.dtype, shape: scores },
    ];
  },
  lower: (writer, { attributes: { scale } }, [q, k, v, mask], [out, pattern]) => {
    const [scores, masked] = [writer.temporary(), writer.temporary()];
    writer.node('FusedMatMul', [q!, k!], [scores], { transB: 1, alpha: { float: scale } });
    writer.node('Add', [scores, mask!], [masked]);
    writer.node('Softmax', [masked], [pattern!], { axis: -1 });
    writer.node('MatMul', [pattern!, v!], [out!]);
  },
  gradient: (node, [grad, patternGrad]) => {
    if (patternGrad)
      throw new TypeError(
        'attention: build it from matmul and softmax to differentiate its pattern',
      );
    if (!grad) return [];
    const [q, k, v] = node.inputs as [Tensor, Tensor, Tensor];
    const [z, pattern] = node.outputs as [Tensor, Tensor];
    const { scale } = node.attributes;
    // sum over keys of pattern * dPattern equals sum over d of z * dz (Dao et al. 2022, appendix B.2).
    const delta = grad.mul(z).sum(-1, true);
    const dScores = pattern.mul(grad.matmul(v, { transposeB: true }).sub(delta));
    return [
      dScores.matmul(k, { alpha: scale }),
      reduceTo(dScores.matmul(q, { transposeA: true, alpha: scale }), k.shape),
      reduceTo(pattern.matmul(grad, { transposeA: true }), v.shape),
    ];
  },
};

/**
 * softmax(scale * q k^T + mask) v, with the attention pattern as second output.
 *
 * @param q [..., n, d]; k [..., m, d]; v [..., m, e]; leading axes of k and v broadcast to q's
 * @param mask added to the scores before softmax, broadcasts to [..., n, m]; gets no gradient
 */
export function attention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  mask: Tensor,
  scale: number,
): { z: Tensor; pattern: Tensor } {
  const [z, pattern] = applyAll(ATTENTION, [q, k, v, mask], { scale });
  return { z: z!, pattern: pattern! };
}

const CROSS_ENTROPY: Operation = {
  name: 'crossEntropy',
  infer: (inputs) => {
    const [logits, targets] = inputs as [Tensor, Tensor];
    if (targets.dtype !== 'int64' || !sameShape(targets.shape, logits.shape.slice(0, -1))) {
      shapeError('crossEntropy', inputs, 'logits [..., classes] and int64 targets [...]');
    }
    return [{ dtype: logits.dtype, shape: targets.shape }];
  },
  lower: (writer, _, [logits, targets], [out]) => {
    const [logs, column, picked, flat] = [0, 1, 2, 3].map(() => writer.temporary()) as [
      string,
      string,
      string,
      string,
    ];
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
