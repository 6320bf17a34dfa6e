/** @file Attention as one operation: fewer kernels than its parts, and a shorter gradient. */
import { applyAll, type Operation, requireFloat, shapeError } from '../node.ts';
import { broadcastsTo } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { zerosLike } from './leaf.ts';
import { writeProduct } from './matmul.ts';
import { reduceTo } from './reduction.ts';

/** Whether k, v and the mask fit the queries: leading axes broadcast to those of q. */
function attentionFits([q, k, v, mask]: readonly [Tensor, Tensor, Tensor, Tensor]): boolean {
  if ([q, k, v].some((x) => x.rank < 2)) return false;
  const lead = q.shape.slice(0, -2);
  return (
    q.shape.at(-1) === k.shape.at(-1) &&
    k.shape.at(-2) === v.shape.at(-2) &&
    broadcastsTo(k.shape.slice(0, -2), lead) &&
    broadcastsTo(v.shape.slice(0, -2), lead) &&
    broadcastsTo(mask.shape, [...q.shape.slice(0, -1), k.shape.at(-2)!])
  );
}

const ATTENTION: Operation<{ scale: number }> = {
  name: 'attention',
  infer: (inputs) => {
    const [q, k, v] = inputs as [Tensor, Tensor, Tensor];
    requireFloat('attention', inputs);
    if (!attentionFits(inputs as [Tensor, Tensor, Tensor, Tensor])) {
      const expected =
        'q [..., n, d], k [..., m, d], v [..., m, e], mask that broadcasts to [..., n, m]';
      shapeError('attention', inputs, expected);
    }
    const scores = [...q.shape.slice(0, -1), k.shape.at(-2)!];
    return [
      { dtype: q.dtype, shape: [...q.shape.slice(0, -1), v.shape.at(-1)!] },
      { dtype: q.dtype, shape: scores },
    ];
  },
  lower: (writer, node, [q, k, v, mask], [out, pattern]) => {
    const [scores, masked] = [writer.temporary(), writer.temporary()];
    const { dtype } = node.output();
    const options = { transposeA: false, transposeB: true, alpha: node.attributes.scale };
    writeProduct(writer, dtype, options, [q!, k!], scores);
    writer.node('Add', [scores, mask!], [masked]);
    writer.node('Softmax', [masked], [pattern!], { axis: -1 });
    writer.node('MatMul', [pattern!, v!], [out!]);
  },
  gradient: (node, [grad, patternGrad]) => {
    const [q, k, v, mask] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
    const [z, pattern] = node.outputs as [Tensor, Tensor];
    const alpha = node.attributes.scale;
    const fromOut = grad?.matmul(v, { transposeB: true });
    const dPattern = fromOut && patternGrad ? fromOut.add(patternGrad) : (fromOut ?? patternGrad!);
    // Of the pattern alone, sum(pattern * dPattern) equals sum(z * dz) (Dao et al. 2022, appendix B.2).
    const weighted = grad && !patternGrad ? grad.mul(z) : dPattern.mul(pattern);
    const dScores = pattern.mul(dPattern.sub(weighted.sum(-1, true)));
    return [
      dScores.matmul(k, { alpha }),
      reduceTo(dScores.matmul(q, { transposeA: true, alpha }), k.shape),
      grad ? reduceTo(pattern.matmul(grad, { transposeA: true }), v.shape) : zerosLike(v),
      reduceTo(dScores, mask.shape),
    ];
  },
};

/**
 * softmax(scale * q k^T + mask) v, with the attention pattern as second output.
 *
 * @param q [..., n, d]; k [..., m, d]; v [..., m, e]; leading axes of k and v broadcast to q's
 * @param mask added to the scores before softmax, broadcasts to [..., n, m]
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
