/** @file Rotary position embedding. */
import { type Attributes, apply, type Operation, requireFloat, shapeError } from '../node.ts';
import type { GraphWriter } from '../onnx/graph.ts';
import { multiplyDims, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

const NONE: Attributes = {};

/** The fused kernel takes float32, with the heads side by side. */
const lowerFusedRope: Operation['lower'] = (writer, node, [x, cos, sin, positions], [out]) => {
  const { shape } = node.output();
  const flatShape = [...shape.slice(0, 2), multiplyDims(shape.slice(2))];
  const [flat, turned] = [writer.temporary(), writer.temporary()];
  writer.reshape(x!, shape, flat, flatShape);
  writer.node('RotaryEmbedding', [flat, positions!, cos!, sin!], [turned], { interleaved: 0 });
  writer.reshape(turned, flatShape, out!, shape);
};

/** [batch, seq, 1, d / 2] of a table, one row a position. */
function writeAngles(writer: GraphWriter, table: string, positions: string): string {
  const [rows, perHead] = [writer.temporary(), writer.temporary()];
  writer.node('Gather', [table, positions], [rows], { axis: 0 });
  writer.node('Unsqueeze', [rows, writer.constant('int64', [1], [2])], [perHead]);
  return perHead;
}

/** (first, second) to (first cos - second sin, second cos + first sin), for types that the fused kernel lacks. */
const lowerRopeByParts: Operation['lower'] = (writer, _, [x, cos, sin, positions], [out]) => {
  const [c, s] = [cos!, sin!].map((table) => writeAngles(writer, table, positions!));
  const product = (a: string, b: string) => {
    const result = writer.temporary();
    writer.node('Mul', [a, b], [result]);
    return result;
  };
  const [first, second] = [writer.temporary(), writer.temporary()];
  const [left, right] = [writer.temporary(), writer.temporary()];
  writer.node('Split', [x!], [first, second], { axis: -1, num_outputs: 2 });
  writer.node('Sub', [product(first, c!), product(second, s!)], [left]);
  writer.node('Add', [product(second, c!), product(first, s!)], [right]);
  writer.node('Concat', [left, right], [out!], { axis: -1 });
};

const ROPE: Operation = {
  name: 'rope',
  infer: (inputs) => {
    const [x, cos, sin, positions] = inputs as [Tensor, Tensor, Tensor, Tensor];
    requireFloat('rope', inputs, [x, cos, sin]);
    const half = Number(x.shape[3]) / 2;
    const fits =
      x.rank === 4 &&
      [cos, sin].every((table) => table.rank === 2 && table.shape[1] === half) &&
      cos.shape[0] === sin.shape[0] &&
      positions.dtype === 'int64' &&
      sameShape(positions.shape, x.shape.slice(0, 2));
    if (!fits) {
      const expected = '[batch, seq, heads, d], twice [positions, d / 2], int64 [batch, seq]';
      shapeError('rope', inputs, expected);
    }
    return [{ dtype: x.dtype, shape: x.shape }];
  },
  lower: (writer, node, inputs, outputs) => {
    const lower = node.output().dtype === 'float32' ? lowerFusedRope : lowerRopeByParts;
    lower(writer, node, inputs, outputs);
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
 * @param cos, sin tables [positions, d / 2]; they get no gradient
 * @param positions int64 [batch, seq], rows of the tables; the float32 kernel wants tables of at least seq rows
 */
export function rope(x: Tensor, cos: Tensor, sin: Tensor, positions: Tensor): Tensor {
  return apply(ROPE, [x, cos, sin, positions], NONE);
}
