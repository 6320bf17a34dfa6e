/** @file Matrix products with the transposes and a scalar factor folded in. */
import { apply, type Operation, requireFloat, shapeError } from '../node.ts';
import type { GraphWriter } from '../onnx/graph.ts';
import { broadcastShapes, type DType, multiplyDims } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { reduceTo } from './reduction.ts';

export interface MatmulOptions {
  /** Use the left operand's last two axes swapped. Default false. */
  readonly transposeA?: boolean;
  /** Use the right operand's last two axes swapped. Default false. */
  readonly transposeB?: boolean;
  /** Factor of the product. Default 1. */
  readonly alpha?: number;
}

interface MatmulAttributes extends Record<string, unknown> {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
}

function inferMatmul(inputs: readonly Tensor[], attributes: MatmulAttributes) {
  const [a, b] = inputs as [Tensor, Tensor];
  const expected = 'two float tensors [..., m, k] and [..., k, n] (after transposes)';
  requireFloat('matmul', inputs);
  if (a.rank < 2 || b.rank < 2) shapeError('matmul', inputs, expected);
  const [m, ka] = attributes.transposeA
    ? [a.shape.at(-1)!, a.shape.at(-2)!]
    : [a.shape.at(-2)!, a.shape.at(-1)!];
  const [kb, n] = attributes.transposeB
    ? [b.shape.at(-1)!, b.shape.at(-2)!]
    : [b.shape.at(-2)!, b.shape.at(-1)!];
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (ka !== kb || !batch) shapeError('matmul', inputs, expected);
  return [{ dtype: a.dtype, shape: [...batch, m, n] }];
}

/** Writes the product; the fused kernel takes its factor in float32 only, so other types multiply afterwards. */
export function writeProduct(
  writer: GraphWriter,
  dtype: DType,
  { transposeA, transposeB, alpha }: Required<MatmulOptions>,
  inputs: readonly string[],
  out: string,
): void {
  const exact = dtype === 'float32' || Math.fround(alpha) === alpha;
  const factor = exact ? alpha : 1;
  const product = exact ? out : writer.temporary();
  if (!transposeA && !transposeB && factor === 1) writer.node('MatMul', inputs, [product]);
  else {
    const [transA, transB] = [Number(transposeA), Number(transposeB)];
    writer.node('FusedMatMul', inputs, [product], { transA, transB, alpha: { float: factor } });
  }
  if (!exact) writer.node('Mul', [product, writer.constant(dtype, [], [alpha])], [out]);
}

const MATMUL: Operation<MatmulAttributes> = {
  name: 'matmul',
  infer: inferMatmul,
  lower: (writer, node, inputs, [out]) =>
    writeProduct(writer, node.output().dtype, node.attributes, inputs, out!),
  gradient: (node, [grad]) => {
    if (!grad) return [];
    const [a, b] = node.inputs as [Tensor, Tensor];
    return [gradientA(grad, a, b, node.attributes), gradientB(grad, a, b, node.attributes)];
  },
};

function gradientA(
  grad: Tensor,
  a: Tensor,
  b: Tensor,
  { transposeA, transposeB, alpha }: MatmulAttributes,
): Tensor {
  const full = transposeA
    ? matmul(b, grad, { transposeA: transposeB, transposeB: true, alpha })
    : matmul(grad, b, { transposeB: !transposeB, alpha });
  return reduceTo(full, a.shape);
}

function gradientB(grad: Tensor, a: Tensor, b: Tensor, attributes: MatmulAttributes): Tensor {
  const { transposeA, transposeB, alpha } = attributes;
  // A matrix shared by a whole batch: one large product instead of a batch of products and a sum.
  if (b.rank === 2 && a.rank > 2 && !transposeA)
    return gradientB(flatten(grad), flatten(a), b, attributes);
  const full = transposeB
    ? matmul(grad, a, { transposeA: true, transposeB: transposeA, alpha })
    : matmul(a, grad, { transposeA: !transposeA, alpha });
  return reduceTo(full, b.shape);
}

/** All axes but the last merged into one. */
function flatten(x: Tensor): Tensor {
  return x.reshape(multiplyDims(x.shape.slice(0, -1)), x.shape.at(-1)!);
}

/** alpha * op(a) op(b) over the last two axes; leading axes broadcast. */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false, alpha = 1 } = options;
  return apply(MATMUL, [a, b], { transposeA, transposeB, alpha });
}
