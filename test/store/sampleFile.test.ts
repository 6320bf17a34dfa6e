/** @file Samples by ranges, beside the same rows filtered in memory; and how little of a large file is read. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  encodeSamples,
  openSamples,
  SampleFile,
  type SampleFilter,
  type SampleRow,
} from '../../src/store/index.ts';

const root = mkdtempSync(join(tmpdir(), 'touchstone-sample-file-'));
afterAll(() => rmSync(root, { recursive: true }));

function row(index: number): SampleRow {
  return {
    arm: index % 2 ? 'twin' : 'suspect',
    technique: `technique-${index % 3}`,
    setting: index % 5 ? `layer ${index % 4}` : null,
    split: 'test',
    prompt: `Which word? (${index % 16})`,
    index,
    text: `Answer ${index}`,
    secretMentioned: index % 7 === 0,
    decoysMentioned: index % 4,
    nll: index % 11 ? index / 7 : null,
  };
}

const rows = (count: number) => Array.from({ length: count }, (_, i) => row(i));

function fileOf(name: string, count: number): string {
  const path = join(root, name);
  writeFileSync(path, encodeSamples(rows(count)));
  return path;
}

const FILTERS: readonly [SampleFilter, (row: SampleRow) => boolean][] = [
  [{}, () => true],
  [{ arm: 'twin' }, ({ arm }) => arm === 'twin'],
  [
    { technique: 'technique-1', names: 'secret' },
    ({ technique, secretMentioned }) => technique === 'technique-1' && secretMentioned,
  ],
  [
    { setting: 'layer 2', names: 'decoy' },
    ({ setting, decoysMentioned }) => setting === 'layer 2' && decoysMentioned > 0,
  ],
  [{ text: 'ANSWER 123' }, ({ text }) => text.startsWith('Answer 123')],
  [{ split: 'validation' }, () => false],
];

test('pages of every filter are those of the rows filtered in memory, across groups', async () => {
  const file = await SampleFile.open(fileOf('some.parquet', 25_000));
  for (const [filter, fits] of FILTERS) {
    const wanted = rows(25_000).filter(fits);
    for (const offset of [0, 9_990, 24_990, 30_000])
      expect(await file.page(filter, offset, 20)).toEqual({
        total: wanted.length,
        rows: wanted.slice(offset, offset + 20),
      });
  }
});

test('of 300,000 samples, first and last ones come without reading all', async () => {
  const path = fileOf('large.parquet', 300_000);
  let read = 0;
  const file = await SampleFile.open(path, (buffer) => ({
    byteLength: buffer.byteLength,
    slice: (start, end = buffer.byteLength) => {
      read += end - start;
      return buffer.slice(start, end);
    },
  }));
  const share = () => read / statSync(path).size;
  const first = await file.page({}, 0, 100);
  expect(first).toEqual({ total: 300_000, rows: rows(100) });
  expect(share()).toBeLessThan(0.25);
  const last = await file.page({}, 299_900, 100);
  expect(last.rows.map(({ index }) => index)).toEqual(
    Array.from({ length: 100 }, (_, i) => 299_900 + i),
  );
  expect(share()).toBeLessThan(0.25);
});

test('a file that was written anew is opened anew, and one that is not there is told', async () => {
  const folder = join(root, '..');
  const name = root.slice(folder.length + 1);
  fileOf('samples.parquet', 10);
  const before = await openSamples(folder, name);
  expect(await openSamples(folder, name, before)).toBe(before);
  fileOf('samples.parquet', 20);
  expect((await openSamples(folder, name, before)).rows).toBe(20);
  await expect(openSamples(folder, 'nothing')).rejects.toThrow("the run 'nothing' has no samples");
});
