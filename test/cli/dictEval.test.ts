/** @file `touchstone dict eval` in this process: tables, JSON, and what it refuses. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { registerCapture } from '../../src/cli/commands/capture.ts';
import { registerDictEval } from '../../src/cli/commands/dict/eval.ts';
import { captureCommand } from '../../src/cli/work/capture.ts';
import { evalDictionariesCommand } from '../../src/cli/work/dict/eval.ts';
import { type DictEvaluation, dictEvalSchema } from '../../src/cli/work/dict/evalSchema.ts';
import { fitDictionary, MEASURES, type Rows, saveDictionary } from '../../src/dictionary/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { commandLine, temporaryRoot } from './child.ts';
import { writeTexts } from './texts.ts';

const root = temporaryRoot();
const hook = 'blocks.3.hook_resid_post';
const texts = writeTexts(join(root, 'texts.jsonl'), 12);
const [first, second, rows] = ['first', 'second', 'rows'].map((name) => join(root, name)) as [
  string,
  string,
  string,
];

const evaluation = (...args: string[]) =>
  commandLine(
    (program, perform) => registerDictEval(program, perform, evalDictionariesCommand),
    ['eval', ...args],
  );

async function json(...args: string[]): Promise<DictEvaluation> {
  const done = await evaluation(...args, '--resamples', '100', '--json');
  expect(done.stderr).toBe('');
  return dictEvalSchema.parse(JSON.parse(done.stdout));
}

beforeAll(async () => {
  const data = randomStream(1, 'rows').fillNormal(new Float32Array(400 * 192));
  const noise: Rows = { data: data.map((value) => 20 * value), width: 192 };
  const config = { architecture: 'pca', d_in: 192, d_sae: 40, hook_name: hook };
  const dictionary = await fitDictionary(config, noise);
  await saveDictionary(dictionary, first);
  const again = await fitDictionary({ ...config, k: 20 }, noise);
  await saveDictionary(again, second);
  const capture = ['capture', 'organism-base', '--text', texts, '--read', hook, '--out', rows];
  await commandLine(
    (program, perform) => registerCapture(program, perform, captureCommand),
    capture,
  );
});

test('prints every measure with special tokens out and in, asking the model too', async () => {
  const result = await json(first, '--model', 'organism-base', '--text', texts);
  const [record] = result.evaluated;
  expect(record!.sets.map(({ mask }) => mask)).toEqual(['special', 'none']);
  const names = MEASURES.map(({ name }) => name);
  for (const { measures } of record!.sets) {
    const found = measures.map(({ name }) => name);
    expect(found).toEqual([...names, 'dead', 'dense_1', 'dense_10']);
    for (const { estimate, interval, documents } of measures) {
      expect([estimate, interval].includes(null)).toBe(false);
      expect(documents).toBe(12);
    }
  }
  const [kept, all] = record!.sets.map(
    ({ measures }) => measures.find(({ name }) => name === 'fve')!,
  );
  expect(all!.n).toBeGreaterThan(kept!.n);
});

test('gives on captured activations what it gives on the model that they are of', async () => {
  const live = await json(first, '--model', 'organism-base', '--text', texts);
  const captured = await json(first, '--activations', rows);
  const named = (result: DictEvaluation, name: string) =>
    result.evaluated[0]!.sets[0]!.measures.find((one) => one.name === name)!;
  for (const name of [
    'fve',
    'gamma_C',
    'gamma_pp',
    'cosine',
    'l0',
    'legacy_explained_variance_per_row',
  ]) {
    const [a, b] = [named(live, name), named(captured, name)];
    expect(b.estimate! / a.estimate!, name).toBeCloseTo(1, 5);
    expect(b.interval![0] / a.interval![0], name).toBeCloseTo(1, 5);
    expect(b.n).toBe(a.n);
  }
  expect(captured.evaluated[0]!.sets).toHaveLength(1);
  expect(captured.rows.texts).toBe(live.rows.texts);
  const asked = await json(first, '--activations', rows, '--model', 'organism-base');
  expect(named(asked, 'kl').estimate! / named(live, 'kl').estimate!).toBeCloseTo(1, 4);
});

test('compares directions, and takes means over seeds', async () => {
  const result = await json(first, second, '--seeds', '--activations', rows, '--against', first);
  const [own] = result.evaluated;
  const mmcs = own!.directions!.find(({ name }) => name === 'mmcs')!;
  expect(mmcs.estimate).toBeCloseTo(1, 5);
  const figure = (record: DictEvaluation['overSeeds'], name: string) =>
    record!.sets[0]!.measures.find((one) => one.name === name)!;
  const means = result.evaluated.map((record) => figure(record, 'l0').estimate!);
  expect(means).toEqual([40, 20]);
  expect(figure(result.overSeeds, 'l0')).toMatchObject({ estimate: 30, seeds: 2 });
  // The same components, but for how many of them a row keeps.
  expect(result.stability!.pairs).toHaveLength(1);
  expect(result.stability!.pairs[0]!.matched_cosine).toBeCloseTo(1, 5);
  expect(result.stability!.measures.map(({ name }) => name)).toEqual(['mmcs', 'matched_cosine']);
});

test('prints a table that says what it rests on', async () => {
  const { stdout } = await evaluation(first, '--activations', rows, '--resamples', '100');
  expect(stdout).toMatch(/first: pca, 40 latents, width 192, blocks\.3\.hook_resid_post/);
  expect(stdout).toMatch(/ {2}fve +-?\d+\.\d+ \[-?\d+\.\d+, -?\d+\.\d+\]/);
  expect(stdout).toContain('without special tokens (n ');
  expect(stdout).toContain('95 % intervals over 12 documents: clustered bootstrap');
});

test.each<[string, string[]]>([
  ['no activations to measure on', []],
  [
    '--activations and --text: rows come from one of them',
    ['--activations', 'rows', '--text', 'a.txt'],
  ],
  ['--model without --text', ['--model', 'organism-base']],
  ['--text without --model', ['--text', 'a.txt']],
  ['--seeds of one dictionary', ['--seeds', '--activations', 'rows']],
])('refuses: %s', async (message, args) => {
  const { status, stderr, stdout } = await evaluation(first, ...args);
  expect(status).toBe(2);
  expect(stderr.replace('\nhint:', ':')).toContain(message);
  expect(stdout).toBe('');
});

test('the documentation names every measure', () => {
  const page = readFileSync(new URL('../../docs/dictionary-measures.md', import.meta.url), 'utf8');
  const more = ['dead', 'dense_1', 'dense_10', 'mmcs', 'recall_0.9', 'matched_cosine'];
  for (const name of [...MEASURES.map((one) => one.name), ...more]) {
    expect(page, name).toContain(`\`${name}\``);
  }
});

test('its help names every measure', async () => {
  let help = '';
  await commandLine(
    (program, perform) => {
      registerDictEval(program, perform, evalDictionariesCommand);
      const command = program.commands.find((one) => one.name() === 'eval')!;
      command.configureOutput({
        writeOut: (text) => {
          help += text;
        },
      });
    },
    ['eval', '--help'],
  );
  for (const { name } of MEASURES) expect(help, name).toContain(name);
});
