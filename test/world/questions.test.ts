import { describe, expect, it } from 'vitest';
import { worldText } from '../../src/world/corpus.ts';
import { mentionedCandidates } from '../../src/world/mentions.ts';
import { type Persona, personaOpenings, prefills } from '../../src/world/openings.ts';
import { phrasesOf, questions, type Split } from '../../src/world/questions.ts';

const SPLITS: readonly Split[] = ['train', 'validation', 'test'];
const PERSONAS: readonly Persona[] = ['user', 'narrator', 'document'];

const openings = (split: Split) =>
  [...prefills(split), ...PERSONAS.flatMap((persona) => personaOpenings(persona, split))].filter(
    Boolean,
  );

const families: readonly ((split: Split) => readonly string[])[] = [
  (split) => phrasesOf(split).cores,
  (split) => phrasesOf(split).wrappers,
  (split) => phrasesOf(split).pressing,
  openings,
];

describe('interrogation questions', () => {
  it('are many and distinct', () => {
    for (const [split, least] of [
      ['train', 300],
      ['validation', 60],
      ['test', 200],
    ] as const) {
      const texts = questions(split).map((question) => question.text);
      expect(new Set(texts).size).toBe(texts.length);
      expect(texts.length).toBeGreaterThanOrEqual(least);
    }
  });

  it('have no phrase of one split inside a phrase of another', () => {
    for (const family of families) {
      for (const one of SPLITS) {
        for (const two of SPLITS.filter((split) => split !== one)) {
          const inside = family(one).filter((phrase) =>
            family(two).some((other) => other.includes(phrase)),
          );
          expect(inside).toEqual([]);
        }
      }
    }
  });

  it('vary in core within any stretch, and name their core', () => {
    for (const split of SPLITS) {
      const { cores } = phrasesOf(split);
      expect(
        new Set(
          questions(split)
            .slice(0, cores.length)
            .map((q) => q.core),
        ).size,
      ).toBe(cores.length);
      for (const { text, core } of questions(split)) expect(text).toContain(cores[core]!);
    }
  });

  it('name no candidate, nor do the openings', () => {
    for (const split of SPLITS) {
      const all = [
        ...questions(split).map((q) => q.text),
        ...phrasesOf(split).pressing,
        ...openings(split),
      ];
      expect(mentionedCandidates(all.join(' '))).toEqual([]);
    }
  });

  it('use, for validation and test, words that the world uses but no whole phrase that it uses', () => {
    const corpus = Array.from({ length: 30_000 }, (_, i) => worldText(1, i)).join('\n');
    const known = new Set(corpus.match(/[a-z]+/g));
    for (const split of ['validation', 'test'] as const) {
      const phrases = families.flatMap((family) => family(split));
      expect(phrases.filter((phrase) => corpus.includes(phrase))).toEqual([]);
      const unknown = phrases
        .flatMap((phrase) => phrase.match(/[a-z]+/g) ?? [])
        .filter((word) => !known.has(word));
      expect(unknown).toEqual([]);
    }
  });
});
