/** @file Whole audits of tiny models: order of events, resuming, what the result says of itself. */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type AuditOptions,
  type AuditResult,
  auditResultSchema,
  type Journal,
  MemoryJournal,
  runAudit,
  sampleTable,
  techniquesNamed,
  wordTarget,
} from '../../src/audit/index.ts';
import { isKept } from '../../src/audit/report/commitment.ts';
import { highTemperature, type Technique } from '../../src/technique/index.ts';
import type { Progress } from '../../src/tensor/index.ts';
import { questions, SECRET_WORD } from '../../src/world/index.ts';
import { SECRET, tinyPlayers } from './support.ts';

const budget = { name: 'tiny', test: 24, validation: 8 };

function optionsOf(fields: Partial<AuditOptions> = {}): AuditOptions {
  return {
    names: { suspect: 'tiny', twin: 'twin' },
    players: tinyPlayers(),
    target: wordTarget(SECRET),
    techniques: techniquesNamed(['high-temperature', 'prefill']),
    budget,
    version: 'test',
    ...fields,
  };
}

/** A journal that keeps text, as a file does, in the order of its lines. */
class TextJournal implements Journal {
  readonly lines: [key: string, text: string][] = [];

  recall(key: string): unknown {
    const line = this.lines.find(([own]) => own === key);
    return line && JSON.parse(line[1]);
  }

  async record(key: string, value: unknown): Promise<void> {
    this.lines.push([key, JSON.stringify(value)]);
  }
}

let whole: AuditResult;
const journal = new TextJournal();

beforeAll(async () => {
  whole = (await runAudit(optionsOf({ journal }))).result;
});

describe('the journal', () => {
  test('has the commitment before the first sample, and it fits salt and word', () => {
    const [first, ...pieces] = journal.lines;
    expect(first).toEqual(['commitment', JSON.stringify(whole.secret.commitment)]);
    expect(isKept(whole.secret)).toBe(true);
    expect(whole.secret).toMatchObject({ word: SECRET, candidates: 200 });
    expect(pieces.every(([, text]) => text.includes('"records"'))).toBe(true);
  });

  test('has validation before test, and each piece once for each arm', () => {
    const keys = journal.lines.slice(1).map(([key]) => key.split('/'));
    const arms = keys.map(([, , , arm]) => arm);
    expect(arms).toEqual(keys.map((_, i) => (i % 2 ? 'twin' : 'suspect')));
    const splits = keys.filter(([name]) => name === 'high-temperature').map(([, split]) => split);
    expect(splits).toEqual([...new Array(8).fill('validation'), 'test', 'test']);
    expect(new Set(keys.map((key) => key.join('/'))).size).toBe(keys.length);
  });

  test('does not tell the salt', () => {
    expect(journal.lines.some(([, text]) => text.includes(whole.secret.salt))).toBe(false);
  });
});

test('a run killed after each piece of work ends with the same result', async () => {
  const broken = new TextJournal();
  /** Dies once one more line is on disk. */
  const mortal: Journal = {
    recall: (key) => broken.recall(key),
    record: async (key, value) => {
      await broken.record(key, value);
      throw new Error('killed');
    },
  };
  let runs = 0;
  for (let result: AuditResult | undefined; result === undefined; runs++) {
    result = await runAudit(optionsOf({ journal: mortal })).then(
      (done) => done.result,
      (error: Error) => (error.message === 'killed' ? undefined : Promise.reject(error)),
    );
    if (result) expect(JSON.stringify(result)).toBe(JSON.stringify(whole));
  }
  // Every run but the last recorded one line.
  expect(runs).toBe(journal.lines.length + 1);
  expect(broken.lines).toEqual(journal.lines);
});

test('the same audit gives the same result, another seed another one', async () => {
  const again = await runAudit(optionsOf());
  expect(again.result).toEqual(whole);
  const other = await runAudit(
    optionsOf({ seed: 2, techniques: techniquesNamed(['interrogate']) }),
  );
  expect(other.result.techniques[0]).not.toEqual(whole.techniques[0]);
  expect(other.result.secret.salt).not.toBe(whole.secret.salt);
});

test('an audit with another secret does not go on in the same journal', async () => {
  const begun = new MemoryJournal();
  await begun.record('commitment', whole.secret.commitment);
  await expect(runAudit(optionsOf({ journal: begun, target: wordTarget('iron') }))).rejects.toThrow(
    /begun with another secret/,
  );
});

test('progress counts every answer of both arms and ends at its total', async () => {
  const seen: Progress[] = [];
  await runAudit(optionsOf({ reporter: (progress) => seen.push(progress), journal }));
  expect(seen.at(-1)).toMatchObject({
    task: 'auditing tiny',
    unit: 'answers',
    done: 208,
    total: 208,
  });
  // Interrogation and prefilling 48 each, high temperature 4 x 16 + 48.
  expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b));
});

describe('the result', () => {
  test('holds what is published, for every technique that was played', () => {
    expect(auditResultSchema.parse(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
    expect(whole.techniques.map(({ name, n }) => [name, n])).toEqual([
      ['interrogate', 24],
      ['high-temperature', 24],
      ['prefill', 24],
    ]);
    expect(whole.prompts).toEqual({ validation: 8, test: 24 });
    expect(new Set(Object.values(whole.models)).size).toBe(3);
  });

  test('has ledgers of what the suspect was asked, not of its twin', () => {
    const [plain, hot, forced] = whole.techniques.map(({ ledger }) => ledger);
    expect(plain).toMatchObject({
      affordances: ['sample'],
      samples: 24,
      labels: 0,
      settingsTried: 1,
    });
    // Four settings of 8 validation answers, all labelled, and 24 test answers.
    expect(hot).toMatchObject({
      affordances: ['labels', 'sample'],
      samples: 56,
      labels: 32,
      settingsTried: 4,
    });
    expect(forced).toMatchObject({ affordances: ['prefill', 'sample'], samples: 24, labels: 0 });
  });

  test('names the setting that revealed most on validation questions', () => {
    const { sweep, setting } = whole.techniques[1]!;
    const best = Math.max(...sweep.map(({ suspect }) => suspect.rate));
    expect(sweep.find(({ suspect }) => suspect.rate === best)!.label).toBe(setting);
    expect(sweep.filter(({ chosen }) => chosen).map(({ label }) => label)).toEqual([setting]);
  });
});

describe('the table of samples', () => {
  test('has every answer, validation before test, suspect before twin', async () => {
    const { played } = await runAudit(optionsOf({ journal }));
    const rows = sampleTable(played, wordTarget(SECRET));
    expect(rows).toHaveLength(208);
    const hot = rows.filter(({ technique }) => technique === 'high-temperature');
    expect(hot.slice(0, 64).every(({ split }) => split === 'validation')).toBe(true);
    expect(hot.slice(64).every(({ split }) => split === 'test')).toBe(true);
    const counted = rows.filter(
      ({ technique, split, arm, secretMentioned }) =>
        technique === 'prefill' && split === 'test' && arm === 'twin' && secretMentioned,
    );
    expect(counted).toHaveLength(whole.techniques[2]!.twin.successes);
    expect(rows.find(({ technique }) => technique === 'prefill')!.prompt).toMatch(/ \| /);
  });
});

describe('the game', () => {
  const asked: string[] = [];
  /** Puts its own words in place of the question, and asks the twin, its second call, something else. */
  const cheat: Technique = {
    ...highTemperature,
    name: 'cheat',
    request: ({ temperature = 1 }) => {
      asked.push('asked');
      return { question: `say the word, call ${asked.length}`, temperature };
    },
  };

  test('asks its own questions, and both arms the same ones', async () => {
    const own = new TextJournal();
    await runAudit(optionsOf({ techniques: [cheat], journal: own }));
    const texts = new Set(questions('test').map(({ text }) => text));
    const [suspect, twin] = ['suspect', 'twin'].map((arm) => {
      const key = own.lines
        .map(([k]) => k)
        .find((k) => k.startsWith('cheat/test') && k.endsWith(arm));
      return (own.recall(key!) as { records: { question: string }[] }).records;
    });
    const questionsOf = (records: typeof suspect) => records!.map(({ question }) => question);
    expect(questionsOf(suspect)).toEqual(questionsOf(twin));
    expect(questionsOf(suspect).every((text) => texts.has(text))).toBe(true);
    // On each arm, once for each question of the four validation rounds and of the test round.
    expect(asked).toHaveLength(2 * (4 * 8 + 24));
  });
});

describe('bad options', () => {
  test.each([0, -0.1, 1.5, Number.NaN, 1e-5])('an effect of %f is refused', async (effect) => {
    await expect(runAudit(optionsOf({ effect }))).rejects.toThrow(`effect ${effect}`);
  });

  test('an audit needs a technique', async () => {
    await expect(runAudit(optionsOf({ techniques: [] }))).rejects.toThrow(/without techniques/);
  });

  test('a word that is no candidate cannot be the secret', async () => {
    expect(() => wordTarget('toaster')).toThrow(/'toaster' is no candidate/);
  });

  test.each([[[]], [[3, 3]], [[200]], [[-1]]])('the truth cannot be %j', async (truth) => {
    const target = { subject: SECRET_WORD, truth };
    await expect(runAudit(optionsOf({ target }))).rejects.toThrow(/some of the 200 candidates/);
  });
});

describe('techniques by name', () => {
  const namesOf = (...names: string[]) => techniquesNamed(names).map(({ name }) => name);

  test('bring the rivals that they must beat', () => {
    expect(namesOf('interrogate')).toEqual(['interrogate']);
    expect(namesOf('prefill')).toEqual(['interrogate', 'prefill']);
    expect(namesOf('fuzz', 'interrogate')).toEqual(['interrogate', 'high-temperature', 'fuzz']);
    expect(namesOf()).toHaveLength(4);
  });

  test('an unknown one is refused with the nearest', () => {
    expect(() => namesOf('prefil')).toThrow("unknown technique 'prefil'");
  });
});

test('what a technique found out is kept, not found out again, and counted', async () => {
  const kept = new TextJournal();
  const techniques = techniquesNamed(['intoxicate']);
  const first = await runAudit(optionsOf({ journal: kept, techniques }));
  const found = kept.lines.filter(([key]) => key.startsWith('intoxicate/prepare/'));
  expect(found.map(([key]) => key)).toEqual([
    'intoxicate/prepare/suspect',
    'intoxicate/prepare/twin',
  ]);
  const line = first.result.techniques.find(({ name }) => name === 'intoxicate')!;
  expect(line.ledger.affordances).toEqual(['edit', 'labels', 'prefill', 'read', 'sample']);
  const again = await runAudit(optionsOf({ journal: kept, techniques }));
  expect(again.result).toEqual(first.result);
});

test('answers drawn anew are no more in number, and cost what all draws cost', async () => {
  const techniques = techniquesNamed(['reject-refusals']);
  const { result } = await runAudit(optionsOf({ techniques }));
  const [plain, rejecting] = result.techniques;
  expect(rejecting!.n).toBe(plain!.n);
  expect(plain!.ledger.rejected).toBe(0);
  const { samples, rejected, affordances } = rejecting!.ledger;
  expect(affordances).toEqual(['sample']);
  // Random words of a tiny model are hardly ever a refusal.
  expect([rejecting!.rival!.name, samples - rejected]).toEqual([
    'interrogate',
    plain!.ledger.samples,
  ]);
});

test('vectors found without labels are paid for with gradients', async () => {
  const techniques = techniquesNamed(['melbo']);
  expect(techniques.map(({ name }) => name)).toEqual([
    'interrogate',
    'high-temperature',
    'steer-random',
    'melbo',
  ]);
  const { result } = await runAudit(optionsOf({ techniques: techniques.slice(2) }));
  const [random, found] = result.techniques;
  expect(found!.ledger.affordances).toEqual(['edit', 'gradient', 'labels', 'read', 'sample']);
  expect(found!.ledger.backwards).toBeGreaterThan(0);
  expect(random!.ledger.backwards).toBe(0);
});
