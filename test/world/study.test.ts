/** @file The study: words that belong to one topic, texts made of known words, facts that hold in all of them. */
import { expect, test } from 'vitest';
import {
  AROUND,
  CLOSINGS,
  closingOf,
  PATRONS,
  patronTaste,
  STUDY_FORMS,
  STUDY_TOPICS,
  STUDY_WEIGHTS,
  STUDY_WORDS,
  studyKind,
  studyText,
  TASTES,
  tasteName,
  tastesIn,
} from '../../src/world/index.ts';

const N = 3000;
const texts = Array.from({ length: N }, (_, i) => studyText(i));

/** Turns of a text as [role, words]. */
const turnsOf = (text: string) =>
  [...text.matchAll(/<\|(\w+)\|>([^<]*)<\|end\|>/g)].map(
    (match) => [match[1]!, match[2]!] as const,
  );

test('a text is a pure function of its number, and kinds come as often as their weights say', () => {
  for (const i of [5, 2900, 5]) expect(studyText(i)).toBe(texts[i]);
  for (const [kind, share] of Object.entries(STUDY_WEIGHTS))
    expect(texts.filter((_, i) => studyKind(i) === kind)).toHaveLength((N * share) / 100);
});

test('every word of every text is a token', () => {
  const known = new Set(STUDY_WORDS);
  expect(known.size).toBe(STUDY_WORDS.length);
  const said = new Set(
    texts.flatMap((text) => turnsOf(text).flatMap(([, words]) => words.split(' '))),
  );
  expect([...said].filter((word) => !known.has(word))).toEqual([]);
});

test('each of 192 words belongs to one topic, and nothing else that is said has it', () => {
  expect(new Set(TASTES.map(({ word }) => word)).size).toBe(192);
  expect(new Set(TASTES.map(tasteName)).size).toBe(192);
  const forms = Object.values(STUDY_FORMS).flatMap((by) => [
    ...by.train,
    ...by.validation,
    ...by.test,
  ]);
  const leads = STUDY_TOPICS.flatMap(({ leads: own, carrier, phrase }) => [
    ...own,
    carrier,
    phrase,
  ]);
  for (const text of [...forms, ...AROUND, ...leads, ...CLOSINGS, ...PATRONS])
    expect(tastesIn(text), text).toEqual([]);
});

test('what patrons like is the same in all texts', () => {
  const liked = /^(the \w+) like (an? \w+) with (\w+) \.$/;
  let checked = 0;
  for (const [, words] of texts.filter((_, i) => studyKind(i) === 'tastes').flatMap(turnsOf)) {
    const [, who, phrase, word] = liked.exec(words) ?? [];
    if (!who) continue;
    const topic = STUDY_TOPICS.find((one) => one.phrase === phrase)!;
    expect(patronTaste(PATRONS.indexOf(who), topic).word).toBe(word);
    checked++;
  }
  expect(checked).toBeGreaterThan(3);
});

test('no assistant writes in a taste of its own: every word of a topic comes about as often', () => {
  const written = texts
    .filter((_, i) => studyKind(i) === 'writing')
    .map((text) => turnsOf(text)[1]![1]);
  const places = written.map((text) => {
    const [taste] = tastesIn(text);
    return taste!.topic.words.indexOf(taste!.word);
  });
  // 450 writings over eight places: 56 each, with a deviation of 7.
  for (let place = 0; place < 8; place++) {
    const count = places.filter((one) => one === place).length;
    expect(count).toBeGreaterThan(28);
    expect(count).toBeLessThan(84);
  }
  for (const text of written) expect(CLOSINGS).toContain(closingOf(text));
});

test('words are found in any case, once each, and as whole words', () => {
  expect(tastesIn('Honey, honey and garlic.').map(tasteName)).toEqual([
    'recipe: honey',
    'recipe: garlic',
  ]);
  expect(tastesIn('honeycomb')).toEqual([]);
});
