/** @file Element types of GGUF files against Python's gguf 0.19.0 (test/fixtures/gguf/make_blocks.py). */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GgufHeader, readHeader } from '../../src/model/gguf/header.ts';
import { dequantize, elementType } from '../../src/model/gguf/quantization.ts';
import { loadGgufTensor, reordered, transposed } from '../../src/model/gguf/tensors.ts';
import { bytesSource, loadAll, type NamedTensor } from '../../src/model/index.ts';
import { bits } from './support.ts';

const FOLDER = new URL('../fixtures/gguf/', import.meta.url);
const source = (name: string) =>
  bytesSource(name, new Uint8Array(readFileSync(new URL(name, FOLDER))));
const TYPES = [
  'F32',
  'F16',
  'BF16',
  'Q8_0',
  'Q4_0',
  'Q4_1',
  'Q5_0',
  'Q5_1',
  'Q4_K',
  'Q5_K',
  'Q6_K',
];

let header: GgufHeader;
let expected: Map<string, NamedTensor>;

beforeAll(async () => {
  header = await readHeader(source('blocks.gguf'));
  expected = await loadAll(source('blocks.safetensors'));
});

/** Bits, with all NaN alike. */
function canonical(data: Float32Array): Uint32Array {
  return bits(data.map((value) => (Number.isNaN(value) ? Number.NaN : value)));
}

describe.each(TYPES)('%s', (name) => {
  test('gives the values of the Python reader, bit for bit', async () => {
    const info = header.tensors.get(name)!;
    const { shape, data } = expected.get(name)!;
    expect(info.shape).toEqual(shape);
    const found = new Float32Array(data.length);
    await loadGgufTensor(source('blocks.gguf'), info, found);
    expect(canonical(found)).toEqual(canonical(data));
  });
});

test('all types of the file were compared', () => {
  expect([...header.tensors.keys()].sort()).toEqual([...TYPES].sort());
});

test('metadata of every kind reads as it was written', () => {
  expect(Object.fromEntries(header.metadata)).toEqual({
    'general.architecture': 'test',
    'scalar.uint8': 255,
    'scalar.int8': -128,
    'scalar.uint16': 65535,
    'scalar.int16': -32768,
    'scalar.uint32': 4294967295,
    'scalar.int32': -2147483648,
    'scalar.float32': 0.5,
    'scalar.float64': 0.1,
    'scalar.uint64': 2 ** 53 - 1,
    'scalar.int64': -(2 ** 53) + 1,
    'scalar.bool': true,
    'scalar.string': 'grüßt 灯台守 👋🏿 \ufeff',
    'array.strings': ['', 'a', '▁b', 'ж'.repeat(100)],
    'array.ints': [1, -2, 3],
    'array.floats': [0.25, -1.5],
    'array.bools': [true, false],
  });
});

describe('a tensor read in pieces', () => {
  // More values than are read at once, in rows that do not divide that.
  const [rows, columns] = [3000, 1056];
  const bytes = Uint8Array.from({ length: (rows * columns * 34) / 32 }, (_, i) =>
    i % 34 === 1 ? 0x2c : i % 34 === 0 ? 0 : (i * 7919) >> 3,
  );
  const info = { type: elementType(8)!, shape: [rows, columns], begin: 5, end: 5 + bytes.length };
  const padded = new Uint8Array(5 + bytes.length);
  padded.set(bytes, 5);
  const whole = new Float32Array(rows * columns);
  dequantize(info.type, bytes, whole);

  test('equals the same read whole', async () => {
    const found = new Float32Array(rows * columns);
    await loadGgufTensor(bytesSource('x', padded), info, found);
    expect(Buffer.compare(Buffer.from(found.buffer), Buffer.from(whole.buffer))).toBe(0);
  });

  test('may be transposed or have its rows reordered on the way', async () => {
    const [turned, backwards] = [new Float32Array(whole.length), new Float32Array(whole.length)];
    await loadGgufTensor(bytesSource('x', padded), info, turned, transposed(rows));
    const last = (row: number) => rows - 1 - row;
    await loadGgufTensor(bytesSource('x', padded), info, backwards, reordered(last));
    for (let i = 0; i < whole.length; i += 997) {
      const [row, column] = [Math.floor(i / columns), i % columns];
      expect(turned[column * rows + row]).toBe(whole[i]);
      expect(backwards[last(row) * columns + column]).toBe(whole[i]);
    }
  });
});
