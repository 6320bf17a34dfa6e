/** @file `touchstone capture` as a process of its own: what it writes, and what is left when it is killed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { registerCapture } from '../../src/cli/commands/capture.ts';
import { captureCommand } from '../../src/cli/work/capture.ts';
import { CapturedActivations, captureSchema, readShard } from '../../src/dictionary/index.ts';
import { openModel } from '../../src/model/index.ts';
import { runtime } from '../model/support.ts';
import { commandLine, finished, startTouchstone, temporaryRoot } from './child.ts';
import { writeTexts } from './texts.ts';

const root = temporaryRoot();
const texts = writeTexts(join(root, 'texts.jsonl'), 60);
const HOOKS = ['blocks.3.hook_resid_post', 'blocks.1.attn.hook_z'];
const common = ['capture', 'organism-base', '--text', texts, '--read', ...HOOKS];

const capture = (...args: string[]) =>
  commandLine((program, perform) => registerCapture(program, perform, captureCommand), args);

function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort();
  const hash = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(names.map((name) => [name, hash(name)]));
}

test('writes shards whose rows are what the model computes at their tokens, and a manifest of them', async () => {
  const out = join(root, 'plain');
  const done = await capture(
    ...common,
    '--shard',
    '500',
    '--buffer',
    '900',
    '--out',
    out,
    '--json',
  );
  expect([done.status, done.stderr]).toEqual([0, '']);
  const manifest = captureSchema.parse(JSON.parse(done.stdout));
  expect(JSON.parse(readFileSync(join(out, 'capture.json'), 'utf8'))).toEqual(manifest);
  expect(manifest).toMatchObject({ texts: { documents: 60 }, dtype: 'f32' });
  expect(manifest.rows + manifest.mask.masked).toBe(
    (await (await CapturedActivations.open(out)).contexts()).reduce(
      (sum, { tokens }) => sum + tokens.length,
      0,
    ),
  );
  expect(manifest.shards.map(({ rows }) => rows).slice(0, -1)).toEqual(
    Array(manifest.shards.length - 1).fill(500),
  );
  await expectRows(out, manifest.shards[1]!.file, 1e-4);
});

/** Compares some rows of a shard with passes over their contexts alone. */
async function expectRows(out: string, file: string, tolerance: number): Promise<void> {
  const model = await openModel('organisms/base', runtime);
  const contexts = await (await CapturedActivations.open(out)).contexts();
  const table = await readShard(join(out, file), [...HOOKS, 'token', 'position', 'context']);
  for (const row of [0, 11, 250]) {
    const at = (name: string) => table.get(name)!.data[row]!;
    const tokens = [...contexts[at('context')]!.tokens];
    expect(at('token')).toBe(tokens[at('position')]);
    const { activations } = await model.run(tokens, { read: HOOKS, logits: false });
    for (const hook of HOOKS) {
      const { data, width } = table.get(hook)!;
      const values = activations[hook]!.data.subarray(at('position') * width);
      for (let i = 0; i < width; i++) {
        expect(Math.abs(data[row * width + i]! - values[i]!)).toBeLessThan(tolerance);
      }
    }
  }
  await model.release();
}

test('f16 halves the shards and rounds the same rows', async () => {
  const out = join(root, 'half');
  const done = await capture(
    ...common,
    '--shard',
    '500',
    '--buffer',
    '900',
    '--dtype',
    'f16',
    '--out',
    out,
  );
  expect(done.status).toBe(0);
  // Values are below 64, where float16 has steps of 1/32 and more finely.
  await expectRows(out, 'shard-00001.safetensors', 1 / 64 + 1e-4);
  const [whole, half] = ['plain', 'half'].map((name) => {
    const path = join(root, name, 'capture.json');
    return captureSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).shards[0]!.bytes;
  });
  // 384 values a row, at 2 bytes less each.
  expect(whole! - half!).toBe(500 * 384 * 2);
});

test('killed again and again, the same command ends with the bytes of an uninterrupted one', async () => {
  const args = [...common, '--shard', '100', '--buffer', '250'];
  const [whole, broken] = [join(root, 'whole'), join(root, 'broken')];
  expect((await finished(startTouchstone([...args, '--out', whole]))).status).toBe(0);
  for (const shard of ['shard-00000', 'shard-00004', 'shard-00009']) {
    const child = startTouchstone([...args, '--out', broken]);
    const ended = finished(child);
    while (!existsSync(join(broken, `${shard}.safetensors`)) && child.exitCode === null)
      await wait(2);
    child.kill('SIGKILL');
    await ended;
  }
  // What a kill in the middle of a write leaves behind.
  writeFileSync(join(broken, '.shard-00010.safetensors.1.2.tmp'), 'half');
  expect(existsSync(join(broken, 'capture.json'))).toBe(false);
  await expect(CapturedActivations.open(broken)).rejects.toThrow('has no capture.json');
  const last = await finished(startTouchstone([...args, '--out', broken]));
  expect(last.stderr).toMatch(/going on with .*: \d+ shards are done/);
  expect(filesOf(broken)).toEqual(filesOf(whole));
}, 120_000);

test('another capture in the same folder is refused, and a shard that was changed', async () => {
  const out = join(root, 'plain');
  const other = await capture(...common, '--shard', '400', '--buffer', '900', '--out', out);
  expect([other.status, other.stderr]).toEqual([
    3,
    expect.stringContaining('holds another run: settings.shard is 500 there and 400 here'),
  ]);
  const path = join(out, 'shard-00000.safetensors');
  const bytes = readFileSync(path);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(path, bytes);
  const captured = await CapturedActivations.open(out);
  const [chunk] = captured.rows([HOOKS[0]!], { buffer: 1_000_000 }).chunks(0);
  await expect(chunk!.read()).rejects.toThrow('its hash differs');
});

test.each<[string, string[], number, string]>([
  ['a pattern', ['--read', 'blocks.0.attn.hook_pattern'], 2, 'has no row for each position'],
  [
    'an unknown hook',
    ['--read', 'blocks.0.hook_resid_pos'],
    2,
    "did you mean 'blocks.0.hook_resid_post'?",
  ],
  ['a long context', ['--context', '4096'], 2, '--context is 4096'],
  ['a prefix alone', ['--context', '1'], 2, 'a context holds 2 or more'],
  ['a wrong prefix', ['--prefix', 'bos'], 2, "--prefix is 'bos'; expected token ids"],
])('%s is refused before anything is written', async (name, args, status, message) => {
  const out = join(root, `refused ${name}`);
  const done = await capture(
    'capture',
    'organism-base',
    '--text',
    texts,
    '--read',
    HOOKS[0]!,
    ...args,
    '--out',
    out,
  );
  expect([done.status, done.stderr]).toEqual([status, expect.stringContaining(message)]);
  expect(existsSync(out)).toBe(false);
});
