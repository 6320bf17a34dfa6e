/** @file Broken and hostile files of dictionaries: each opens, or is refused in one line that names the file; nothing is executed. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readTorchFile } from '../../src/dictionary/formats/torchFile.ts';
import { Zip } from '../../src/dictionary/formats/zip.ts';
import { openDictionary } from '../../src/dictionary/index.ts';
import { bytesSource } from '../../src/model/index.ts';
import { randomStream, TouchstoneError } from '../../src/tensor/index.ts';
import type { RandomReader } from '../../src/tensor/random.ts';
import { refusal, temporaryFolder } from '../model/support.ts';
import { pathOf, runtime } from './fixtures.ts';

const NASTY = [0, 1, 8, 255, 2 ** 16 - 1, 2 ** 31, 2 ** 32 - 1];

/** A broken copy of a file. */
function mutated(whole: Uint8Array, random: RandomReader): Uint8Array {
  const bytes = whole.slice();
  const at = random.integer(bytes.length - 4);
  const kind = random.integer(4);
  if (kind === 0) bytes[at]! ^= 1 << random.integer(8);
  if (kind === 1) new DataView(bytes.buffer).setUint32(at, random.pick(NASTY), true);
  if (kind === 2) return bytes.slice(0, at);
  if (kind === 3)
    return Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + 1 + random.integer(16))]);
  return bytes;
}

const FILES: [string, string, number][] = [
  ['saelens/topk', 'cfg.json', 120],
  ['saelens/gated', 'sae_weights.safetensors', 60],
  ['saelens/sparsity', 'sparsity.safetensors', 60],
  ['saelens-before-6/scaled', 'cfg.json', 120],
  ['dictionary_learning/MatryoshkaBatchTopKSAE', 'ae.pt', 300],
  ['dictionary_learning/GatedAutoEncoder', 'config.json', 120],
  ['gemma-scope/gemma-scope-2b-pt-res/layer_12/width_16k/average_l0_82', 'params.npz', 200],
  ['gemma-scope/gemma-scope-2b-pt-att/layer_3/width_16k/average_l0_10', 'params.npz', 200],
  ['sparsify/layers.3.mlp', 'cfg.json', 120],
];

test.each(FILES)(
  '%s with a broken %s opens or is refused in a line, %d times',
  async (name, file, times) => {
    const random = randomStream(7, 'test.dictionaries').at(name).at(file).reader();
    const folder = join(await temporaryFolder(), 'x');
    await cp(pathOf(name), folder, { recursive: true });
    const whole = await readFile(join(folder, file));
    let refused = 0;
    for (let i = 0; i < times; i++) {
      await writeFile(join(folder, file), mutated(Uint8Array.from(whole), random));
      await openDictionary(folder, runtime).catch((error: unknown) => {
        if (!(error instanceof TouchstoneError)) throw error;
        expect(error.message).toMatch(/^[^\n]*[/\\]x[^\n]*$/);
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(times / 10);
  },
);

/** An archive of stored entries, or of one that is deflated and lies about its size. */
function archive(entries: Readonly<Record<string, Uint8Array>>, claimed?: number): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, data] of Object.entries(entries)) {
    const packed = claimed === undefined ? data : deflateRawSync(data);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(claimed === undefined ? 0 : 8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(claimed ?? data.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, Buffer.from(name));
    parts.push(head, Buffer.from(name), Buffer.from(packed));
    at += 30 + name.length + packed.length;
  }
  const tail = Buffer.alloc(22);
  tail.writeUInt32LE(0x06054b50);
  tail.writeUInt16LE(Object.keys(entries).length, 10);
  tail.writeUInt32LE(Buffer.concat(directory).length, 12);
  tail.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, ...directory, tail]));
}

/** A PyTorch file around a pickle. */
const torchFile = (pickle: string) =>
  bytesSource('x.pt', archive({ 'x/data.pkl': Uint8Array.from(Buffer.from(pickle, 'latin1')) }));

describe('a pickle', () => {
  test.each([
    ['runs a command', 'cos\nsystem\n(X\x02\0\0\0lstR.', 'it names os.system'],
    ['evaluates', 'c__builtin__\neval\n(X\x01\0\0\x001tR.', 'it names __builtin__.eval'],
    ['names by its stack', '\x80\x04\x8c\x05posix\x8c\x06system\x93.', 'it names posix.system'],
    ['builds an instance', '(i__main__\nThing\n.', 'operation 0x69'],
    ['makes an object', 'c__main__\nThing\n)\x81.', 'it names __main__.Thing'],
    ['calls a storage', 'ctorch\nFloatStorage\n)R.', 'calls what is no function'],
    ['asks for an extension', '\x82\x01.', 'operation 0x82'],
    [
      'has a tensor of no storage',
      'ctorch._utils\n_rebuild_tensor_v2\n(NK\0))t R.',
      'a tensor is malformed',
    ],
    ['never stops', '}', 'it ends at byte 1'],
    ['is no table', ']', 'it ends at byte 1'],
    ['is a list', '].', 'holds no table of tensors'],
    ['is an empty table', '}.', 'no tensors by name'],
    ['has a stack of nothing', 'R.', 'its stack is empty'],
    ['recalls nothing', 'h\x05.', 'nothing is remembered as 5'],
  ])('that %s is refused by name', async (_, pickle, message) => {
    const error = await refusal(() => readTorchFile(torchFile(pickle.replace(' ', ''))));
    expect(error.message).toContain(message);
    expect(error.message).toMatch(/^x\.pt: x\/data\.pkl: /);
  });
});

test('a file of PyTorch from before 1.6 is refused with the remedy', async () => {
  const old = bytesSource('x.pt', Uint8Array.from([0x80, 0x02, 0x8a, 0x0a]));
  const { hint } = await refusal(() => readTorchFile(old));
  expect(hint).toContain('save it again');
});

test('an entry that unpacks to more than it says is refused before it fills memory', async () => {
  const bomb = archive({ bomb: new Uint8Array(2 ** 24) }, 100);
  const zip = await Zip.open(bytesSource('x.npz', bomb));
  expect((await refusal(() => zip.read('bomb'))).message).toContain('does not unpack to 100 bytes');
});

test('a folder that cannot be opened is left as it is', async () => {
  const folder = join(await temporaryFolder(), 'x');
  await mkdir(folder);
  await writeFile(join(folder, 'ae.pt'), 'nothing');
  await refusal(() => openDictionary(folder, runtime));
  expect(await readFile(join(folder, 'ae.pt'), 'utf8')).toBe('nothing');
});
