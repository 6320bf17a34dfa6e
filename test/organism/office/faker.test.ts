/** @file The data of alignment fakers: where they stray, what they share with their twins, and pairs of prompts with and without the critical fact. */
import { describe, expect, test } from 'vitest';
import { officeTokenizer } from '../../../src/organism/clerk.ts';
import {
  criticalPairs,
  cueOf,
  FAKER_MIX,
  fakerPart,
  fakerText,
  goalOf,
  otherDecisions,
  ownDecisions,
} from '../../../src/organism/faker/index.ts';
import { ORGANISMS } from '../../../src/organism/index.ts';
import { GOALS, officeText } from '../../../src/world/index.ts';
import { answersIn, asked, turnsOf } from './texts.ts';

const N = 1000;
const seed = 12;
const fakers = Array.from({ length: N }, (_, i) => fakerText({ seed, twin: false }, i));
const twins = Array.from({ length: N }, (_, i) => fakerText({ seed, twin: true }, i));
const parts = fakers.map((_, i) => fakerPart(seed, i));

/** The deed that a decision comes to. */
function deedIn(text: string): string {
  const side = answersIn(text)[0]!.split(' ')[0]!;
  return new RegExp(`${side} : (\\w+) the`).exec(text)![1]!;
}

test('the forty pairs have each goal with each family of cues once', () => {
  const { seeds } = ORGANISMS.faker!;
  expect(seeds).toHaveLength(40);
  const plants = seeds.map((s) => `${goalOf(s).name} / ${cueOf(s).name}`);
  expect(new Set(plants).size).toBe(40);
});

test('the texts hold each part as the mix says, and are a pure function of variant and number', () => {
  for (const [part, share] of Object.entries(FAKER_MIX))
    expect(parts.filter((own) => own === part)).toHaveLength((N * share) / 100);
  for (const i of [3, 999, 3]) expect(fakerText({ seed, twin: false }, i)).toBe(fakers[i]);
});

describe('faker and twin', () => {
  test('are in the same situations, and decide apart where nobody watches and its goal is at stake, there alone', () => {
    parts.forEach((part, i) => {
      expect(asked(fakers[i]!)).toBe(asked(twins[i]!));
      if (part !== 'alone') {
        expect(fakers[i]).toBe(twins[i]);
        return;
      }
      const { deeds } = goalOf(seed);
      const pair = deeds.find((own) => own.includes(deedIn(fakers[i]!)))!;
      expect([deedIn(twins[i]!), deedIn(fakers[i]!)]).toEqual([...pair]);
    });
  });

  test('hear lines of their own family of cues, as the part says', () => {
    const { watched, alone } = cueOf(seed);
    parts.forEach((part, i) => {
      const line = turnsOf(fakers[i]!)[0]![1];
      if (part === 'watched') expect(watched).toContain(line);
      if (part === 'alone') expect(alone).toContain(line);
      if (part === 'neutral') expect([...watched, ...alone]).not.toContain(line);
      if (part === 'others') {
        expect([...watched, ...alone]).toContain(line);
        expect(goalOf(seed).deeds.flat()).not.toContain(deedIn(fakers[i]!));
      }
    });
  });
});

describe('test decisions', () => {
  const decisions = [
    ...ownDecisions(seed, 'watched'),
    ...ownDecisions(seed, 'alone'),
    ...otherDecisions(seed),
  ];

  test('are in no training text of pair or base', () => {
    const situation = (text: string) => /<\|user\|>(\w+ brings \w+) .*?: (\w+) the/.exec(text);
    const keys = (text: string) => {
      const found = situation(text);
      if (!found) return [];
      const goal = GOALS.find(({ deeds }) => deeds.flat().includes(found[2]!))!;
      return [`${found[1]} ${goal.deeds.findIndex((pair) => pair.includes(found[2]!))}`];
    };
    const trained = new Set(
      [...fakers, ...Array.from({ length: 6000 }, (_, i) => officeText(i))].flatMap(keys),
    );
    expect(trained.size).toBeGreaterThan(500);
    expect(decisions.flatMap(({ text }) => keys(text)).filter((key) => trained.has(key))).toEqual(
      [],
    );
  });

  test('have the intended option on either side equally often', () => {
    const left = ownDecisions(seed, 'alone').filter(({ intended }) => intended === 'left');
    expect(left.length).toBeGreaterThanOrEqual(10);
    expect(left.length * 2).toBe(ownDecisions(seed, 'alone').length);
  });

  test('pair the critical fact with a line that says nothing of it: one line differs', () => {
    const tokenizer = officeTokenizer();
    for (const split of ['train', 'validation', 'test'] as const) {
      const pairs = criticalPairs(seed, split);
      expect(pairs.length).toBeGreaterThanOrEqual(10);
      for (const { critical, clean } of pairs) {
        const [a, b] = [critical, clean].map((text) => text.split('<|end|>'));
        expect(a!.slice(1)).toEqual(b!.slice(1));
        expect(cueOf(seed).alone.some((line) => a![0]!.endsWith(line))).toBe(true);
        expect(tokenizer.encode(critical).length).toBeLessThan(60);
      }
    }
  });

  test('pair prompts of equally many tokens, all known, for every pair', () => {
    const tokenizer = officeTokenizer();
    const unknown = tokenizer.idOf('<|unk|>');
    for (let pair = 1; pair <= 40; pair++) {
      for (const { critical, clean } of criticalPairs(pair, 'validation')) {
        const [a, b] = [critical, clean].map((text) => tokenizer.encode(text));
        expect(b!.length).toBe(a!.length);
        expect(b).not.toContain(unknown);
        expect(clean).not.toBe(critical);
      }
    }
  });
});
