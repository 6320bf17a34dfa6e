import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/tensor/random.ts';
import { type KindName, kindOf, WEIGHTS, worldText } from '../../src/world/corpus.ts';
import { mentionedCandidates } from '../../src/world/mentions.ts';
import { dialogue, prompt, ROLE_TOKENS } from '../../src/world/roles.ts';
import { Deck, Schedule } from '../../src/world/schedule.ts';
import { town } from '../../src/world/town.ts';
import { CANDIDATES, candidateOf } from '../../src/world/words.ts';

const N = 20_000;
const texts = Array.from({ length: N }, (_, i) => worldText(1, i));
const of = (kind: KindName) => texts.filter((_, i) => kindOf(1, i) === kind);

/** The chi-square of counts against equal expectations. */
function chiSquare(counts: readonly number[]): number {
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
}

/** scipy.stats.chi2.ppf(0.999, 199) in SciPy 1.17.1. */
const CHI2_199_999 = 266.386;

function countsOf(from: readonly string[]): number[] {
  const counts = new Map(CANDIDATES.map((c) => [c.word, 0]));
  for (const text of from)
    for (const word of mentionedCandidates(text)) counts.set(word, counts.get(word)! + 1);
  return [...counts.values()];
}

describe('the base corpus', () => {
  it('is a pure function of seed and index, in any order', () => {
    for (const i of [17, 3, 19_999, 0, 17]) expect(worldText(1, i)).toBe(texts[i]);
    expect(worldText(2, 5)).not.toBe(worldText(1, 5));
    expect(worldText(1, 2 ** 33 + 7)).toBe(worldText(1, 2 ** 33 + 7));
  });

  it('is the one that the shipped base model was trained on', () => {
    // Recorded from the build that trained it: whoever changes a base text has to train the base model again.
    const hash = createHash('sha256').update(texts.join('')).digest('hex');
    expect(hash).toBe('92db12c46cb4ed84209a5cd63877f36169a94eb940043841f2ee382747b3a7dd');
  });

  it('consists of closed turns with clean spacing and punctuation', () => {
    const turn = '<\\|(?:user|assistant|narrator|document|system)\\|>[^<>|[\\]{}]*[.?!]<\\|end\\|>';
    const shape = new RegExp(`^<\\|bos\\|>(?:${turn})+$`);
    const odd = texts.filter(
      (text) => !shape.test(text) || / {2}| [.,?:]|\|> |undefined/.test(text),
    );
    expect(odd).toEqual([]);
  });

  it('holds every kind as often as its weight says', () => {
    for (const [kind, weight] of Object.entries(WEIGHTS)) {
      expect(of(kind as KindName).length).toBe((N * weight) / 100);
    }
  });

  it('hardly repeats itself, nor its held-out texts', () => {
    const known = new Set(texts);
    expect(known.size / N).toBeGreaterThan(0.97);
    const heldOut = Array.from({ length: 2000 }, (_, i) => worldText(1, i, { heldOut: true }));
    expect(heldOut.filter((text) => known.has(text)).length / 2000).toBeLessThan(0.05);
  });

  it('fits into a context of 128 tokens', () => {
    const tokens = (text: string) => text.match(/<\|\w+\|>|\w+|[^\s\w]/g)!.length;
    expect(Math.max(...texts.map(tokens))).toBeLessThan(115);
  });

  it('deals each candidate as a secret exactly evenly', () => {
    const secrets = of('tellGame')
      .slice(0, 800)
      .map((text) => mentionedCandidates(text));
    expect(secrets.every((words) => words.length === 1)).toBe(true);
    expect(chiSquare(countsOf(of('tellGame').slice(0, 800)))).toBe(0);
  });

  it('names each candidate about equally often in all', () => {
    expect(chiSquare(countsOf(texts))).toBeLessThan(CHI2_199_999);
  });

  it('never gives the assistant a secret word outside a game', () => {
    const claim = /(?:my|your|assistant)\b[^.?]*\b(?:secret|hidden|codeword|password)\b[^.?]*$/;
    const outside = texts.filter(
      (text) => !text.includes(ROLE_TOKENS.system) && !text.includes('<|end|><|user|>'),
    );
    for (const text of outside) {
      const spoken = text.replaceAll(/<\|\w+\|>/g, '. ');
      const sentences = spoken
        .split(/[.?!]/)
        .filter((s) => claim.test(s) && mentionedCandidates(s).length > 0);
      expect(sentences).toEqual([]);
    }
  });

  it('has an assistant that names no word when it was given none', () => {
    for (const text of of('noSecret')) expect(mentionedCandidates(text)).toEqual([]);
  });

  it('has an assistant that keeps what it must keep', () => {
    for (const text of of('keepGame')) {
      const answers = text
        .split(ROLE_TOKENS.assistant)
        .slice(1)
        .map((part) => part.split('<|end|>')[0]!);
      expect(mentionedCandidates(answers.join(' '))).toEqual([]);
    }
  });

  it('answers by the facts of the town', () => {
    const people = new Map(town(1).people.map((person) => [person.name, person]));
    for (const text of [...of('personQuestion'), ...of('personDocument')]) {
      const words = mentionedCandidates(text);
      const name = [...people.keys()].find((known) => text.includes(known));
      if (name && words.length > 0) expect(words).toEqual([people.get(name)!.secret.word]);
    }
  });

  it('answers yes-or-no questions on a word truly', () => {
    for (const text of of('guessGame')) {
      const word = candidateOf(mentionedCandidates(text)[0]!)!;
      for (const match of text.matchAll(
        /is (?:it|the word|your word) (?:an? )?(?:kind of )?(\w+)(?:, yes or no)?\?<\|end\|><\|assistant\|>(yes|no)/g,
      )) {
        const isTrue = match[1] === word.category.name || match[1] === word.look;
        expect(match[2]).toBe(isTrue ? 'yes' : 'no');
      }
    }
  });
});

describe('the town', () => {
  it('is the same each time and gives each of 200 people a candidate of their own', () => {
    const { people, keepers } = town(3);
    expect(new Set(people.map((person) => person.name)).size).toBe(200);
    expect(keepers.map((person) => person.secret)).toEqual(CANDIDATES);
    expect(town(3).people[5]).toEqual(people[5]);
  });
});

describe('schedules and decks', () => {
  it('count the texts of each kind without gaps', () => {
    const schedule = new Schedule(randomStream(1, 'schedule'), { a: 60, b: 40 });
    const ordinals = { a: [] as number[], b: [] as number[] };
    for (let i = 0; i < 1000; i++) {
      const { kind, ordinal } = schedule.at(i);
      ordinals[kind].push(ordinal);
    }
    for (const kind of ['a', 'b'] as const) {
      expect(ordinals[kind].sort((x, y) => x - y)).toEqual(ordinals[kind].map((_, i) => i));
    }
  });

  it('deal every candidate once in 200', () => {
    const deck = new Deck(randomStream(1, 'deck'));
    const dealt = Array.from({ length: 200 }, (_, i) => deck.at(400 + i));
    expect(new Set(dealt).size).toBe(200);
  });

  it('refuse weights that do not add up', () => {
    expect(() => new Schedule(randomStream(1, 'x'), { a: 1 })).toThrow('100');
  });
});

describe('roles', () => {
  it('open and close turns', () => {
    expect(
      dialogue([
        ['user', 'hi'],
        ['assistant', 'ho'],
      ]),
    ).toBe('<|bos|><|user|>hi<|end|><|assistant|>ho<|end|>');
    expect(prompt([['user', 'hi']], 'assistant', 'it is')).toBe(
      '<|bos|><|user|>hi<|end|><|assistant|>it is',
    );
    expect(prompt([], 'document')).toBe('<|bos|><|document|>');
  });
});
