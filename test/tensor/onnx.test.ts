/** @file The ONNX writer: bytes that other tools read, equal graphs equal bytes, nothing computed twice. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeRuntime } from '../../src/model/runtime.ts';
import {
  compile,
  concat,
  constant,
  input,
  scatterAdd,
  type Tensor,
} from '../../src/tensor/index.ts';
import { Message } from '../../src/tensor/onnx/protobuf.ts';
import { encodeModel } from '../../src/tensor/program.ts';
import { expectClose, numbers } from './check.ts';

const runtime = nodeRuntime({ threads: 1 });

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/tensor/${name}`, import.meta.url), 'utf8'));
}

/** A graph with attributes and constants of every kind. */
function sampler(): Record<string, Tensor> {
  const x = input('x', 'float32', ['batch', 3]);
  const rows = input('rows', 'int64', ['picks']);
  const weight = constant([1, -2, 0.5, 0, 3, -1], [2, 3]);
  const product = x.matmul(weight, { transposeB: true, alpha: 0.5 });
  const mask = constant([1, 0, 1], [3], 'bool');
  const { values, indices } = x.topK(2);
  return {
    product: product.gelu(),
    norm: x.layerNorm(constant([1, 2, 3]), constant([0, -1, 0]), 1e-5),
    masked: mask.where(x, -1000).transpose(1, 0),
    picked: x.gather(rows).reshape('picks', 3, 1).softmax(),
    scattered: scatterAdd(rows, x.gather(rows), ['batch', 3]),
    values,
    indices,
    whole: x
      .cast('int32')
      .mul(-3)
      .add(constant(-2147483648, [], 'int32')),
    long: rows.sub(4294967296),
    double: x.cast('float64').add(0.1),
    joined: concat([x, values], 1),
    flat: x.reshape('3*batch').cumsum(),
    x,
  };
}

test('onnx.checker accepts what it writes, and onnx.reference computes the same with it', async () => {
  const { model } = encodeModel(sampler());
  const hex = Buffer.from(model)
    .toString('hex')
    .replace(/.{1,120}/g, '$&\n');
  await expect(hex).toMatchFileSnapshot('../fixtures/tensor/written.hex');
  const expected = fixture('written.json') as Record<string, { dims: number[]; data: number[] }>;
  const program = await compile({ runtime, outputs: sampler() });
  const results = await program.run({
    x: runtime.tensor('float32', Float32Array.of(0.5, -1.25, 2, 3, 0.125, -0.75), [2, 3]),
    rows: runtime.tensor('int64', BigInt64Array.of(1n, 0n, 1n), [3]),
  });
  expect(Object.keys(results).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { dims, data }] of Object.entries(expected)) {
    expect(results[name]!.dims, name).toEqual(dims);
    expectClose(numbers(results[name]!), data, 1e-5, name);
  }
  await program.release();
});

// The first two are in the protocol-buffer documentation ("Encoding": varints, strings).
test.each([
  ['150', new Message().integer(1, 150), [0x08, 0x96, 0x01]],
  ['text', new Message().text(2, 'testing'), [0x12, 0x07, ...Buffer.from('testing')]],
  ['-1', new Message().integer(1, -1), [0x08, ...new Array(9).fill(0xff), 0x01]],
  ['2^63 - 1', new Message().integer(1, 2n ** 63n - 1n), [0x08, ...new Array(8).fill(0xff), 0x7f]],
  ['field 20', new Message().integer(20, 0), [0xa0, 0x01, 0x00]],
  ['a float', new Message().float(2, -1.5), [0x15, 0x00, 0x00, 0xc0, 0xbf]],
  ['nothing', new Message().message(3, new Message()), [0x1a, 0x00]],
  ['a message', new Message().message(3, new Message().integer(1, 150)), [0x1a, 3, 0x08, 0x96, 1]],
])('a protobuf message holds %s', (_, message, bytes) => {
  expect([...message.encode()]).toEqual(bytes);
});

test('equal graphs, built at different times, give equal bytes', () => {
  const first = encodeModel(sampler()).model;
  input('between', 'float32', [3]).exp();
  expect(Buffer.compare(first, encodeModel(sampler()).model)).toBe(0);
});

function occurrences(outputs: Record<string, Tensor>, opType: string): number {
  return Buffer.from(encodeModel(outputs).model).toString('latin1').split(opType).length - 1;
}

test('equal sub-graphs are computed once', () => {
  const x = input('x', 'float32', [2]);
  const again = input('x', 'float32', [2]);
  expect(occurrences({ a: x.tanh().add(1), b: again.tanh().mul(2) }, 'Tanh')).toBe(1);
  expect(occurrences({ a: x.tanh(), b: x.neg().tanh() }, 'Tanh')).toBe(2);
});

async function valuesOf(outputs: Record<string, Tensor>): Promise<Record<string, number[]>> {
  const program = await compile({ runtime, outputs });
  const results = await program.run({ x: runtime.tensor('float32', Float32Array.of(1, 4), [2]) });
  await program.release();
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, numbers(value)]));
}

test('infinities, NaN, 0 and -0 are different constants', async () => {
  const x = input('x', 'float32', [2]);
  const special = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0, -0];
  const outputs = Object.fromEntries(
    special.map((value, i) => [`y${i}`, x.mul(0).reciprocal().neg().maximum(-5).add(value)]),
  );
  const { y0, y1, y2, y3 } = await valuesOf(outputs);
  expect([y0, y1, y2, y3]).toEqual(special.slice(0, 4).map((value) => [value - 5, value - 5]));
  const { zero, minus } = await valuesOf({ zero: constant(0).div(x), minus: constant(-0).div(x) });
  expect([zero, minus]).toEqual([
    [0, 0],
    [-0, -0],
  ]);
});

test('an input can be an output, under its own name or another; a tensor can have two names', async () => {
  const x = input('x', 'float32', [2]);
  const root = x.sqrt();
  const results = await valuesOf({
    x,
    copy: x,
    root,
    same: root,
    equal: x.sqrt(),
    twice: root.mul(2),
  });
  expect(results).toEqual({
    x: [1, 4],
    copy: [1, 4],
    root: [1, 2],
    same: [1, 2],
    equal: [1, 2],
    twice: [2, 4],
  });
});

test('names that look like its own are free for inputs and outputs', async () => {
  const x = input('x', 'float32', [2]);
  const names = Array.from({ length: 6 }, (_, i) => `_${i}`);
  const outputs = Object.fromEntries(names.map((name, i) => [name, x.add(i).exp().log()]));
  const results = await valuesOf(outputs);
  names.forEach((name, i) => {
    expectClose(results[name]!, [1 + i, 4 + i], 1e-6, name);
  });
});

test('an output with the name of another input, or an input declared twice, is refused', () => {
  const x = input('x', 'float32', [2]);
  expect(() => encodeModel({ x: x.neg() })).toThrow("program: output 'x' has the name of an input");
  const other = input('x', 'float32', [3]);
  expect(() => encodeModel({ a: x.neg(), b: other.neg() })).toThrow(
    "input 'x' is declared twice: as input:float32[2] and as input:float32[3]",
  );
});

test('a graph of 30,000 nodes is written', () => {
  let x = input('x', 'float32', [2]);
  for (let i = 0; i < 30_000; i++) x = i % 2 === 0 ? x.neg() : x.abs();
  expect(encodeModel({ x2: x }).model.byteLength).toBeGreaterThan(30_000);
});
