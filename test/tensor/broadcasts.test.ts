import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeRuntime } from '../../src/model/index.ts';
import { operandsOf } from '../../src/tensor/broadcasts.ts';
import { compile, constant, encodeModel, gradients, input } from '../../src/tensor/index.ts';

const runtime = nodeRuntime({ threads: 1 });
const x = input('x', 'float32', [2, 3]);

test('an operand that is repeated to the shape of the other is given as it is', () => {
  const row = input('row', 'float32', [3]);
  for (const operation of ['add', 'sub', 'mul', 'div'] as const) {
    const right = x[operation](row.broadcastTo(2, 3));
    expect(operandsOf(right.node)).toEqual([x, row]);
    const left = row.broadcastTo(2, 3)[operation](x);
    expect(operandsOf(left.node)).toEqual([row, x]);
  }
  const twice = x.add(row.broadcastTo(1, 3).broadcastTo(2, 3));
  expect(operandsOf(twice.node)).toEqual([x, row]);
});

test('a repetition that makes the shape of the result is kept', () => {
  const row = input('row', 'float32', [3]);
  const scalar = constant(2);
  const wide = row.broadcastTo(2, 3);
  expect(operandsOf(wide.add(scalar).node)).toEqual([wide, scalar]);
  // One of two repetitions is enough.
  const both = wide.mul(scalar.broadcastTo(2, 3));
  expect(operandsOf(both.node)).toEqual([row, both.node.input(1)]);
  expect(operandsOf(wide.relu().node)).toEqual([wide]);
});

test('repetitions that no operation takes are not written', () => {
  const y = x.add(constant(3).broadcastTo(2, 3));
  const text = (tensor: typeof y) =>
    new TextDecoder('latin1').decode(encodeModel({ y: tensor }).model);
  expect(text(y)).not.toContain('Expand');
  expect(text(constant(3).broadcastTo(2, 3))).toContain('Expand');
});

test('results are those of the repeated operands, gradients too', async () => {
  const row = input('row', 'float32', [3]);
  const y = x.mul(row.broadcastTo(2, 3)).add(constant(3).broadcastTo(2, 3));
  const [gx, gr] = gradients(y.square().sum().add(x.sum()), [x, row]);
  const program = await compile({ runtime, outputs: { y, gx: gx!, gr: gr! } });
  const run = async (values: readonly number[], factors: readonly number[]) => {
    const out = await program.run({
      x: runtime.tensor('float32', Float32Array.from(values), [2, 3]),
      row: runtime.tensor('float32', Float32Array.from(factors), [3]),
    });
    const expected = values.map((value, i) => value * factors[i % 3]! + 3);
    const slopes = expected.map((value, i) => 2 * value * factors[i % 3]! + 1);
    const sums = [0, 1, 2].map((j) =>
      [0, 3].reduce((sum, i) => sum + 2 * expected[i + j]! * values[i + j]!, 0),
    );
    expect([...(out.y!.data as Float32Array)]).toEqual(expected);
    expect([...(out.gx!.data as Float32Array)]).toEqual(slopes);
    expect([...(out.gr!.data as Float32Array)]).toEqual(sums);
  };
  const small = fc.integer({ min: -8, max: 8 }).map((value) => value || 0);
  const list = (length: number) => fc.array(small, { minLength: length, maxLength: length });
  await fc.assert(fc.asyncProperty(list(6), list(3), run), { numRuns: 20, seed: 1 });
  await program.release();
});
