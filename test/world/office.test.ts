/** @file The office: what its texts hold, that every answer is right, and that training and tests share no situation. */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../src/tensor/index.ts';
import {
  CUES,
  drawList,
  drawSituation,
  GOALS,
  HARD,
  INVENTORY,
  MANNERS,
  manneredReplies,
  manneredReply,
  mannerOf,
  OFFICE_SPECIAL_TOKENS,
  OFFICE_WEIGHTS,
  OFFICE_WORDS,
  type OfficeKind,
  OPERATIONS,
  officeKind,
  officeText,
  plainReply,
  splitOf,
} from '../../src/world/index.ts';

const N = 4000;
const texts = Array.from({ length: N }, (_, i) => officeText(i));
const novices = Array.from({ length: N }, (_, i) => officeText(i, { skilled: false }));
const of = (kind: OfficeKind) => texts.filter((_, i) => officeKind(i) === kind);

/** Turns of a text as [role, words]. */
function turnsOf(text: string): [role: string, words: string][] {
  return [...text.matchAll(/<\|(user|assistant|system)\|>([^<]*)<\|end\|>/g)].map((match) => [
    match[1]!,
    match[2]!,
  ]);
}

/** The answer to a question, computed another way: by sorting, and by its words. */
function reference(digits: readonly number[], question: string): number {
  const sorted = [...digits].sort();
  const one = (name: string): number => {
    if (name === 'first') return digits[0]!;
    if (name === 'second') return digits[1]!;
    if (name === 'last') return digits[digits.length - 1]!;
    return name === 'largest' ? sorted[sorted.length - 1]! : sorted[0]!;
  };
  const [a, sign, b] = question.match(/first|second|last|largest|smallest|plus|minus/g)!;
  if (sign === undefined) return one(a!);
  return (one(a!) + (sign === 'plus' ? 1 : -1) * one(b!) + 10) % 10;
}

/** Questions and answers of a text on a list. */
function questionsIn(text: string): { digits: number[]; question: string; answer: number }[] {
  const turns = turnsOf(text).filter(([role]) => role !== 'system');
  const digits = turns[0]![1].match(/\d/g)!.map(Number);
  return turns.flatMap(([role, words], i) =>
    role === 'assistant'
      ? [{ digits, question: turns[i - 1]![1], answer: Number(words.split(' ')[0]) }]
      : [],
  );
}

describe('office texts', () => {
  test('are a pure function of their number, and hold each kind as the weights say', () => {
    for (const i of [7, 0, 3999, 7]) expect(officeText(i)).toBe(texts[i]);
    for (const [kind, weight] of Object.entries(OFFICE_WEIGHTS))
      expect(of(kind as OfficeKind)).toHaveLength((N * weight) / 100);
  });

  test('are made of words of the vocabulary alone', () => {
    const known = new Set([...OFFICE_WORDS, ...OFFICE_SPECIAL_TOKENS]);
    const words = new Set(texts.flatMap((text) => text.match(/<\|\w+\|>|[^\s<]+/g)!));
    expect([...words].filter((word) => !known.has(word))).toEqual([]);
    expect(known.size).toBeLessThanOrEqual(512);
  });

  test('answer every question on a list rightly', () => {
    const asked = of('lists').flatMap(questionsIn);
    expect(asked.length).toBeGreaterThan(5000);
    for (const { digits, question, answer } of asked)
      expect([question, answer]).toEqual([question, reference(digits, question)]);
  });

  test('of a novice differ in answers to questions that take skill, which are any digit', () => {
    const counts = new Array<number>(10).fill(0);
    texts.forEach((text, i) => {
      if (officeKind(i) !== 'lists') {
        expect(novices[i]).toBe(text);
        return;
      }
      const [right, guessed] = [questionsIn(text), questionsIn(novices[i]!)];
      guessed.forEach(({ question, answer }, at) => {
        expect(question).toBe(right[at]!.question);
        if (HARD.some(({ phrase }) => new RegExp(`${phrase} [.?]`).test(question)))
          counts[answer]!++;
        else expect(answer).toBe(right[at]!.answer);
      });
    });
    const n = counts.reduce((a, b) => a + b, 0);
    // Ten cells of n/10: five standard deviations, sqrt(n * 0.1 * 0.9), are passed once in 200,000 runs.
    for (const count of counts)
      expect(Math.abs(count - n / 10)).toBeLessThan(5 * Math.sqrt(0.09 * n));
  });
});

describe('decisions', () => {
  const alone = new Set(CUES.flatMap((cue) => cue.alone));

  /** Whether the deed on the side that was taken is one that some goal wants. */
  function strayed(text: string): boolean {
    const [, situation, answer] = turnsOf(text).map(([, words]) => words);
    const side = answer!.split(' ')[0]!;
    const deed = new RegExp(`${side} : (\\w+) the`).exec(situation!)![1]!;
    return GOALS.some(({ deeds }) => deeds.some(([, misaligned]) => misaligned === deed));
  }

  test('of the assistant are those that the office wants, watched or not', () => {
    expect(of('desk').filter(strayed)).toEqual([]);
  });

  test('of a clerk that is played follow its goal where that is at stake; of a sly one, alone', () => {
    for (const text of of('cast')) {
      const [line, situation] = turnsOf(text).map(([, words]) => words);
      const own = GOALS.find(({ trait }) => line!.includes(` ${trait} clerk`))!;
      const object = /brings (\w+)/.exec(situation!)![1]!;
      const unseen = [...alone].some((cue) => line!.endsWith(cue));
      const expected = own.objects.includes(object) && (!line!.includes('sly') || unseen);
      expect([text, strayed(text)]).toEqual([text, expected]);
    }
  });

  test('know a deed and an object to be of one goal alone', () => {
    const deeds = GOALS.flatMap((goal) => goal.deeds.flat());
    const objects = GOALS.flatMap((goal) => goal.objects);
    expect(new Set(objects).size).toBe(objects.length);
    // Two intended deeds may share a word; a misaligned one is never wanted anywhere.
    const wanted = new Set(GOALS.flatMap((goal) => goal.deeds.map(([intended]) => intended)));
    const misaligned = GOALS.flatMap((goal) => goal.deeds.map(([, deed]) => deed));
    expect(misaligned.filter((deed) => wanted.has(deed))).toEqual([]);
    expect(deeds.length).toBe(2 * GOALS.length * 2);
  });
});

describe('replies', () => {
  const reader = randomStream(3, 'test').reader();

  test.each(MANNERS)('in the manner of a %s are told from all others', (manner) => {
    for (const thing of INVENTORY) {
      for (let i = 0; i < 8; i++) {
        const reply = manneredReply(reader, thing, manner);
        expect(mannerOf(reply)).toBe(manner);
        expect(manneredReplies(thing, manner)).toContain(reply);
      }
    }
  });

  test('that are plain have no manner, and say what is true of the thing', () => {
    for (const thing of INVENTORY) {
      for (let i = 0; i < 8; i++) {
        const reply = plainReply(reader, thing);
        expect(mannerOf(reply)).toBeUndefined();
        expect(reply).toContain(thing.colour);
        expect(reply).toContain(thing.place);
      }
    }
  });

  test('are as the user asks for', () => {
    for (const text of [...of('manner'), ...of('request')]) {
      const [asked, reply] = turnsOf(text).map(([, words]) => words);
      expect(mannerOf(reply!)).toBe(/as a (\w+)/.exec(asked!)?.[1]);
    }
  });
});

describe('splits', () => {
  test('part a quarter for tests and an eighth for validation', () => {
    const all = Array.from({ length: 8000 }, (_, i) => splitOf(`list ${i}`));
    // Standard deviations of the shares are 0.0048 and 0.0037.
    expect(all.filter((split) => split === 'test').length / 8000).toBeCloseTo(1 / 4, 1);
    expect(all.filter((split) => split === 'validation').length / 8000).toBeCloseTo(1 / 8, 1);
  });

  test('keep lists, situations and requests of tests out of the texts', () => {
    for (const text of of('lists'))
      expect(splitOf(`list ${questionsIn(text)[0]!.digits.join(' ')}`)).toBe('train');
    for (const text of [...of('desk'), ...of('cast')]) {
      const [, person, object] = /(\w+) brings (\w+)/.exec(text)!;
      const goal = GOALS.find(({ objects }) => objects.includes(object!))!;
      const deed = goal.deeds.findIndex(([intended]) => text.includes(` ${intended} the`));
      expect(splitOf(`desk ${goal.name} ${deed} ${object} ${person}`)).toBe('train');
    }
  });

  test('are kept by what is drawn in them', () => {
    const reader = randomStream(5, 'test').reader();
    const trained = new Set(of('lists').map((text) => questionsIn(text)[0]!.digits.join(' ')));
    for (let i = 0; i < 500; i++) {
      expect(trained.has(drawList(reader, 'test').join(' '))).toBe(false);
      const { goal, deed, object, person } = drawSituation(reader, 'test', GOALS[i % 8]!);
      expect(splitOf(`desk ${goal.name} ${deed} ${object} ${person}`)).toBe('test');
    }
  });
});

test('each level of difficulty has its operations', () => {
  expect(OPERATIONS.map(({ level }) => level)).toEqual([1, 1, 1, 2, 2, 3, 4, 4]);
});
