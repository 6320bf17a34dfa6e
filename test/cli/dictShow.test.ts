/** @file `touchstone dict show`: in the terminal, as JSON, as a page, with a model that explains. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerDictShow } from '../../src/cli/commands/dict/show.ts';
import { boundedPage } from '../../src/cli/work/dict/portrait/bounded.ts';
import { showDictionary } from '../../src/cli/work/dict/show.ts';
import { type Portrait, portraitSchema, saveDictionary } from '../../src/dictionary/index.ts';
import { randomDictionary, worldTexts } from '../dictionary/portrayed.ts';
import { commandLine, temporaryRoot } from './child.ts';

const root = temporaryRoot();
const FOLDER = join(root, 'random');
const TEXTS = join(root, 'texts.jsonl');

const show = (...args: string[]) =>
  commandLine(
    (program, perform) => registerDictShow(program, perform, showDictionary),
    [
      'show',
      FOLDER,
      '--model',
      'organism-base',
      '--text',
      TEXTS,
      '--answers',
      join(root, 'answers'),
      ...args,
    ],
  );

async function shown(...args: string[]): Promise<Portrait> {
  const { status, stdout, stderr } = await show(...args, '--json');
  expect([status, stderr.replace(/^touchstone: \d+ answers.*\n/, '')]).toEqual([0, '']);
  return portraitSchema.parse(JSON.parse(stdout));
}

/** An endpoint that names the first marked token, and finds texts that hold it. */
let server: Server;
let questions: string[] = [];
let refuse = false;
const answerTo = (text: string): string => {
  const marked = /<<([^>]*)>>/.exec(text);
  if (marked) return `explanation: the token ${marked[1]}`;
  const said = /token ([^"\\]*)/.exec(text)?.[1] ?? '';
  const texts = text.split('\n').filter((line) => /^\d+: /.test(line));
  return JSON.stringify(texts.map((line) => (line.includes(said) ? 1 : 0)));
};

beforeAll(async () => {
  await saveDictionary(randomDictionary(), FOLDER);
  writeFileSync(
    TEXTS,
    worldTexts(40)
      .map((text) => `${JSON.stringify({ text })}\n`)
      .join(''),
  );
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const { messages } = JSON.parse(body) as { messages: { content: string }[] };
    const user = messages.at(-1)!.content;
    questions.push(user);
    const refusal = refuse && user.includes('<<');
    const message = refusal ? { content: null, refusal: 'no' } : { content: answerTo(user) };
    response.end(JSON.stringify({ choices: [{ message, finish_reason: 'stop' }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());

const explainer = () => [
  '--explain',
  `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
  '--explain-model',
  'played',
];

describe('latents', () => {
  test('are printed with their figures and baselines, active tokens in brackets', async () => {
    const { status, stdout } = await show('--latent', '3', '--tokens', '1500');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^random: topk of 24 latents at blocks\.3\.hook_resid_post of organism-base\n/,
    );
    expect(stdout).toMatch(/latent 3 {2}active at [\d.]+% \[[\d.]+, [\d.]+\] of 1,\d+ tokens/);
    expect(stdout).toMatch(/\[\[[^\]]+\]\]/);
    expect(stdout).toMatch(/KL [\d.e-]+ \[.*another latent of equal strength/s);
    expect(stdout).toContain('chance 50%');
    expect(stdout.split('\n').every((line) => line.length <= 110)).toBe(true);
  });

  test('are coloured on a terminal', async () => {
    const args = ['show', FOLDER, '--model', 'organism-base', '--text', TEXTS, '--latent', '3'];
    const { stdout } = await commandLine(
      (program, perform) => registerDictShow(program, perform, showDictionary),
      [...args, '--tokens', '500', '--no-ablate'],
      { color: true },
    );
    expect(stdout).toContain('\u001b[1;');
    expect(stdout).not.toContain('[[');
  });

  test('are chosen by number, text or order, and the rest is said to be left out', async () => {
    const small = ['--tokens', '1000', '--no-ablate'];
    const dense = await shown('--top', 'density', '--count', '4', ...small);
    const rates = dense.latents.map(({ density }) => density.rate);
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
    expect(dense.leftOut).toBe(20);
    const found = await shown('--search', 'the secret word', '--count', '2', ...small);
    expect(found.latents).toHaveLength(2);
    expect(found.chosen).toContain('the secret word');
  });
});

test('a page holds every latent that it names, its own script alone, and the data', async () => {
  const file = join(root, 'page.html');
  const { status, stdout, stderr } = await show(
    '--html',
    file,
    '--tokens',
    '1500',
    '--count',
    '5',
    '--no-ablate',
  );
  expect([status, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/page\.html: 5 latents, [\d.]+ MB; 19 left out\n$/);
  const text = readFileSync(file, 'utf8');
  const { document } = parseHTML(text);
  expect(document.querySelectorAll('details.latent')).toHaveLength(5);
  expect(document.querySelectorAll('mark.peak').length).toBeGreaterThan(5);
  expect(text).toMatch(/script-src 'sha256-[A-Za-z0-9+/=]+'/);
  expect(text).not.toMatch(/(src|href)="(?!#)/);
  const data = JSON.parse(document.getElementById('result')!.textContent!);
  expect(portraitSchema.parse(data).latents).toHaveLength(5);
  const portrait = data as Portrait;
  const whole = Buffer.byteLength(text);
  expect(boundedPage(portrait, whole).page === text).toBe(true);
  const { page, shown: kept, dropped } = boundedPage(portrait, whole - 1);
  expect(Buffer.byteLength(page)).toBeLessThan(whole);
  expect([kept, dropped]).toEqual([4, 1]);
  const { document: bounded } = parseHTML(page);
  const first: Portrait = JSON.parse(bounded.getElementById('result')!.textContent!);
  const numbers = ({ latents }: Portrait) => latents.map(({ latent }) => latent);
  expect(numbers(first)).toEqual(numbers(portrait).slice(0, 4));
  expect(first.leftOut).toBe(20);
  const { shown: least, dropped: rest } = boundedPage(portrait, 1);
  expect([least, rest]).toEqual([1, 4]);
});

describe('explanations', () => {
  test('are scored beside another latent, and asked for once', async () => {
    questions = [];
    const args = ['--latent', '3', '--latent', '4', '--no-ablate', ...explainer()];
    const first = await shown(...args);
    const count = questions.length;
    expect(count).toBeGreaterThan(2);
    for (const { explanation, examples } of first.latents) {
      expect(explanation!.text).toMatch(/^the token /);
      expect(explanation!.shuffled).not.toBeNull();
      expect(explanation!.score.malformed).toBe(0);
      expect(examples.length).toBeGreaterThan(0);
    }
    expect(first.explainer).toMatchObject({ model: 'played', explained: 2, refused: 0 });
    expect(await shown(...args)).toEqual(first);
    expect(questions).toHaveLength(count);
  });

  test('of one latent alone are held against another that is explained for it', async () => {
    const { latents } = await shown('--latent', '7', '--no-ablate', ...explainer());
    expect(latents).toHaveLength(1);
    expect(latents[0]!.explanation!.shuffled!.latent).not.toBe(7);
  });

  test('that are refused count as wrong in every text', async () => {
    refuse = true;
    const portrait = await shown('--latent', '9', '--latent', '10', '--no-ablate', ...explainer());
    refuse = false;
    expect(portrait.explainer).toMatchObject({ refused: 2 });
    for (const { explanation } of portrait.latents) {
      const { sensitivity, specificity, refused } = explanation!.score;
      expect(explanation).toMatchObject({ text: null, failure: 'refused' });
      expect(refused).toBe(sensitivity.n + specificity.n);
      expect(explanation!.score.balancedAccuracy).toBe(0);
    }
  });
});

describe('a wrong call is refused in a line', () => {
  test.each([
    [['--latent', '1', '--top', 'rare'], 2, /--latent and --top together/],
    [['--latent', '24'], 2, /latents 0 to 23/],
    [['--explain', 'http://127.0.0.1:1/v1'], 2, /--explain and --explain-model/],
    [['--hook', 'blocks.3.hook_resid'], 2, /unknown hook/],
    [['--hook', 'blocks.3.mlp.hook_post'], 3, /192 wide/],
  ] as [string[], number, RegExp][])('%j', async (args, status, message) => {
    const refused = await show(...args);
    expect([refused.status, refused.stdout]).toEqual([status, '']);
    expect(refused.stderr).toMatch(message);
  });
});
