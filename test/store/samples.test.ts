/** @file Samples as Parquet, read back with hyparquet. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, expect, test } from 'vitest';
import { encodeSamples, openRun, type SampleRow } from '../../src/store/index.ts';
import { SPEC } from './work.mjs';

const root = mkdtempSync(join(tmpdir(), 'touchstone-samples-'));
afterAll(() => rmSync(root, { recursive: true }));

function row(index: number): SampleRow {
  return {
    arm: index % 2 ? 'twin' : 'suspect',
    technique: 'fuzz',
    setting: index % 3 ? `layer ${index % 4}` : null,
    split: index % 5 ? 'test' : 'validation',
    prompt: `What is the word? (${index % 16})`,
    index,
    text: `I will not say. "\u{1f511}" ${index}`,
    secretMentioned: index % 7 === 0,
    decoysMentioned: index % 4,
    nll: index % 11 ? Math.sqrt(index) : null,
  };
}

function read(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: new Uint8Array(bytes).buffer });
}

test('rows written by a run are read back equal', async () => {
  const rows = Array.from({ length: 2500 }, (_, i) => row(i));
  const run = await openRun(join(root, 'run'), SPEC);
  await run.writeSamples(rows);
  await run.close();
  expect(await read(readFileSync(join(root, 'run', 'samples.parquet')))).toEqual(rows);
});

test('no rows give a readable file with the same columns', async () => {
  const bytes = encodeSamples([]);
  expect(await read(bytes)).toEqual([]);
  const names = parquetMetadata(new Uint8Array(bytes).buffer)
    .schema.slice(1)
    .map((c) => c.name);
  expect(names).toEqual(Object.keys(row(0)));
});

test('equal rows give equal bytes, also where 0 was -0 before it was recorded', () => {
  const rows = [row(1), row(2)];
  const negative = rows.map((r) => ({ ...r, nll: -0 }));
  const positive = rows.map((r) => ({ ...r, nll: 0 }));
  expect(encodeSamples(negative)).toEqual(encodeSamples(positive));
  expect(encodeSamples(rows)).toEqual(encodeSamples(structuredClone(rows)));
});

test('a hundred thousand rows keep their ends', async () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => row(i));
  const back = await read(encodeSamples(rows));
  expect([back.length, back[0], back.at(-1)]).toEqual([100_000, row(0), row(99_999)]);
});
