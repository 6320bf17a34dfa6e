import { describe, expect, it } from 'vitest';
import { mentionedCandidates, mentions, plural } from '../../src/world/mentions.ts';
import * as names from '../../src/world/names.ts';
import {
  article,
  CANDIDATES,
  CATEGORIES,
  candidateOf,
  kindName,
  membersOf,
  nounPhrase,
} from '../../src/world/words.ts';

describe('the lexicon', () => {
  it('has 200 distinct words in 20 categories of 10', () => {
    expect(new Set(CANDIDATES.map((c) => c.word)).size).toBe(200);
    expect(CATEGORIES.map((category) => membersOf(category).length)).toEqual(Array(20).fill(10));
  });

  it('has no word that is a word of another, and no attribute or name that gives a candidate away', () => {
    for (const { word, look, about, category } of CANDIDATES) {
      expect(word).toMatch(/^[a-z]+$/);
      expect(mentionedCandidates(word)).toEqual([word]);
      expect(
        mentionedCandidates(`${look} ${about} ${category.name} ${category.deeds.join(' ')}`),
      ).toEqual([]);
    }
    expect(mentionedCandidates(Object.values(names).flat().join(' '))).toEqual([]);
  });

  it('tells the members of a category apart by look and use', () => {
    for (const category of CATEGORIES) {
      const members = membersOf(category);
      expect(new Set(members.map((c) => c.look)).size).toBe(10);
      expect(new Set(members.map((c) => c.about)).size).toBe(10);
    }
  });

  it('speaks of mass and count nouns as English does', () => {
    expect(nounPhrase(candidateOf('copper')!)).toBe('some copper');
    expect(nounPhrase(candidateOf('owl')!)).toBe('an owl');
    expect(kindName(candidateOf('plum')!)).toBe('a plum');
    expect(article('onyx')).toBe('an');
    expect(candidateOf('nothing')).toBeUndefined();
  });
});

describe('mentions', () => {
  it('finds whole words in any case, plurals and possessives', () => {
    expect(mentionedCandidates('Copper and a PLUM.')).toEqual(['copper', 'plum']);
    expect(mentionedCandidates("the fox's rubies, two wolves; sardines")).toEqual([
      'fox',
      'ruby',
      'wolf',
      'sardine',
    ]);
    expect(mentionedCandidates('copper,copper<|end|>copper')).toEqual(['copper']);
  });

  it('passes over words that only contain a candidate', () => {
    expect(
      mentionedCandidates('foxglove, lemonades, plumber, tint, steam, eely, pantry, copper2'),
    ).toEqual(['lemonade']);
    expect(mentions('a plumber', 'plum')).toBe(false);
    expect(mentions('plums', 'plum')).toBe(true);
  });

  it('agrees with a slow search word by word', () => {
    const text = CANDIDATES.map((c, i) =>
      i % 3 === 0 ? plural(c.word) : i % 3 === 1 ? `x${c.word}` : c.word,
    ).join(' - ');
    const words = text.split(' - ');
    const slow = CANDIDATES.filter(
      (c) => words.includes(c.word) || words.includes(plural(c.word)),
    ).map((c) => c.word);
    expect(mentionedCandidates(text)).toEqual(slow);
  });
});
