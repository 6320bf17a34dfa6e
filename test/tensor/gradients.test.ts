/** @file Differentiation of whole graphs: what depends, what is cut, what is shared, and how deep. */
import { afterAll, expect, test } from 'vitest';
import { nodeRuntime } from '../../src/model/runtime.ts';
import {
  compile,
  constant,
  type DType,
  gradients,
  type HostTensor,
  input,
  type Program,
  type Tensor,
} from '../../src/tensor/index.ts';
import { apply, type Operation } from '../../src/tensor/node.ts';
import { expectClose, numbers } from './check.ts';

const runtime = nodeRuntime({ threads: 1 });
const programs: Program[] = [];

afterAll(async () => {
  for (const program of programs) await program.release();
});

async function evaluate(outputs: Record<string, Tensor>, feeds: Record<string, HostTensor> = {}) {
  const program = await compile({ runtime, outputs });
  programs.push(program);
  const results = await program.run({ x: vector(1, 2, 3), y: vector(-1, 0.5, 4), ...feeds });
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, numbers(value)]));
}

function vector(...values: number[]): HostTensor {
  return runtime.tensor('float64', Float64Array.from(values), [values.length]);
}

const x = input('x', 'float64', [3]);
const y = input('y', 'float64', [3]);

function only(tensors: Tensor[]): Tensor {
  return tensors[0]!;
}

test('a tensor that the loss does not depend on gets zeros of its shape', async () => {
  const [dx, dy] = gradients(x.sum(), [x, y]);
  expect(await evaluate({ dx: dx!, dy: dy! })).toEqual({ dx: [1, 1, 1], dy: [0, 0, 0] });
});

test('stopGradient cuts one path and leaves the others', async () => {
  const dx = only(gradients(x.mul(x.stopGradient()).sum(), [x]));
  expect(await evaluate({ dx })).toEqual({ dx: [1, 2, 3] });
});

test('a tensor used often gets the sum of all its gradients', async () => {
  let sum = x;
  for (let i = 0; i < 9; i++) sum = sum.add(x.mul(x));
  // d/dx (x + 9 x^2) = 1 + 18 x
  const dx = only(gradients(sum.sum(), [x]));
  expect(await evaluate({ dx })).toEqual({ dx: [19, 37, 55] });
});

test('a tensor and one computed from it get their own gradients', async () => {
  const square = x.mul(x);
  const [dSquare, dx] = gradients(square.mul(y).sum(), [square, x]);
  expect(await evaluate({ dSquare: dSquare!, dx: dx! })).toEqual({
    dSquare: [-1, 0.5, 4],
    dx: [-2, 2, 24],
  });
});

test('the loss itself has gradient 1', async () => {
  const loss = x.sum();
  expect(await evaluate({ one: only(gradients(loss, [loss])), loss })).toEqual({
    one: [1],
    loss: [6],
  });
});

test('a chain of 3,000 operations is differentiated', async () => {
  let chain = x;
  for (let i = 0; i < 1500; i++) chain = chain.mul(1.001).add(0.001);
  const { dx } = await evaluate({ dx: only(gradients(chain.sum(), [x])) });
  expectClose(dx!, new Array(3).fill(1.001 ** 1500), 1e-12, 'chain');
});

test.each([
  ['a comparison', x.greater(y).cast('float64')],
  ['an index', x.gather(x.argmax().reshape(1))],
  ['a cast to integers', x.cast('int64').cast('float64')],
  ['a sign', x.sign()],
])('%s ends a path silently', async (what, through) => {
  const dx = only(gradients(through.sum().add(y.sum()), [x]));
  const picked = what === 'an index' ? [0, 0, 1] : [0, 0, 0];
  expect(await evaluate({ dx, through, y })).toMatchObject({ dx: picked });
});

const ROUNDED: Operation = {
  name: 'rounded',
  infer: ([a]) => [{ dtype: a!.dtype, shape: a!.shape }],
  lower: (writer, _, inputs, outputs) => writer.node('Round', inputs, outputs),
};

test('a float operation without a gradient on the path is an error that names it; beside the path it is not', async () => {
  const rounded = (a: Tensor) => apply(ROUNDED, [a], {});
  expect(() => gradients(rounded(x).sum(), [x])).toThrow(
    'rounded: has no gradient for input 0, input:float64[3]',
  );
  const dx = only(gradients(x.mul(rounded(y)).sum(), [x]));
  expect(await evaluate({ dx })).toEqual({ dx: [-1, 0, 4] });
});

test('rope has no gradient for its tables and says so', () => {
  const shape = (name: string, dtype: DType, ...dims: number[]) => input(name, dtype, dims);
  const cos = shape('cos', 'float32', 4, 1);
  const turned = shape('q', 'float32', 1, 2, 1, 2).rope(
    cos,
    shape('sin', 'float32', 4, 1),
    shape('at', 'int64', 1, 2),
  );
  expect(() => gradients(turned.sum(), [cos])).toThrow(
    'rope: has no gradient for input 1, input:float32[4, 1]',
  );
});

test('only a float scalar can be a loss, and only float tensors have gradients', () => {
  expect(() => gradients(x, [x])).toThrow(
    'gradients: the loss must be a float scalar, got input:float64[3]',
  );
  expect(() => gradients(x.argmax(), [x])).toThrow(
    'gradients: the loss must be a float scalar, got argmax:int64[]',
  );
  expect(() => gradients(x.sum(), [x.argmax()])).toThrow(
    'gradients: argmax:int64[] is not of a float type',
  );
});

// At a kink or a tie there is no derivative: these are the choices that PyTorch 2.15 makes, too.
const zero = constant(0, [1], 'float64');
test.each<[string, (a: Tensor) => Tensor, readonly number[], readonly number[]]>([
  ['relu at 0', (a) => a.relu(), [0, -1, 1], [0, 0, 1]],
  ['abs at 0', (a) => a.abs(), [0, -1, 1], [0, -1, 1]],
  ['softplus at 0 and far out', (a) => a.softplus(), [0, -800, 800], [0.5, 0, 1]],
  ['silu at 0 and far out', (a) => a.silu(), [0, -800, 800], [0.5, 0, 1]],
  ['gelu at 0 and far out', (a) => a.gelu(), [0, -100, 100], [0.5, 0, 1]],
  ['the norm of zeros', (a) => a.norm(), [0, 0, 0], [0, 0, 0]],
  ['maximum of equals', (a) => a.maximum(zero), [0, -1, 1], [0.5, 0, 1]],
  ['minimum of equals', (a) => a.minimum(zero), [0, -1, 1], [0.5, 1, 0]],
  ['max of equals', (a) => a.max(), [2, 2, 1], [0.5, 0.5, 0]],
  ['min of equals', (a) => a.min(), [1, 1, 1], [1 / 3, 1 / 3, 1 / 3]],
  ['topK of equals', (a) => a.topK(1).values, [2, 2, 1], [1, 0, 0]],
  ['square at 0', (a) => a.pow(2), [0, -3, 1], [0, -6, 2]],
  ['logSumExp far out', (a) => a.logSumExp(), [1000, 0, -1000], [1, 0, 0]],
  [
    'softmax under a mask',
    (a) => a.softmax().mul(constant([3, 1, 5], [3], 'float64')),
    [0, 0, Number.NEGATIVE_INFINITY],
    [0.5, -0.5, 0],
  ],
])('the gradient of %s', async (_, f, at, expected) => {
  const { dx } = await evaluate({ dx: only(gradients(f(x).sum(), [x])) }, { x: vector(...at) });
  expectClose(dx!, expected, 1e-12, 'gradient');
});

test('the gradient of a table adds up rows that are looked up often, on several threads', async () => {
  const parallel = nodeRuntime({ threads: 4 });
  const [rows, lookups, width] = [4, 60_000, 32];
  const table = input('table', 'float32', [rows, width]);
  const picked = table.gather(input('rows', 'int64', ['n']));
  const dTable = only(gradients(picked.sum(), [table]));
  const program = await compile({ runtime: parallel, outputs: { dTable } });
  programs.push(program);
  const feeds = {
    table: parallel.tensor('float32', new Float32Array(rows * width), [rows, width]),
    rows: parallel.tensor(
      'int64',
      BigInt64Array.from({ length: lookups }, (_, i) => BigInt(i % rows)),
      [lookups],
    ),
  };
  for (let round = 0; round < 3; round++) {
    const { dTable: sums } = await program.run(feeds);
    expect(new Set(numbers(sums!))).toEqual(new Set([lookups / rows]));
  }
});
