/** @file `touchstone model` as a process of its own, against a hub on loopback. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  modelAddSchema,
  modelListSchema,
  modelRemovalSchema,
} from '../../src/cli/work/modelCache.ts';
import { modelInspectionSchema } from '../../src/cli/work/modelInspect.ts';
import { askPython, needsPython } from '../python.ts';
import { type Files, type LoopbackHub, loopbackHub } from '../store/loopbackHub.ts';
import { finished, startTouchstone, temporaryRoot } from './child.ts';

const root = temporaryRoot();
const FOLDER = 'organisms/base';
const COMMIT = 'c'.repeat(40);
const files: Files = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((name) => /\.(json|safetensors)$/.test(name))
    .map((name) => [name, readFileSync(join(FOLDER, name))]),
);
const large = { 'config.json': Buffer.from('{}'), 'model.safetensors': randomBytes(4_000_000) };

let hub: LoopbackHub;
beforeAll(async () => {
  hub = await loopbackHub({
    'town/base': { commits: { [COMMIT]: files }, refs: { main: COMMIT } },
    'town/large': { commits: { [COMMIT]: large }, refs: { main: COMMIT } },
  });
});
afterAll(() => hub.close());

const start = (cache: string, ...args: string[]) =>
  startTouchstone(args, {
    HF_ENDPOINT: hub.endpoint,
    HF_HUB_CACHE: join(root, cache),
    HF_HUB_OFFLINE: '0',
    HF_TOKEN: '',
  });
const run = (cache: string, ...args: string[]) => finished(start(cache, ...args));

test('a model is added, listed, inspected, opened without the hub, and removed', async () => {
  const added = await run('life', 'model', 'add', 'town/base', '--json');
  expect(added.status).toBe(0);
  const { path, files: got } = modelAddSchema.parse(JSON.parse(added.stdout));
  expect(got.map((file) => file.path)).toContain('model.safetensors');

  const requests = hub.seen.length;
  const listed = await run('life', 'model', 'list', '--json');
  const { models } = modelListSchema.parse(JSON.parse(listed.stdout));
  expect(models.map(({ id, commit, path: at }) => [id, commit, at])).toEqual([
    ['town/base', COMMIT, path],
  ]);
  const inspected = await run('life', 'model', 'inspect', 'town/base', '--json');
  const report = modelInspectionSchema.parse(JSON.parse(inspected.stdout));
  expect(report).toMatchObject({ family: 'llama', layers: 6, width: 192, path });
  const args = ['--prompt', 'hello', '--max-tokens', '3', '--json'];
  const named = await run('life', 'generate', 'town/base', ...args);
  const folder = await run('life', 'generate', FOLDER, ...args);
  expect(named.status).toBe(0);
  expect(JSON.parse(named.stdout).samples).toEqual(JSON.parse(folder.stdout).samples);
  expect(hub.seen.length).toBe(requests);

  const removed = await run('life', 'model', 'remove', 'town/base', '--json');
  const { commits, freedBytes } = modelRemovalSchema.parse(JSON.parse(removed.stdout));
  expect(commits).toEqual([COMMIT]);
  expect(freedBytes).toBe(got.reduce((sum, file) => sum + file.bytes, 0));
  const gone = await run('life', 'generate', 'town/base', ...args);
  expect(gone.status).toBe(3);
  expect(gone.stderr).toMatch(/touchstone model add town\/base/);
});

test('an addition killed with kill -9 goes on where it was', async () => {
  hub.delay = 15;
  const child = start('killed', 'model', 'add', 'town/large');
  const blobs = join(root, 'killed/models--town--large/blobs');
  const partial = () => {
    try {
      const name = readdirSync(blobs).find((file) => file.endsWith('.incomplete'));
      return name === undefined ? 0 : statSync(join(blobs, name)).size;
    } catch {
      return 0;
    }
  };
  while (partial() < 500_000) await wait(5);
  child.kill('SIGKILL');
  expect((await finished(child)).status).toBeNull();
  hub.delay = 0;
  const kept = partial();
  expect(kept).toBeLessThan(large['model.safetensors'].length);

  const again = await run('killed', 'model', 'add', 'town/large', '--json');
  expect(again.status).toBe(0);
  const { path, fetchedBytes } = modelAddSchema.parse(JSON.parse(again.stdout));
  expect(fetchedBytes).toBe(large['model.safetensors'].length - kept);
  const found = readFileSync(join(path, 'model.safetensors'));
  expect(found.equals(large['model.safetensors'])).toBe(true);
});

test('what was added is found by huggingface_hub without the network', async ({ skip }) => {
  await needsPython(skip, ['huggingface_hub']);
  const added = await run('python', 'model', 'add', 'town/base', '--json');
  const { path } = modelAddSchema.parse(JSON.parse(added.stdout));
  const code = 'import huggingface_hub as h; print(h.snapshot_download("town/base"))';
  const env = { HF_HUB_CACHE: join(root, 'python'), HF_HUB_OFFLINE: '1' };
  expect((await askPython(['-c', code], env)).trim()).toBe(path);
});

test('refusals are one line with a remedy, and leave nothing', async () => {
  const unknown = await run('none', 'model', 'add', 'town/none');
  expect(unknown.status).toBe(3);
  expect(unknown.stderr).toMatch(
    /^touchstone: town\/none is gated, private, or not there \(401 RepoNotFound\)\nhint: /m,
  );
  const odd = await run('none', 'model', 'add', '../etc');
  expect([odd.status, odd.stderr.split('\n')[0]]).toEqual([
    2,
    "touchstone: '../etc' is no model of the hub",
  ]);
  const absent = await run('none', 'model', 'remove', 'town/base');
  expect(absent.status).toBe(3);
  const empty = await run('none', 'model', 'list');
  expect(empty.stdout).toMatch(/^no models in .*none; fetch one with/);
  expect(() => rmSync(join(root, 'none/models--town--none'))).toThrow(/ENOENT/);
});

test('offline, nothing is asked of the network', async () => {
  const requests = hub.seen.length;
  const child = startTouchstone(['model', 'add', 'town/base'], {
    HF_ENDPOINT: hub.endpoint,
    HF_HUB_CACHE: join(root, 'offline'),
    HF_HUB_OFFLINE: '1',
  });
  const { status, stderr } = await finished(child);
  expect([status, stderr]).toEqual([
    3,
    'touchstone: town/base cannot be fetched: HF_HUB_OFFLINE is set\nhint: unset it\n',
  ]);
  expect(hub.seen.length).toBe(requests);
});
