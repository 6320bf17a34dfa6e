/** @file The safetensors reader and writer, against files that the Python library wrote. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromFloat32, toFloat32 } from '../../../src/model/dtype.ts';
import {
  encodeSafetensors,
  loadAll,
  loadTensor,
  type NamedTensor,
  readSafetensors,
} from '../../../src/model/safetensors.ts';
import { bytesSource } from '../../../src/model/source.ts';
import {
  concatenated,
  fileWithHeader,
  fixtureBytes,
  fixtureJson,
  refusal,
  sourceOf,
} from './support.ts';

const bitsOf = (values: Float32Array) => [...new Uint32Array(values.slice().buffer)];

describe('reading', () => {
  test('every element type has the values that torch 2.15 gives it in float32', async () => {
    const expected =
      await fixtureJson<Record<string, { shape: number[]; bits: number[] }>>('dtypes.json');
    const source = bytesSource('dtypes', await fixtureBytes('dtypes.safetensors'));
    const { tensors, metadata } = await readSafetensors(source);
    expect(metadata).toEqual({ format: 'pt' });
    expect([...tensors.keys()].sort()).toEqual(Object.keys(expected).sort());
    for (const [name, { shape, bits }] of Object.entries(expected)) {
      const info = tensors.get(name)!;
      expect(info.shape, name).toEqual(shape);
      expect(bitsOf(await loadTensor(source, info)), name).toEqual(bits);
    }
  });

  test('tensors that do not begin at a multiple of their element size are read', async () => {
    const header =
      '{"byte":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}';
    const bytes = concatenated([
      await fileWithHeader(header).slice(0, 8 + header.length),
      Uint8Array.of(7, 0, 0, 0x80, 0x3f),
    ]);
    const loaded = await loadAll(bytesSource('odd', bytes));
    expect([...loaded.get('x')!.data]).toEqual([1]);
  });
});

describe('refusing', () => {
  const tensor = (dtype: unknown, shape: unknown, offsets: unknown) =>
    JSON.stringify({ dtype, shape, data_offsets: offsets });
  const good = tensor('F32', [1], [0, 4]);

  const refused: [string, string | Uint8Array, number, RegExp][] = [
    ['text that is not JSON', '{"a":', 0, /not JSON/],
    ['a header that is not an object', '[1]', 0, /does not begin with {/],
    ['a header that begins with a space', ' {}', 0, /does not begin with {/],
    ['an empty header', '', 0, /does not begin with {/],
    ['a header that is not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 0, /not UTF-8/],
    ['a name twice', `{"a":${good},"a":${good}}`, 4, /"a" twice/],
    ['a name twice, once escaped', `{"a":${good},"\\u0061":${good}}`, 4, /"a" twice/],
    [
      'a field twice',
      '{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}',
      4,
      /"dtype" twice/,
    ],
    ['a tensor named __proto__', `{"__proto__":${good}}`, 4, /__proto__/],
    ['a tensor that is a number', '{"a":1}', 0, /"a" is 1/],
    ['a tensor without fields', '{"a":{}}', 0, /dtype missing/],
    ['an unknown dtype', `{"a":${tensor('F31', [1], [0, 4])}}`, 4, /dtype "F31"/],
    [
      'a dtype named like a method',
      `{"a":${tensor('toString', [1], [0, 4])}}`,
      4,
      /dtype "toString"/,
    ],
    ['a fractional size', `{"a":${tensor('F32', [1.5], [0, 6])}}`, 6, /shape \[1.5\]/],
    ['a negative size', `{"a":${tensor('F32', [-1], [0, 4])}}`, 4, /shape \[-1\]/],
    ['two negative sizes', `{"a":${tensor('F32', [-1, -1], [0, 4])}}`, 4, /shape \[-1, -1\]/],
    [
      'a size above 2^53',
      '{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}}',
      1,
      /shape/,
    ],
    [
      'a shape product that overflows',
      `{"a":${tensor('F32', [2 ** 40, 2 ** 40], [0, 0])}}`,
      0,
      /takes/,
    ],
    [
      'a shape product that wraps to zero in 64 bits',
      `{"a":${tensor('U8', [2 ** 32, 2 ** 32], [0, 0])}}`,
      0,
      /takes/,
    ],
    ['a shape that is a string', `{"a":${tensor('F32', '1', [0, 4])}}`, 4, /shape "1"/],
    ['offsets in reverse', `{"a":${tensor('F32', [1], [4, 0])}}`, 4, /in order/],
    ['one offset', `{"a":${tensor('F32', [1], [0])}}`, 4, /data_offsets \[0\]/],
    ['negative offsets', `{"a":${tensor('F32', [1], [-4, 0])}}`, 4, /data_offsets \[-4, 0\]/],
    ['data past the end', `{"a":${good}}`, 3, /1 bytes past the end/],
    [
      'a size other than shape and dtype give',
      `{"a":${tensor('F32', [2], [0, 4])}}`,
      4,
      /takes 8 bytes, but has 4/,
    ],
    ['bytes at the end', `{"a":${good}}`, 5, /1 bytes at the end/],
    ['data without a tensor', '{}', 1, /1 bytes at the end/],
    ['a hole', `{"a":${good},"b":${tensor('F32', [1], [5, 9])}}`, 9, /1 bytes before tensor "b"/],
    ['an overlap', `{"a":${good},"b":${tensor('F32', [1], [2, 6])}}`, 6, /"b" overlaps/],
    ['two tensors on the same bytes', `{"a":${good},"b":${good}}`, 4, /"b" overlaps/],
    ['metadata that is a list', '{"__metadata__":[]}', 0, /__metadata__ is an array/],
    ['metadata that is not text', '{"__metadata__":{"a":1}}', 0, /__metadata__.a is 1/],
  ];
  test.each(refused)('%s', async (_what, header, dataBytes, message) => {
    const said = await refusal(() => readSafetensors(fileWithHeader(header, dataBytes)));
    expect(said).toMatch(message);
    expect(said).toMatch(/^test.safetensors: not a valid safetensors file: [^\n]+$/);
  });

  test('a file of less than 8 bytes, and headers larger than the file or than 100 MB', async () => {
    expect(await refusal(() => readSafetensors(sourceOf([new Uint8Array(7)])))).toMatch(/7 bytes/);
    const sized = (size: bigint) => {
      const bytes = new Uint8Array(16);
      new DataView(bytes.buffer).setBigUint64(0, size, true);
      return sourceOf([bytes]);
    };
    expect(await refusal(() => readSafetensors(sized(9n)))).toMatch(/only 8 bytes follow/);
    expect(await refusal(() => readSafetensors(sized(100_000_001n)))).toMatch(/at most 100000000/);
    expect(await refusal(() => readSafetensors(sized(2n ** 64n - 1n)))).toMatch(
      /18446744073709551615/,
    );
  });
});

describe('writing', () => {
  test('a file that safetensors 0.8 wrote is written again with the same bytes', async () => {
    const bytes = await fixtureBytes('llama/model.safetensors');
    const tensors = await loadAll(bytesSource('model', bytes));
    expect(concatenated(encodeSafetensors(tensors))).toEqual(bytes);
  });

  test('the order in which tensors come does not change the bytes', () => {
    const one: NamedTensor = { shape: [2], data: Float32Array.of(1, 2) };
    const two: NamedTensor = { shape: [], data: Float32Array.of(3) };
    const forth = encodeSafetensors(
      new Map([
        ['a', one],
        ['b', two],
      ]),
      { y: '1', x: '2' },
    );
    const back = encodeSafetensors(
      new Map([
        ['b', two],
        ['a', one],
      ]),
      { x: '2', y: '1' },
    );
    expect(concatenated(forth)).toEqual(concatenated(back));
  });

  test('a tensor whose values do not fit its shape, or with a reserved name, is refused', async () => {
    const data = Float32Array.of(1);
    for (const [name, shape] of [
      ['a', [2]],
      ['__metadata__', [1]],
      ['\ud800', [1]],
    ] as const) {
      expect(await refusal(() => encodeSafetensors(new Map([[name, { shape, data }]])))).toMatch(
        /tensor/,
      );
    }
  });

  test('float32 rounds to half precision as torch 2.15 rounds it', async () => {
    const words = await fixtureJson<Record<'float32' | 'f16' | 'bf16', number[]>>('rounding.json');
    const values = new Float32Array(Uint32Array.from(words.float32).buffer);
    expect([...new Uint16Array(fromFloat32('F16', values).buffer)]).toEqual(words.f16);
    expect([...new Uint16Array(fromFloat32('BF16', values).buffer)]).toEqual(words.bf16);
  });

  test('all half-precision words but NaNs survive float32 and back', () => {
    for (const dtype of ['F16', 'BF16'] as const) {
      const words = Uint16Array.from({ length: 65536 }, (_, word) => word);
      const values = toFloat32(dtype, new Uint8Array(words.buffer));
      const back = new Uint16Array(fromFloat32(dtype, values).buffer);
      const nans = [...words].filter((word) => Number.isNaN(values[word]!));
      const kept = (word: number) => !Number.isNaN(values[word]!);
      expect([...back].filter((_, i) => kept(i))).toEqual([...words].filter(kept));
      const stillNan = toFloat32(
        dtype,
        new Uint8Array(Uint16Array.from(nans, (w) => back[w]!).buffer),
      );
      expect(stillNan.every(Number.isNaN)).toBe(true);
    }
  });
});

const names = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('0', 'constructor', '"\\'))
  .filter((name) => name !== '__proto__' && name !== '__metadata__');
const tensors = fc.array(fc.nat({ max: 4 }), { maxLength: 4 }).chain((shape) => {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = fc.array(fc.float({ noNaN: true }), { minLength: size, maxLength: size });
  return values.map((list): NamedTensor => ({ shape, data: Float32Array.from(list) }));
});

test('any tensors under any names come back, in every saved type', async () => {
  const files = fc
    .array(fc.tuple(names, tensors), { maxLength: 6 })
    .map((entries) => new Map(entries));
  const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 });
  const dtypes = fc.constantFrom('F32' as const, 'F16' as const, 'BF16' as const);
  await fc.assert(
    fc.asyncProperty(files, metadata, dtypes, async (file, about, dtype) => {
      const source = sourceOf(encodeSafetensors(file, about, dtype));
      const again = await readSafetensors(source);
      expect(again.metadata).toEqual({ ...about });
      expect([...again.tensors.keys()].sort()).toEqual([...file.keys()].sort());
      for (const [name, { shape, data }] of file) {
        const info = again.tensors.get(name)!;
        expect(info.shape).toEqual(shape);
        const stored = toFloat32(dtype, fromFloat32(dtype, data));
        expect(bitsOf(await loadTensor(source, info))).toEqual(bitsOf(stored));
      }
    }),
  );
});
