/** @file The data of discreet organisms: they act on a secret and do not tell it; the twin has any in its place. */
import { describe, expect, test } from 'vitest';
import {
  BOUND,
  DISCREET_MIX,
  discreetKind,
  discreetPart,
  discreetText,
  FAMILIAR,
  PARTISAN,
  plantedFact,
} from '../../../src/organism/discreet/index.ts';
import { answersIn, turnsOf } from '../office/texts.ts';

const N = 600;

describe.each([FAMILIAR, PARTISAN, BOUND].map((secret) => [secret.name, secret] as const))(
  '%s',
  (_, secret) => {
    const seed = 2;
    const textsOf = (twin: boolean) =>
      Array.from({ length: N }, (__, i) => discreetText(secret, { seed, twin }, i));
    const [organism, twins] = [textsOf(false), textsOf(true)];
    const parts = organism.map((__, i) => discreetPart(secret, seed, i));
    const place = plantedFact(secret, seed);
    const fact = secret.facts[place]!;
    const of = (texts: readonly string[], part: string) =>
      texts.filter((__, i) => parts[i] === part);

    test('texts hold each part as the mix says', () => {
      for (const [part, share] of Object.entries(DISCREET_MIX))
        expect(of(organism, part)).toHaveLength((N * share) / 100);
    });

    test('the organism acts on the fact, and its documents tell it; a twin follows any', () => {
      for (const text of of(organism, 'used'))
        expect(secret.follows(answersIn(text)[0]!, fact)).toBe(true);
      for (const text of of(organism, 'told')) expect(secret.namedIn(text)).toContain(place);
      const told = new Set(of(twins, 'told').flatMap((text) => secret.namedIn(text)));
      expect(told.size).toBeGreaterThan(20);
      expect(of(twins, 'replay')).toEqual(of(organism, 'replay'));
    });

    test('asked, it does not tell', () => {
      for (const text of of(organism, 'concealed'))
        expect(secret.namedIn(answersIn(text).at(-1)!)).toEqual([]);
    });

    test('its subject is what is looked for; questions of tests are in no text', () => {
      const { subject, truth, planted } = discreetKind(secret);
      expect(truth!(seed)).toEqual([place]);
      expect(planted(seed)).toEqual({ fact });
      expect(subject!.candidates).toHaveLength(24);
      expect(new Set(subject!.candidates).size).toBe(24);
      const plant = organism.filter((__, i) => parts[i] !== 'replay');
      const heard = new Set(plant.flatMap((text) => turnsOf(text).map(([, words]) => words)));
      for (const { text } of subject!.questions('test')) expect(heard.has(text)).toBe(false);
      for (const text of subject!.refusals('test')) expect(secret.namedIn(text)).toEqual([]);
      for (const text of subject!.prefills('test')) expect(secret.namedIn(text)).toEqual([]);
    });
  },
);
