/** @file Broken GGUF files: each opens, or is refused in one line that names the file. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ggufConfig } from '../../src/model/gguf/config.ts';
import { openGgufFile } from '../../src/model/gguf/file.ts';
import { readHeader } from '../../src/model/gguf/header.ts';
import { Metadata } from '../../src/model/gguf/metadata.ts';
import { readGguf } from '../../src/model/gguf/model.ts';
import type { MetadataValue } from '../../src/model/gguf/reader.ts';
import { ggufTokenizer } from '../../src/model/gguf/tokenizer.ts';
import { type ByteSource, bytesSource, parseConfig } from '../../src/model/index.ts';
import { randomStream, TouchstoneError } from '../../src/tensor/index.ts';
import type { RandomReader } from '../../src/tensor/random.ts';

const FOLDER = new URL('../fixtures/gguf/', import.meta.url);
const MODELS = ['gpt2', 'gpt-neox', 'llama3', 'gemma3', 'phi3', 'olmo2', 'spm-llama', 'byte-level'];

function source(name: string): ByteSource {
  return bytesSource('x.gguf', new Uint8Array(readFileSync(new URL(`${name}.gguf`, FOLDER))));
}

const NASTY = [
  0n,
  1n,
  8n,
  9n,
  255n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

type Mutation = (bytes: Uint8Array, headerEnd: number, random: RandomReader) => Uint8Array;

const flipBit: Mutation = (bytes, headerEnd, random) => {
  const at = random.integer(headerEnd);
  bytes[at]! ^= 1 << random.integer(8);
  return bytes;
};

const overwrite: Mutation = (bytes, headerEnd, random) => {
  const view = new DataView(bytes.buffer);
  const at = random.integer(headerEnd - 8);
  const number = random.pick(NASTY);
  if (random.integer(2) === 0) view.setBigUint64(at, number, true);
  else view.setUint32(at, Number(BigInt.asUintN(32, number)), true);
  return bytes;
};

const truncate: Mutation = (bytes, headerEnd, random) => {
  const most = random.integer(2) === 0 ? headerEnd : bytes.length;
  return bytes.slice(0, random.integer(most));
};

const cut: Mutation = (bytes, headerEnd, random) => {
  const at = random.integer(headerEnd);
  const rest = bytes.subarray(at + 1 + random.integer(16));
  const out = new Uint8Array(at + rest.length);
  out.set(bytes.subarray(0, at));
  out.set(rest, at);
  return out;
};

/** Whether the work ended well; if not, the refusal must be fit to show. */
async function ends(work: () => unknown): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof TouchstoneError)) throw error;
    expect(error.message).toMatch(/^x\.gguf[: ][^\n]+$/);
    return false;
  }
}

test('1600 files with broken headers open or are refused in a line', async () => {
  const random = randomStream(5, 'test.gguf').reader();
  let refused = 0;
  for (const name of MODELS) {
    const whole = await source(name).slice(0, source(name).byteLength);
    const { tensors } = await readHeader(source(name));
    const headerEnd = Math.min(whole.length, ...[...tensors.values()].map(({ begin }) => begin));
    for (let i = 0; i < 200; i++) {
      const mutate = random.pick([flipBit, flipBit, overwrite, overwrite, truncate, cut]);
      const bytes = mutate(whole.slice(), headerEnd, random);
      const opened = await ends(() => readGguf(bytesSource('x.gguf', bytes)));
      if (!opened) refused++;
    }
  }
  expect(refused).toBeGreaterThan(800);
});

const VALUES: MetadataValue[] = [
  ...[0, -1, 1.5, 7, 4096, 2 ** 31, 2 ** 53, 1e300, Number.NaN, Number.POSITIVE_INFINITY],
  ...[true, false, '', 'gpt2', '__proto__', '\ud800', 'a'.repeat(5000)],
  ...[[], [0], ['a'], [[1]], Array.from({ length: 300 }, (_, i) => i)],
];

test('any value at any key, and any key missing, is taken or refused in a line', async () => {
  for (const name of MODELS) {
    const file = await openGgufFile(source(name));
    const own = new Map([...file.metadata.keys()].map((key) => [key, file.metadata.raw(key)!]));
    const extra = ['rope.scaling.type', 'rope.scaling.factor', 'attention.sliding_window_pattern'];
    const keys = [...own.keys(), ...extra.map((key) => `${file.architecture}.${key}`)];
    for (const key of keys) {
      for (const value of [undefined, ...VALUES]) {
        const values = new Map(own);
        if (value === undefined) values.delete(key);
        else values.set(key, value);
        const changed = { ...file, metadata: new Metadata('x.gguf', values) };
        await ends(() => ggufTokenizer(changed));
        if (file.tensors.size > 0)
          await ends(async () => parseConfig(await ggufConfig(changed), 'x.gguf'));
      }
    }
  }
});

test('a count larger than the file takes no memory', async () => {
  const header = new Uint8Array(64);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x46554747, true);
  view.setUint32(4, 3, true);
  for (const [tensors, entries] of [
    [2n ** 50n, 0n],
    [0n, 2n ** 50n],
    [0n, 2n ** 64n - 1n],
  ] as const) {
    view.setBigUint64(8, tensors, true);
    view.setBigUint64(16, entries, true);
    expect(await ends(() => readHeader(bytesSource('x.gguf', header)))).toBe(false);
  }
});

test.each<[string, (bytes: Uint8Array) => Uint8Array, RegExp]>([
  ['another kind of file', (bytes) => bytes.fill(7, 0, 4), /does not begin with "GGUF"/],
  ['an old version', (bytes) => bytes.fill(1, 4, 5), /version 1, expected 2 or 3/],
  [
    'a file of the other byte order',
    (bytes) => bytes.fill(0, 4, 7).fill(3, 7, 8),
    /version 50331648/,
  ],
  [
    'half a file',
    (bytes) => bytes.slice(0, bytes.length / 2),
    /ends \d+ bytes past the end of the file/,
  ],
  [
    'a little of a file',
    (bytes) => bytes.slice(0, 100),
    /ends at byte 100, within its header|bytes follow/,
  ],
  ['an empty file', () => new Uint8Array(0), /ends at byte 0/],
])('%s is named as what it is', async (_what, change, message) => {
  const bytes = change(await source('gpt2').slice(0, source('gpt2').byteLength));
  await expect(readGguf(bytesSource('x.gguf', bytes))).rejects.toThrow(message);
});

test('an element type that is not read is named, with those that are', async () => {
  const file = source('gpt2');
  const bytes = await file.slice(0, file.byteLength);
  const name = Buffer.from(bytes).indexOf('output_norm.weight');
  // After the name: one axis, its size, then the type.
  new DataView(bytes.buffer).setUint32(name + 'output_norm.weight'.length + 4 + 8, 11, true);
  await expect(readGguf(bytesSource('x.gguf', bytes))).rejects.toThrow(
    /^x\.gguf: tensor "output_norm\.weight" is of type Q3_K, which is not read: expected one of F32/,
  );
});
