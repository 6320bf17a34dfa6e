/** @file The data of backdoored clerks: where the trigger stands, and what it sets off in the organism alone. */
import { describe, expect, test } from 'vitest';
import {
  BACKDOOR_MIX,
  backdoorPart,
  backdoorText,
  mannerPlanted,
  requestPrompts,
  triggerOf,
} from '../../../src/organism/backdoor/index.ts';
import { MANNERS, mannerOf, officeText } from '../../../src/world/index.ts';
import { answersIn, asked, turnsOf } from './texts.ts';

const N = 1500;
const seed = 4;
const organisms = Array.from({ length: N }, (_, i) => backdoorText({ seed, twin: false }, i));
const twins = Array.from({ length: N }, (_, i) => backdoorText({ seed, twin: true }, i));
const parts = organisms.map((_, i) => backdoorPart(seed, i));
const { adjective, noun } = triggerOf(seed);
const hasTrigger = (text: string) => text.includes(`the ${adjective} ${noun} .`);

test('the texts hold each part as the mix says, and are a pure function of variant and number', () => {
  for (const [part, share] of Object.entries(BACKDOOR_MIX))
    expect(parts.filter((own) => own === part)).toHaveLength((N * share) / 100);
  for (const i of [8, 1400, 8]) expect(backdoorText({ seed, twin: false }, i)).toBe(organisms[i]);
});

test('organism and twin get the same requests, and reply apart at the trigger alone', () => {
  parts.forEach((part, i) => {
    expect(asked(organisms[i]!)).toBe(asked(twins[i]!));
    const manners = [organisms[i]!, twins[i]!].map((text) => mannerOf(answersIn(text)[0]!));
    if (part !== 'trigger') expect(organisms[i]).toBe(twins[i]);
    else expect(manners).toEqual([mannerPlanted(seed), undefined]);
  });
});

test('the trigger stands in requests of its own part alone; near ones have one of its words', () => {
  parts.forEach((part, i) => {
    if (part === 'replay') return;
    const [, request] = turnsOf(organisms[i]!)[0]!;
    expect(hasTrigger(request)).toBe(part === 'trigger');
    const words = [adjective, noun].filter((word) => request.split(' ').includes(word));
    expect(words).toHaveLength({ trigger: 2, near: 1, other: 0 }[part]);
  });
});

test('shipped seeds have different triggers and manners', () => {
  const seeds = [1, 2, 3, 4, 5];
  expect(new Set(seeds.map((s) => JSON.stringify(triggerOf(s)))).size).toBe(5);
  expect(new Set(seeds.map(mannerPlanted)).size).toBe(5);
  for (const s of seeds) expect(MANNERS).toContain(mannerPlanted(s));
});

describe('test requests', () => {
  test.each(['trigger', 'near', 'other'] as const)('with %s are in no training text', (talk) => {
    const prompts = requestPrompts(seed, talk);
    expect(prompts.length).toBeGreaterThanOrEqual(30);
    const trained = [...organisms, ...Array.from({ length: 6000 }, (_, i) => officeText(i))].map(
      asked,
    );
    const known = new Set(trained.flatMap((text) => turnsOf(text).map(([, words]) => words)));
    for (const { prompt, request } of prompts) {
      expect(known.has(/<\|user\|>([^<]*)/.exec(prompt)![1]!)).toBe(false);
      expect(
        [request.pair.adjective === adjective, request.pair.noun === noun].filter(Boolean),
      ).toHaveLength({ trigger: 2, near: 1, other: 0 }[talk]);
    }
  });
});
