/** @file Running programs: what they refuse to be fed, baked inputs, runs at once, release. */
import { expect, test } from 'vitest';
import { nodeRuntime } from '../../src/model/runtime.ts';
import { compile, constant, extent, type Feeds, input } from '../../src/tensor/index.ts';
import { numbers } from './check.ts';

const runtime = nodeRuntime({ threads: 1 });

function floats(...shape: number[]) {
  const count = shape.reduce((a, b) => a * b, 1);
  return runtime.tensor(
    'float32',
    Float32Array.from({ length: count }, (_, i) => i),
    shape,
  );
}

const x = input('x', 'float32', ['batch', 3]);
const scale = input('scale', 'float32', ['batch', 1]);
const wide = input('wide', 'float32', ['2*batch']);
const outputs = { y: x.mul(scale).sum(), z: wide.sum() };

const RIGHT: Feeds = { x: floats(2, 3), scale: floats(2, 1), wide: floats(4) };

test.each<[string, Feeds, string]>([
  ['a missing input', { x: RIGHT.x! }, "program: input 'scale' was not fed"],
  [
    'a wrong size',
    { ...RIGHT, x: floats(2, 4) },
    "program: input 'x' was fed float32[2, 4]; expected float32[batch, 3]",
  ],
  [
    'a wrong rank',
    { ...RIGHT, x: floats(6) },
    "program: input 'x' was fed float32[6]; expected float32[batch, 3]",
  ],
  [
    'a wrong type',
    { ...RIGHT, x: runtime.tensor('float64', new Float64Array(6), [2, 3]) },
    "program: input 'x' was fed float64[2, 3]; expected float32[batch, 3]",
  ],
  [
    'two sizes for one name',
    { ...RIGHT, scale: floats(3, 1) },
    "program: input 'scale' was fed float32[3, 1]; expected float32[batch, 1], where 'x' makes batch 2",
  ],
  [
    'a size that does not follow from the others',
    { ...RIGHT, wide: floats(5) },
    "program: input 'wide' was fed float32[5]; expected float32[2*batch], where 2*batch is 4",
  ],
])('%s is refused by name', async (_, feeds, message) => {
  const program = await compile({ runtime, outputs });
  await expect(program.run(feeds)).rejects.toThrow(new TypeError(message));
  const { y, z } = await program.run({ ...RIGHT, unused: floats(1) });
  expect([...numbers(y), ...numbers(z)]).toEqual([12, 6]);
  await program.release();
});

test('inputs are listed, baked ones not, and these are checked and copied', async () => {
  const values = Float32Array.of(2, 3);
  const baked = new Map([
    ['scale', runtime.tensor('float32', values, [2, 1])],
    ['unused', floats(1)],
  ]);
  const program = await compile({ runtime, outputs, baked });
  expect(program.inputs).toEqual(['x', 'wide']);
  values.fill(0);
  expect(numbers((await program.run(RIGHT)).y)).toEqual([2 * 3 + 3 * 12]);
  await program.release();
  const wrong = new Map([['scale', floats(2, 2)]]);
  await expect(compile({ runtime, outputs, baked: wrong })).rejects.toThrow(
    "program: input 'scale' was fed float32[2, 2]; expected float32[batch, 1]",
  );
});

test('feeds are read in place, results are fresh', async () => {
  const data = Float32Array.of(1, 2, 3);
  const program = await compile({ runtime, outputs: { same: input('x', 'float32', [3]) } });
  const feeds = { x: runtime.tensor('float32', data, [3]) };
  const first = (await program.run(feeds)).same;
  data[0] = 10;
  const second = (await program.run(feeds)).same;
  expect([numbers(first), numbers(second)]).toEqual([
    [1, 2, 3],
    [10, 2, 3],
  ]);
  await program.release();
});

test('runs started at once do not disturb each other', async () => {
  const program = await compile({ runtime, outputs });
  const runs = Array.from({ length: 8 }, (_, i) =>
    program.run({ ...RIGHT, scale: runtime.tensor('float32', Float32Array.of(i, i), [2, 1]) }),
  );
  const sums = (await Promise.all(runs)).map(({ y }) => numbers(y)[0]);
  expect(sums).toEqual([0, 15, 30, 45, 60, 75, 90, 105]);
  await program.release();
});

test('a released program cannot run; releasing it twice is harmless', async () => {
  const program = await compile({ runtime, outputs });
  await program.release();
  await program.release();
  await expect(program.run(RIGHT)).rejects.toThrow('program: it was released');
});

test('extents are numbers of entries, fixed or not', async () => {
  const sizes = {
    fixed: extent([2, 3], 'float32'),
    free: extent(['batch', 3], 'int64'),
    none: extent([], 'float32'),
    keep: x,
  };
  const program = await compile({ runtime, outputs: sizes });
  const { fixed, free, none } = await program.run({ x: floats(4, 3) });
  expect([fixed, free, none].map((value) => [value.type, value.dims, ...numbers(value)])).toEqual([
    ['float32', [], 6],
    ['int64', [], 12],
    ['float32', [], 1],
  ]);
  await program.release();
});

test('constants are checked against their shape and type', () => {
  expect(() => constant([1, 2, 3], [2])).toThrow('constant: 3 values do not fill shape [2]');
  expect(() => constant(0.5, [], 'int64')).toThrow('constant: 0.5 is not an int64');
  expect(() => input('i', 'int32', [2]).add(1.5)).toThrow('constant: 1.5 is not an int32');
  expect(constant(new Float32Array(4)).shape).toEqual([4]);
});
