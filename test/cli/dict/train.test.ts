/** @file `touchstone dict train`: several dictionaries from one pass, from captured activations and on the fly. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { registerCapture } from '../../../src/cli/commands/capture.ts';
import { registerDictTrain } from '../../../src/cli/commands/dict/train.ts';
import { captureCommand } from '../../../src/cli/work/capture.ts';
import { dictionaryTrainingSchema } from '../../../src/cli/work/dict/summary.ts';
import { trainDictionariesCommand } from '../../../src/cli/work/dict/train.ts';
import { openDictionary, readHistory } from '../../../src/dictionary/index.ts';
import { commandLine, finished, startTouchstone, temporaryRoot } from '../child.ts';
import { writeTexts } from '../texts.ts';

const root = temporaryRoot();
const texts = writeTexts(join(root, 'texts.jsonl'), 60);
const rows = join(root, 'rows');
const [READ, TARGET] = ['blocks.3.hook_resid_post', 'blocks.1.attn.hook_z'];
const captured = ['--activations', rows, '--read', READ];
const live = ['--model', 'organism-base', '--text', texts, '--read', READ, '--buffer', '700'];
const short = ['--batch', '64', '--steps', '30', '--latents', '48'];

beforeAll(async () => {
  const args = ['capture', 'organism-base', '--text', texts, '--read', READ, TARGET];
  await commandLine(
    (program, perform) => registerCapture(program, perform, captureCommand),
    [...args, '--shard', '300', '--out', rows],
  );
}, 60_000);

const train = (...args: string[]) =>
  commandLine(
    (program, perform) =>
      registerDictTrain(program.command('dict'), perform, trainDictionariesCommand),
    ['dict', 'train', ...args],
  );

function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => /\.\w+$/.test(name));
  const hash = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(files.map((name) => [name, hash(name)]));
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

test('trains and fits several kinds, once for each seed, and says how the last batches went', async () => {
  const out = join(root, 'several');
  const kinds = [
    '--kind',
    'topk:k=4',
    '--kind',
    'gated:learningRate=1e-3',
    '--kind',
    'kmeans:d_sae=5',
  ];
  const done = await train(
    ...captured,
    ...short,
    ...kinds,
    '--seed',
    '1',
    '--seed',
    '2',
    '--out',
    out,
    '--json',
  );
  expect([done.status, done.stderr]).toEqual([0, expect.stringContaining('curves: file://')]);
  const summary = dictionaryTrainingSchema.parse(JSON.parse(done.stdout));
  const names = summary.dictionaries.map(({ name }) => name);
  const both = (kind: string) => [`${kind}-seed-1`, `${kind}-seed-2`];
  expect(names).toEqual(['topk', 'gated', 'kmeans'].flatMap(both));
  const history = await readHistory(join(out, 'history.jsonl'));
  expect(history).toHaveLength(4 * 30);
  for (const { name, trained, fitted } of summary.dictionaries) {
    const own = history.filter(({ dictionary }) => dictionary === name);
    expect([trained === null, fitted !== null]).toEqual([own.length === 0, own.length === 0]);
    if (trained) {
      expect(trained.batches).toBe(30);
      expect(trained.loss.mean).toBeCloseTo(mean(own.map(({ loss }) => loss)), 4);
      expect(trained.dead).toBe(own.at(-1)!.dead);
    }
    const { config } = await openDictionary(join(out, name));
    expect(config).toMatchObject({ d_in: 192, hook_name: READ, model_name: 'organism-base' });
    expect(config).toMatchObject({ context_size: 128, prepend_bos: true });
  }
  expect(readFileSync(join(out, 'curves.html'), 'utf8')).toContain(
    'aria-label="explained variance by step"',
  );
  expect(existsSync(join(out, 'checkpoint.safetensors'))).toBe(false);
  const before = filesOf(out);
  const again = await train(
    ...captured,
    ...short,
    ...kinds,
    '--seed',
    '1',
    '--seed',
    '2',
    '--out',
    out,
    '--json',
  );
  expect([again.stdout, filesOf(out)]).toEqual([done.stdout, before]);
}, 60_000);

test('a file of plans gives the dictionaries of the short forms', async () => {
  const plan = join(root, 'plan.json');
  const config = { architecture: 'matryoshka_batchtopk', k: 3, matryoshka_widths: [8, 48] };
  const resample = { every: 10 };
  writeFileSync(plan, JSON.stringify({ dictionaries: [{ config, seed: 4, resample }] }));
  const [a, b] = [join(root, 'file'), join(root, 'short')];
  const text = 'matryoshka_batchtopk:k=3,matryoshka_widths=8+48,seed=4,resample=10';
  expect((await train(...captured, ...short, '--plan', plan, '--out', a)).status).toBe(0);
  expect((await train(...captured, ...short, '--kind', text, '--out', b)).status).toBe(0);
  expect(filesOf(a)).toEqual(filesOf(b));
});

test('a transcoder is trained on the fly from one hook point to another', async () => {
  const out = join(root, 'transcoder');
  const kind = ['--target', TARGET, '--kind', 'transcoder:l1_coefficient=0.1', '--lr', '3e-3'];
  const done = await train(...live, ...short, ...kind, '--out', out, '--json');
  expect(done.status).toBe(0);
  const { dictionaries, activations } = dictionaryTrainingSchema.parse(JSON.parse(done.stdout));
  expect(dictionaries[0]).toMatchObject({ d_in: 192, d_out: 192, architecture: 'transcoder' });
  expect(activations).toMatchObject({ read: READ, target: TARGET, mask: { rule: 'special' } });
  const history = await readHistory(join(out, 'history.jsonl'));
  expect(history.at(-1)!.explainedVariance).toBeGreaterThan(history[0]!.explainedVariance);
  const { config } = await openDictionary(join(out, 'transcoder'));
  expect(config).toMatchObject({ hook_name: READ, hook_name_out: TARGET });
});

test.each([
  ['captured activations', captured],
  ['activations on the fly', live],
])(
  'on %s, killed again and again, it ends with the bytes of an uninterrupted run',
  async (name, from) => {
    const kinds = [
      '--kind',
      'topk:k=4',
      '--kind',
      'standard:resample=8',
      '--kind',
      'kmeans:d_sae=5',
    ];
    const args = ['dict', 'train', ...from, ...short, ...kinds, '--checkpoint-every', '4'];
    const [whole, broken] = [join(root, `whole ${name}`), join(root, `broken ${name}`)];
    expect((await finished(startTouchstone([...args, '--out', whole]))).status).toBe(0);
    const lines = () => {
      const path = join(broken, 'history.jsonl');
      return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
    };
    for (const steps of [3, 14, 27]) {
      const child = startTouchstone([...args, '--out', broken]);
      const ended = finished(child);
      while (lines() < 2 * steps && child.exitCode === null) await wait(2);
      child.kill('SIGKILL');
      await ended;
    }
    expect(existsSync(join(broken, 'summary.json'))).toBe(false);
    expect((await finished(startTouchstone([...args, '--out', broken]))).status).toBe(0);
    expect(filesOf(broken)).toEqual(filesOf(whole));
  },
  180_000,
);

const kind = ['--kind', 'topk:k=4'];
test.each<[string, string[], number, string]>([
  ['no activations', [...kind], 2, 'activations of what?'],
  ['no dictionary', [...captured], 2, 'no dictionary to train'],
  ['two hook points', ['--activations', rows, ...kind], 2, 'has several hook points'],
  [
    'a hook that is not there',
    ['--activations', rows, '--read', 'hook_embed', ...kind],
    3,
    "has no 'hook_embed'",
  ],
  ['an unknown kind', [...captured, '--kind', 'topkk'], 3, "did you mean 'topk'?"],
  ['an unknown setting', [...captured, '--kind', 'topk:kk=4'], 2, "did you mean 'k'?"],
  ['a setting that is no number', [...captured, '--kind', 'topk:k=four'], 3, 'has k "four"'],
  ['a seed that is no number', [...captured, '--kind', 'topk:seed=x'], 3, 'seed'],
  [
    'more rows than there are',
    [...captured, ...kind, '--batch', '9999'],
    2,
    'batches of 9999 rows out of',
  ],
  [
    'one name twice',
    [...captured, '--kind', 'topk:name=a', '--kind', 'kmeans:name=a'],
    2,
    "called 'a'",
  ],
  ['a transcoder without a target', [...captured, '--kind', 'transcoder'], 2, 'of what to what'],
  [
    'clusters with a target',
    [...captured, '--target', TARGET, '--kind', 'kmeans'],
    2,
    'of what to what',
  ],
  ['no captured folder', ['--activations', root, ...kind], 3, 'has no capture.json'],
])('%s is refused before anything is written', async (name, args, status, message) => {
  const out = join(root, `refused ${name}`);
  const done = await train('--batch', '64', ...args, '--out', out);
  expect([done.status, done.stderr]).toEqual([status, expect.stringContaining(message)]);
  expect(existsSync(out)).toBe(false);
});
