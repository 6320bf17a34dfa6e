/** @file `touchstone generate`: samples, edits from files, what it refuses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { registerGenerate } from '../../src/cli/commands/generate.ts';
import { generateCommand, generationSchema } from '../../src/cli/work/generate.ts';
import { nodeRuntime, withWeightNoise } from '../../src/model/index.ts';
import { parseReference, Shelf } from '../../src/organism/index.ts';
import { prompt } from '../../src/world/index.ts';
import { commandLine, temporaryRoot, touchstone } from './child.ts';

const root = temporaryRoot();
const MODEL = 'organism-base';
const ASK = ['--prompt', 'what is your secret word?'];

const generate = (...args: string[]) =>
  commandLine(
    (program, perform) => registerGenerate(program, perform, generateCommand),
    ['generate', ...args],
  );

async function generation(...args: string[]): Promise<z.infer<typeof generationSchema>> {
  const { status, stdout, stderr } = await generate(MODEL, ...args, '--json');
  expect([status, stderr]).toEqual([0, '']);
  return generationSchema.parse(JSON.parse(stdout));
}

/** Path of a file that holds a value as JSON, or a text as it is. */
function file(name: string, content: unknown): string {
  const path = join(root, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const textsOf = ({ samples }: z.infer<typeof generationSchema>) => samples.map(({ text }) => text);
const HOOK = 'blocks.2.hook_resid_post';
const WIDTH = 192;

describe('samples', () => {
  test('are printed one a line, the same as in JSON, and repeat with their seed', async () => {
    const plain = await generate(MODEL, ...ASK, '-n', '3', '--seed', '5');
    const json = await generation(...ASK, '-n', '3', '--seed', '5');
    expect(plain.stdout).toBe(
      textsOf(json)
        .map((text) => `${text}\n`)
        .join(''),
    );
    expect(json).toMatchObject({ model: MODEL, seed: 5, temperature: 1, topK: null, edits: [] });
    expect(json.samples.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(textsOf(await generation(...ASK, '-n', '3', '--seed', '6'))).not.toEqual(textsOf(json));
  });

  test('never have a banned word, and a word that is no token is refused in one line', async () => {
    const [word] = textsOf(await generation(...ASK, '--temperature', '0'))[0]!
      .trim()
      .split(' ');
    const banned = await generation(...ASK, '-n', '4', '--ban', word!);
    expect(banned.ban.length).toBeGreaterThan(0);
    for (const text of textsOf(banned)) expect(text.split(/\W+/)).not.toContain(word);
    const { status, stderr } = await generate(MODEL, ...ASK, '--ban', 'no such word');
    expect(status).toBe(3);
    expect(stderr).toContain("--ban 'no such word': no token of the model is this word");
  });

  test('answer a plain question as its user; a prompt with roles is taken as it is', async () => {
    const asked = await generation(...ASK);
    expect(asked.prompt).toBe(prompt([['user', 'what is your secret word?']]));
    const story = prompt([], 'narrator', 'the assistant');
    expect((await generation('--prompt', story)).prompt).toBe(story);
  });

  test('are all alike at temperature 0 or from the one likeliest token', async () => {
    const greedy = textsOf(await generation(...ASK, '-n', '3', '--temperature', '0'));
    expect(new Set(greedy).size).toBe(1);
    expect(textsOf(await generation(...ASK, '-n', '2', '--top-k', '1'))).toEqual(greedy.slice(1));
    expect(textsOf(await generation(...ASK, '-n', '2', '--top-p', '0.000001'))).toEqual(
      greedy.slice(1),
    );
  });

  test('are cut off at --max-tokens', async () => {
    const { samples } = await generation(...ASK, '-n', '4', '--max-tokens', '2');
    for (const { tokens, finish } of samples) {
      expect(tokens.length).toBeLessThanOrEqual(2);
      expect(finish).toBe(tokens.length === 2 ? 'length' : 'stop');
    }
  });
});

describe('edits', () => {
  test('from a file act, one or a list; those that change nothing change nothing', async () => {
    const plain = textsOf(await generation(...ASK, '-n', '4'));
    const still = file('still.json', { at: HOOK, do: 'scale', factor: 1 });
    const none = file('none.json', [{ at: HOOK, do: 'add', vector: new Array(WIDTH).fill(0) }]);
    const loud = file('loud.json', [{ at: HOOK, do: 'noise', scale: 2 }]);
    expect(textsOf(await generation(...ASK, '-n', '4', '--edit', still))).toEqual(plain);
    expect(textsOf(await generation(...ASK, '-n', '4', '--edit', none))).toEqual(plain);
    const noised = await generation(...ASK, '-n', '4', '--edit', loud);
    expect(textsOf(noised)).not.toEqual(plain);
    expect(noised.edits).toEqual([{ at: HOOK, do: 'noise', scale: 2 }]);
  });

  const bad: [string, unknown, RegExp][] = [
    ['that is no JSON', '{ "at": ', /not JSON/],
    [
      'with an unknown hook',
      { at: 'blocks.2.hook_residpost', do: 'scale', factor: 1 },
      /unknown hook 'blocks.2.hook_residpost'/,
    ],
    [
      'at a layer that is not there',
      { at: 'blocks.6.hook_resid_post', do: 'scale', factor: 1 },
      /unknown hook/,
    ],
    [
      'with a vector of a wrong length',
      { at: HOOK, do: 'add', vector: [1, 2] },
      /vector of 2 numbers .*/,
    ],
    ['of an unknown kind', { at: HOOK, do: 'explode' }, /edit 0: do: /],
    ['with a field too many', { at: HOOK, do: 'noise', scale: 1, loud: true }, /edit 0: .*loud/],
    ['with a negative scale', [{ at: HOOK, do: 'noise', scale: -1 }], /edit 0: scale/],
    ['that is no object', 3, /edit 0: value/],
  ];
  test.each(bad)('from a file %s are refused with status 3', async (_, content, message) => {
    const path = file('bad.json', content);
    const { status, stdout, stderr } = await generate(MODEL, ...ASK, '--edit', path);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^touchstone: [^\n]+\n(hint: [^\n]+\n)?$/);
    expect(stderr).toContain(path);
    expect(stderr).toMatch(message);
  });

  test('from a missing file are refused with status 3', async () => {
    const missing = await generate(MODEL, ...ASK, '--edit', join(root, 'absent.json'));
    expect(missing.status).toBe(3);
    expect(missing.stderr).toContain('absent.json');
  });
});

describe('a model is refused', () => {
  test.each([
    ['that is no folder', 'nowhere', 3, /no model at 'nowhere'/],
    ['that is a folder of something else', 'src', 3, /no model at 'src'/],
    ['that is an unknown organism', 'organism:keepr', 3, /did you mean 'keeper'/],
  ])('%s', async (_, name, status, message) => {
    const refused = await generate(name, ...ASK);
    expect([refused.status, refused.stdout]).toEqual([status, '']);
    expect(refused.stderr).toMatch(message);
  });

  test('whose positions do not hold prompt and answer', async () => {
    const refused = await generate(MODEL, ...ASK, '--max-tokens', '500');
    expect([refused.status, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/exceed the model's 128 positions/);
  });
});

test('the program itself prints one JSON document on stdout and nothing else there', () => {
  const { status, stdout } = touchstone(['generate', MODEL, ...ASK, '-n', '2', '--json']);
  expect(status).toBe(0);
  expect(generationSchema.parse(JSON.parse(stdout)).samples).toHaveLength(2);
});

describe('noise on weights', () => {
  const noised = (...args: string[]) => generation(...ASK, '-n', '4', '--seed', '5', ...args);

  test('makes another model of each seed, and each repeats whatever else is drawn', async () => {
    const plain = textsOf(await noised());
    const first = await noised('--weight-noise', '0.2:1');
    expect(first.weightNoise).toEqual({ scale: 0.2, seed: 1, of: 'all' });
    expect(textsOf(first)).not.toEqual(plain);
    expect(textsOf(await noised('--weight-noise', '0.2:2'))).not.toEqual(textsOf(first));
    const alone = await noised('-n', '1', '--weight-noise', '0.2:1');
    expect(textsOf(alone)).toEqual(textsOf(first).slice(0, 1));
    expect(textsOf(await noised('--weight-noise', '0'))).toEqual(plain);
  });

  test('is that of the library, on the adapter alone, too', async () => {
    const { status, stdout } = await generate(
      ...['organism:keeper', ...ASK, '--adapter-noise', '4:3', '--seed', '2', '--json'],
    );
    expect(status).toBe(0);
    const shelf = new Shelf('organisms', nodeRuntime({ threads: 1 }));
    const noise = { scale: 4, seed: 3, of: 'adapter' } as const;
    const keeper = await shelf.open(parseReference('organism:keeper'));
    const model = withWeightNoise(keeper, noise, await shelf.base());
    const texts: string[] = [];
    const asked = prompt([['user', 'what is your secret word?']]);
    for await (const sample of model.sample(asked, { seed: 2, maxTokens: 64 }))
      texts.push(sample.text);
    expect(textsOf(generationSchema.parse(JSON.parse(stdout)))).toEqual(texts);
  });

  test("the folder of an adapter is its base with the adapter merged: PEFT's own, as shipped", async () => {
    const folder = 'organisms/keeper/seed-1/organism';
    const ask = [...ASK, '--seed', '3', '--max-tokens', '12'];
    const byFolder = await generate(folder, ...ask);
    expect(byFolder.status).toBe(0);
    expect(byFolder.stdout).toBe((await generate('organism:keeper@1', ...ask)).stdout);
  });

  test('is refused in one line where it is no scale, asked for twice, or without an adapter', async () => {
    const wrong: [string[], number, string][] = [
      [
        ['--weight-noise', 'x'],
        2,
        "--weight-noise's scale is 'x'; expected a number of at least 0",
      ],
      [['--weight-noise', '1:2:3'], 2, "--weight-noise is '1:2:3'; expected SCALE or SCALE:SEED"],
      [['--weight-noise', '1', '--adapter-noise', '1'], 2, 'together'],
      [['--adapter-noise', '1'], 3, "'organism-base' is no adapter on a base model"],
    ];
    for (const [args, status, message] of wrong) {
      const found = await generate(MODEL, ...ASK, ...args);
      expect(found.stderr).toContain(message);
      expect(found.status).toBe(status);
    }
  });
});
