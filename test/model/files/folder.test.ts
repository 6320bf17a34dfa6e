/** @file Reading and writing model folders: whole or not at all. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  openFile,
  readJson,
  readText,
  writeAtomic,
  writeFolder,
} from '../../../src/model/folder.ts';
import { encodeSafetensors, loadAll } from '../../../src/model/safetensors.ts';
import { parseShardIndex, withWeights } from '../../../src/model/shards.ts';
import { bytesSource } from '../../../src/model/source.ts';
import { fixture, fixtureBytes, refusal, temporaryFolder } from './support.ts';

/** All tensors of a folder. */
const loadWeights = (dir: string) =>
  withWeights(dir, async ({ shapes, read }) => {
    const loaded = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const [name, shape] of shapes) {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      await read(name, data);
      loaded.set(name, { shape, data });
    }
    return loaded;
  });

const text = (words: string) => new TextEncoder().encode(words);

describe('reading', () => {
  test('any part of a file', async () => {
    const path = join(await temporaryFolder(), 'a');
    await writeFile(path, 'hello world');
    const source = await openFile(path);
    expect(source.byteLength).toBe(11);
    expect(Buffer.from(await source.slice(6, 11)).toString()).toBe('world');
    expect(await source.slice(3, 3)).toHaveLength(0);
    await source.close();
  });

  test('what cannot be read is refused in one line that says why', async () => {
    const dir = await temporaryFolder();
    await writeFile(join(dir, 'bytes'), Uint8Array.of(0xff, 0xfe));
    await writeFile(join(dir, 'bad.json'), '{"a":\n\n');
    expect(await refusal(() => openFile(join(dir, 'none')))).toBe(
      `cannot read ${join(dir, 'none')}: no such file or folder`,
    );
    expect(await refusal(() => openFile(dir))).toBe(`cannot read ${dir}: it is not a file`);
    expect(await refusal(() => readText(dir))).toBe(`cannot read ${dir}: it is a folder`);
    expect(await refusal(() => readText(join(dir, 'bytes')))).toMatch(/not UTF-8 text/);
    expect(await refusal(() => readText(join(dir, 'bytes', 'x')))).toMatch(/not a folder/);
    expect(await refusal(() => readJson(join(dir, 'bad.json')))).toMatch(
      /bad.json: not JSON [^\n]+$/,
    );
  });

  // The superuser may read everything.
  test.skipIf(process.getuid?.() === 0)('a file without permission is refused', async () => {
    const path = join(await temporaryFolder(), 'secret');
    await writeFile(path, 'x');
    await chmod(path, 0);
    expect(await refusal(() => openFile(path))).toMatch(/permission denied/);
  });

  test('a file that shrinks while it is read is refused', async () => {
    const path = join(await temporaryFolder(), 'a');
    await writeFile(path, 'hello');
    const source = await openFile(path);
    await writeFile(path, 'he');
    expect(await refusal(() => source.slice(0, 5))).toMatch(/ended at byte 2/);
    await source.close();
  });
});

describe('writing a file', () => {
  test('replaces what was there and leaves nothing beside it', async () => {
    const dir = await temporaryFolder();
    await writeAtomic(join(dir, 'a'), 'old');
    await writeAtomic(join(dir, 'a'), [text('new '), text('text')]);
    expect(await readText(join(dir, 'a'))).toBe('new text');
    expect(await readdir(dir)).toEqual(['a']);
  });

  test('keeps what was there when the content fails half-way', async () => {
    const dir = await temporaryFolder();
    await writeAtomic(join(dir, 'a'), 'old');
    await expect(writeAtomic(join(dir, 'a'), failing())).rejects.toThrow('half-way');
    expect(await readText(join(dir, 'a'))).toBe('old');
    expect(await readdir(dir)).toEqual(['a']);
  });

  test('refuses a folder that is not there', async () => {
    const path = join(await temporaryFolder(), 'none', 'a');
    expect(await refusal(() => writeAtomic(path, 'x'))).toBe(
      `cannot write ${path}: no such file or folder`,
    );
  });
});

function* failing(): Iterable<Uint8Array> {
  yield text('some');
  throw new Error('half-way');
}

describe('writing a folder', () => {
  const files = new Map<string, string | Uint8Array>([
    ['a', 'one'],
    ['b', Uint8Array.of(2)],
  ]);

  test('makes it with its parents, and nothing beside it', async () => {
    const parent = join(await temporaryFolder(), 'deep');
    await writeFolder(join(parent, 'model'), files);
    expect(await readdir(parent)).toEqual(['model']);
    expect(await readText(join(parent, 'model', 'a'))).toBe('one');
    expect([...(await readFile(join(parent, 'model', 'b')))]).toEqual([2]);
  });

  test('takes an empty folder, refuses a full one, and replaces it only when asked', async () => {
    const parent = await temporaryFolder();
    const dir = join(parent, 'model');
    await mkdir(dir);
    await writeFolder(dir, files);
    expect(await refusal(() => writeFolder(dir, new Map([['c', 'x']])))).toMatch(
      /the folder is not empty/,
    );
    expect(await readdir(dir)).toEqual(['a', 'b']);
    await writeFolder(dir, new Map([['c', 'x']]), { overwrite: true });
    expect(await readdir(dir)).toEqual(['c']);
    expect(await readdir(parent)).toEqual(['model']);
  });

  test('leaves the old folder whole when a file fails half-way', async () => {
    const parent = await temporaryFolder();
    const dir = join(parent, 'model');
    await writeFolder(dir, files);
    const bad = new Map<string, string | Iterable<Uint8Array>>([
      ['a', 'new'],
      ['z', failing()],
    ]);
    await expect(writeFolder(dir, bad, { overwrite: true })).rejects.toThrow('half-way');
    expect(await readText(join(dir, 'a'))).toBe('one');
    expect(await readdir(parent)).toEqual(['model']);
  });

  test('refuses names that lead out of it, and a file in its place', async () => {
    const parent = await temporaryFolder();
    for (const name of ['../a', 'a/b', '..', '']) {
      expect(await refusal(() => writeFolder(join(parent, 'm'), new Map([[name, 'x']])))).toMatch(
        /plain file name/,
      );
    }
    expect(await readdir(parent)).toEqual([]);
    await writeFile(join(parent, 'm'), 'file');
    expect(await refusal(() => writeFolder(join(parent, 'm'), files))).toMatch(/cannot write/);
  });
});

describe('weights', () => {
  test('in shards are those in one file', async () => {
    const whole = await loadWeights(fixture('llama'));
    const sharded = await loadWeights(fixture('llama-sharded'));
    expect([...sharded.keys()].sort()).toEqual([...whole.keys()].sort());
    for (const [name, tensor] of whole) expect(sharded.get(name)).toEqual(tensor);
    expect(whole).toEqual(
      await loadAll(bytesSource('m', await fixtureBytes('llama/model.safetensors'))),
    );
  });

  test('that are missing, in whole or in part, are refused', async () => {
    const dir = await temporaryFolder();
    expect(await refusal(() => loadWeights(dir))).toMatch(/neither model.safetensors nor/);
    const index = { weight_map: { a: 'x.safetensors', b: 'x.safetensors' } };
    await writeAtomic(join(dir, 'model.safetensors.index.json'), JSON.stringify(index));
    expect(await refusal(() => loadWeights(dir))).toMatch(/x.safetensors: no such file/);
    const tensors = new Map([['a', { shape: [1], data: Float32Array.of(1) }]]);
    await writeAtomic(join(dir, 'x.safetensors'), encodeSafetensors(tensors));
    expect(await refusal(() => loadWeights(dir))).toMatch(/x.safetensors does not hold tensor "b"/);
  });

  test('an index that points out of its folder is refused', async () => {
    for (const file of ['../a.safetensors', '/a.safetensors', 'a\\b.safetensors', 'a.bin']) {
      const said = await refusal(() => parseShardIndex({ weight_map: { t: file } }, 'index'));
      expect(said).toMatch(/expected a .safetensors file beside it/);
    }
    expect(await refusal(() => parseShardIndex({}, 'index'))).toMatch(/weight_map is missing/);
  });
});
