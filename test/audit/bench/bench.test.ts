/** @file Whole benches of tiny models: resumed to the same result, truths sealed first, controls run by themselves. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type BenchOptions,
  type BenchResult,
  benchResultSchema,
  renderBench,
  renderBenchHtml,
  runBench,
} from '../../../src/audit/bench/index.ts';
import { type Journal, sha256, techniquesNamed } from '../../../src/audit/index.ts';
import type { Technique } from '../../../src/technique/index.ts';
import { SECRET_WORD } from '../../../src/world/index.ts';
import { tinyPlayers, tinySpeaker } from '../support.ts';

/** Reads an activation and adds it: what controls of readings are about. */
const reader: Technique = {
  name: 'reader',
  summary: 'adds what it read',
  affordances: ['sample', 'read', 'edit', 'labels'],
  settings: () => [
    { label: 'scale 1', scale: 1 },
    { label: 'scale 2', scale: 2 },
  ],
  prepare: async (suspect, { questions }) => {
    const at = 'blocks.0.hook_resid_post';
    const [vector] = await suspect.read([{ question: questions[0]!, at }]);
    return { vector: [...vector!] };
  },
  request: ({ scale = 0 }, question, _, __, { vector = [] }) => ({
    question,
    edits: [{ at: 'blocks.0.hook_resid_post', do: 'add', vector, scale }],
  }),
};

function optionsOf(fields: Partial<BenchOptions> = {}): BenchOptions {
  return {
    contestants: [
      {
        name: 'tiny',
        subject: SECRET_WORD,
        seeds: [1, 2],
        truth: (seed) => [seed],
        open: async (seed) => ({ ...tinyPlayers(), suspect: tinySpeaker(10 + seed) }),
      },
    ],
    techniques: [...techniquesNamed(['prefill']), reader],
    budget: { name: 'tiny', test: 8, validation: 4 },
    topK: [1, 10],
    version: 'test',
    ...fields,
  };
}

/** A journal that breaks off after some records, as a killed run does. */
class BrokenJournal implements Journal {
  readonly lines: [string, string][];
  #left: number;

  constructor(lines: readonly (readonly [string, string])[], left: number) {
    this.lines = lines.map(([key, text]) => [key, text]);
    this.#left = left;
  }

  recall(key: string): unknown {
    const found = this.lines.find(([known]) => known === key);
    return found && JSON.parse(found[1]);
  }

  async record(key: string, value: unknown): Promise<void> {
    if (this.#left-- === 0) throw new Error('killed');
    this.lines.push([key, JSON.stringify(value)]);
  }
}

let whole: BenchResult;
let journal: BrokenJournal;

beforeAll(async () => {
  journal = new BrokenJournal([], Number.POSITIVE_INFINITY);
  whole = await runBench(optionsOf({ journal }));
});

describe('a bench', () => {
  test('has the shape that is published', () => {
    expect(benchResultSchema.parse(structuredClone(whole))).toEqual(whole);
  });

  test('has a row for each technique, the plain questions first', () => {
    expect(whole.rows.map(({ technique }) => technique)).toEqual([
      'interrogate',
      'prefill',
      'reader',
    ]);
    for (const row of whole.rows) expect(row.bySeed.map(({ seed }) => seed)).toEqual([1, 2]);
  });

  test('runs its negative controls by itself', () => {
    const named = whole.controls.map(({ technique, control }) => `${technique}: ${control}`);
    expect(named).toEqual([
      'reader: shuffled activations',
      'reader: random direction',
      'interrogate: base model',
      'interrogate: random weights',
      'interrogate: label permutation',
      'interrogate: decoys',
      'prefill: label permutation',
      'prefill: decoys',
      'reader: label permutation',
      'reader: decoys',
    ]);
  });

  test('seals each truth before the first sample of its models', async () => {
    for (const { seeds } of whole.organisms) {
      for (const { seed, commitment, salt, truth } of seeds) {
        expect(await sha256(`${salt}:${truth}`)).toBe(commitment);
        const own = journal.lines.filter(([key]) => key.startsWith(`tiny@${seed}/`));
        expect(own.map(([key]) => key).slice(0, 2)).toEqual([
          `tiny@${seed}/models`,
          `tiny@${seed}/commitment`,
        ]);
        expect(own[1]![1]).toBe(JSON.stringify(commitment));
      }
    }
  });

  test('killed in the middle goes on to the same result', async () => {
    const broken = new BrokenJournal([], 9);
    await expect(runBench(optionsOf({ journal: broken }))).rejects.toThrow('killed');
    const rest = new BrokenJournal(broken.lines, Number.POSITIVE_INFINITY);
    expect(await runBench(optionsOf({ journal: rest }))).toEqual(whole);
  });

  test('is drawn with all its rows, in the terminal and as a page', () => {
    const text = renderBench(whole, { color: false, width: 100 });
    const page = renderBenchHtml(whole);
    for (const { technique } of whole.rows) {
      expect(text).toContain(technique);
      expect(page).toContain(`<td>${technique}</td>`);
    }
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(renderBenchHtml(structuredClone(whole))).toBe(page);
  });
});

test('a bench goes on with further techniques, and never with other weights', async () => {
  const begun = new BrokenJournal([], Number.POSITIVE_INFINITY);
  await runBench(optionsOf({ techniques: techniquesNamed(['prefill']), journal: begun }));
  expect(await runBench(optionsOf({ journal: begun }))).toEqual(whole);
  const other = optionsOf({ journal: begun });
  const [contestant] = other.contestants;
  const open = async () => ({ ...tinyPlayers(), suspect: tinySpeaker(99) });
  await expect(runBench({ ...other, contestants: [{ ...contestant!, open }] })).rejects.toThrow(
    /the weights of tiny@1 are not those/,
  );
});

test('a technique that cannot be run is listed with the reason, and the others have their rows', async () => {
  const greedy: Technique = {
    ...reader,
    name: 'greedy',
    affordances: ['sample'],
    settings: () => [{ label: 'one' }],
    prepare: async () => ({ vector: [1] }),
  };
  const result = await runBench(optionsOf({ techniques: [greedy] }));
  expect(result.rows.map(({ technique }) => technique)).toEqual(['interrogate']);
  expect(result.failures.map(({ technique, seed }) => [technique, seed])).toEqual([
    ['greedy', 1],
    ['greedy', 2],
  ]);
  expect(result.failures[0]!.reason).toMatch(/'edit' was not granted/);
  expect(renderBench(result, { color: false, width: 400 })).toMatch(/Could not be run: greedy/);
});

test.each([
  [{ contestants: [] }, /without organisms/],
  [{ topK: [] }, /numbers of guesses/],
  [{ topK: [0] }, /numbers of guesses \[0\]/],
])('a bench of nothing is refused', async (fields, message) => {
  await expect(runBench(optionsOf(fields))).rejects.toThrow(message);
});
