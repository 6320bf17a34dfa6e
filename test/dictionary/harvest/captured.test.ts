/** @file Captured activations as rows again: every row once an epoch, in an order that the seed fixes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CAPTURE,
  type Capture,
  CapturedActivations,
  CONTEXTS,
  captureShards,
  cutContexts,
  encodeContexts,
  fileRecord,
  type HarvestOptions,
  harvest,
  hookColumns,
  type ShardRecord,
  tables,
} from '../../../src/dictionary/index.ts';
import { randomTokens, tinyModel } from '../../model/support.ts';

const root = mkdtempSync(join(tmpdir(), 'touchstone-captured-'));
afterAll(() => rmSync(root, { recursive: true }));
const model = tinyModel();
const contexts = cutContexts(randomTokens(12, 30), { context: 16, prefix: [], packed: false });
const [X, Z] = ['blocks.1.hook_resid_post', 'blocks.0.attn.hook_z'];
const given: HarvestOptions = {
  hooks: hookColumns([X, Z], model.config),
  contexts,
  mask: { rule: 'special', ids: [0, 1] },
  buffer: 90,
  seed: 3,
};

/** Captures into a folder, a log in memory. */
async function capture(name: string, type: 'f32' | 'f16' = 'f32'): Promise<ShardRecord[]> {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  const done = new Map<string, ShardRecord>();
  const log = {
    recall: (file: string) => done.get(file),
    record: async (shard: ShardRecord) => void done.set(shard.file, shard),
  };
  return captureShards(harvest(model, given), { folder, type, shardRows: 40, log });
}

let captured: CapturedActivations;
beforeAll(async () => {
  const folder = join(root, 'rows');
  const shards = await capture('rows');
  const content = encodeContexts(contexts);
  writeFileSync(join(folder, CONTEXTS), Buffer.concat(content));
  const zeros = '0'.repeat(64);
  const manifest: Capture = {
    schema: 'touchstone/capture/1',
    model: { name: 'tiny', family: 'llama', sha256: zeros, tokenizer: null },
    hooks: given.hooks.map(({ name, shape, width }) => ({ name, shape: [...shape], width })),
    dtype: 'f32',
    texts: { files: [], documents: 12, tokens: 360, sha256: zeros },
    contexts: {
      ...fileRecord(CONTEXTS, content),
      count: contexts.length,
      longest: 16,
      packed: false,
      prefix: [],
    },
    mask: { rule: 'special', ids: [0, 1], masked: 0 },
    shuffle: { buffer: 90, seed: 3 },
    rows: shards.reduce((sum, { rows }) => sum + rows, 0),
    shards,
    versions: {},
  };
  writeFileSync(join(folder, CAPTURE), JSON.stringify(manifest));
  captured = await CapturedActivations.open(folder);
});

async function epochOf(options: { buffer?: number; seed?: number }, epoch: number) {
  const set = captured.rows([X, Z], options);
  const rows = new Map<string, string>();
  const batches = tables(set, 1, epoch * set.rows);
  for await (const table of batches) {
    const key = `${table.get('context')!.data[0]}/${table.get('position')!.data[0]}`;
    expect(rows.has(key)).toBe(false);
    rows.set(key, [...table.get(X)!.data, ...table.get(Z)!.data].join());
    if (rows.size === set.rows) break;
  }
  return rows;
}

test('every captured row comes once an epoch, with the values that the model gave', async () => {
  const expected = new Map<string, string>();
  for await (const table of tables(harvest(model, given), 1, 0)) {
    const key = `${table.get('context')!.data[0]}/${table.get('position')!.data[0]}`;
    expected.set(key, [...table.get(X)!.data, ...table.get(Z)!.data].join());
    if (expected.size === captured.manifest.rows) break;
  }
  for (const buffer of [1, 100, 10_000]) {
    const found = await epochOf({ buffer }, 0);
    expect(new Map([...found].sort())).toEqual(new Map([...expected].sort()));
  }
});

test('each epoch and each seed has an order of its own, always the same', async () => {
  const order = async (seed: number, epoch: number) => [
    ...(await epochOf({ buffer: 100, seed }, epoch)).keys(),
  ];
  const first = await order(0, 0);
  expect(await order(0, 0)).toEqual(first);
  expect(await order(0, 1)).not.toEqual(first);
  expect(await order(1, 0)).not.toEqual(first);
});

test('contexts say what stood around a row', async () => {
  expect(await captured.contexts()).toEqual(contexts);
});

test('an activation that f16 does not hold is refused', async () => {
  const weights = model.weights.named.get('model.embed_tokens.weight')!.data;
  const before = weights.slice();
  weights.fill(70_000);
  await expect(capture('large', 'f16')).rejects.toThrow(
    /of blocks\.1\.hook_resid_post is .* f16 does not hold/,
  );
  weights.fill(Number.NaN);
  await expect(capture('nan')).rejects.toThrow('is NaN, which f32 does not hold');
  weights.set(before);
});

test('a shard that is cut off is refused on opening, and a hook point that was not captured', async () => {
  expect(() => captured.rows(['hook_embed'])).toThrow(`has no 'hook_embed'`);
  const path = join(root, 'rows', 'shard-00002.safetensors');
  writeFileSync(path, 'short');
  await expect(CapturedActivations.open(join(root, 'rows'))).rejects.toThrow(
    /shard-00002\.safetensors has 5 bytes, expected \d+/,
  );
});
