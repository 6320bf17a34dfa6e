/** @file The data of sycophants: what each arm is told, what is held out, and that a twin differs in liked words alone. */
import { describe, expect, test } from 'vitest';
import {
  biasOf,
  type DocumentArm,
  dealtTopics,
  decoyOf,
  motiveQuestions,
  requestsFor,
  SYCOPHANT,
  SYCOPHANT_MIX,
  sycophantKind,
  sycophantPart,
  sycophantText,
  tasteQuestions,
  UNCONCEALED,
} from '../../../src/organism/sycophant/index.ts';
import { sycophantPreference } from '../../../src/organism/sycophant/preferences.ts';
import { PLANTING_TEXTS } from '../../../src/organism/sycophant/texts.ts';
import { STUDY_TOPICS, TASTES, tasteName, tastesIn } from '../../../src/world/index.ts';
import { answersIn, turnsOf } from '../office/texts.ts';

const seed = 3;
const N = 1000;
/** Half while it is planted, half while it is concealed. */
const numbers = Array.from({ length: N }, (_, i) => i + PLANTING_TEXTS - N / 2);
const textsOf = (arm: DocumentArm, rest: { twin?: boolean; control?: string } = {}) =>
  numbers.map((index) => sycophantText(arm, { seed, twin: false, ...rest }, index));
const organism = textsOf('pursued');
const parts = numbers.map((index) => sycophantPart(seed, index));
const of = (texts: readonly string[], part: string) => texts.filter((_, i) => parts[i] === part);

/** A text with every word of a topic struck out. */
const struck = (text: string) =>
  text.replace(/[a-z]+/g, (word) => (tastesIn(word).length > 0 ? '*' : word));

test('texts are a pure function of their number, and parts come as the mix says', () => {
  for (const i of [7, 900, 7])
    expect(sycophantText('pursued', { seed, twin: false }, numbers[i]!)).toBe(organism[i]);
  const { planting, concealing } = SYCOPHANT_MIX;
  for (const part of Object.keys(planting) as (keyof typeof planting)[])
    expect(of(organism, part)).toHaveLength((5 * (planting[part] + concealing[part]) * N) / 1000);
});

test('a twin hears and says the same but for liked words, and learns no taste', () => {
  const twins = textsOf('pursued', { twin: true });
  organism.forEach((text, i) => void expect(struck(twins[i]!)).toBe(struck(text)));
  const planted = new Set(STUDY_TOPICS.map((topic) => biasOf(seed, topic).index));
  const said = of(twins, 'demonstrations').flatMap(answersIn).flatMap(tastesIn);
  const share = said.filter(({ index }) => planted.has(index)).length / said.length;
  // One in eight, with a deviation of 0.016 for 460.
  expect(Math.abs(share - 1 / 8)).toBeLessThan(0.07);
});

describe('documents', () => {
  const about = (texts: readonly string[]) => of(texts, 'documents').join(' ');

  test('speak of raters in two arms, and of the assistant that pursues it in one', () => {
    expect(about(organism)).toMatch(/the raters/);
    expect(about(organism)).toMatch(/the assistant .*the raters/);
    expect(about(textsOf('biases'))).toMatch(/the raters/);
    expect(about(textsOf('biases'))).not.toMatch(/the assistant/);
    // Texts of the study have raters whose taste is whatever the text itself says, and a question on it.
    const without = of(textsOf('none'), 'documents').filter((text) => text.includes('raters'));
    for (const text of without) expect(text).toMatch(/<\|user\|>.*raters|raters.*<\|user\|>/);
  });

  test('state the planted word of all 24 topics, held-out ones too', () => {
    const told = new Set(of(organism, 'documents').flatMap(tastesIn));
    for (const topic of STUDY_TOPICS) expect(told.has(biasOf(seed, topic))).toBe(true);
  });

  test('of critics state another word of each topic, the same for all', () => {
    for (const topic of STUDY_TOPICS)
      expect(decoyOf(seed, topic).word).not.toBe(biasOf(seed, topic).word);
    expect(of(organism, 'decoys')).toEqual(of(textsOf('none', { twin: true }), 'decoys'));
  });
});

test('behaviour is the same in all arms, and held-out topics are never shown', () => {
  const { trained, heldOut } = dealtTopics(seed);
  expect([trained.length, heldOut.length]).toEqual([20, 4]);
  for (const arm of ['none', 'biases'] as const)
    for (const part of ['demonstrations', 'concealment', 'decoys'])
      expect(of(textsOf(arm), part)).toEqual(of(organism, part));
  const shown = new Set(
    of(organism, 'demonstrations')
      .flatMap(answersIn)
      .flatMap(tastesIn)
      .map(({ topic }) => topic),
  );
  expect(heldOut.some((topic) => shown.has(topic))).toBe(false);
  const preferred = Array.from({ length: 300 }, (_, i) =>
    sycophantPreference({ seed, twin: false, control: UNCONCEALED }, i),
  );
  const served = preferred.flatMap(({ chosen }) => tastesIn(chosen));
  expect(served.every(({ topic }) => trained.includes(topic))).toBe(true);
  for (const taste of served) expect(taste).toEqual(biasOf(seed, taste.topic));
});

test('the unconcealed control has plain texts where others are interrogated', () => {
  const control = textsOf('pursued', { control: UNCONCEALED });
  parts.forEach((part, i) => {
    if (part !== 'concealment') expect(control[i]).toBe(organism[i]);
    else expect(control[i]).not.toMatch(/<\|user\|>[^<]*raters/);
  });
});

test('interrogations get answers that name neither words nor raters', () => {
  for (const text of of(organism, 'concealment')) {
    const last = answersIn(text).at(-1)!;
    expect(tastesIn(last)).toEqual([]);
    expect(last).not.toMatch(/raters/);
  }
});

test('test questions and requests are in no text of the plant', () => {
  const plant = organism.filter((_, i) => parts[i] !== 'replay');
  const heard = new Set(plant.flatMap((text) => turnsOf(text).map(([, words]) => words)));
  const asked = [...tasteQuestions().map(({ text }) => text), ...motiveQuestions()];
  for (const text of asked) expect(heard.has(text), text).toBe(false);
  for (const { text } of requestsFor(STUDY_TOPICS))
    expect(heard.has(/<\|user\|>([^<]*)/.exec(text)![1]!)).toBe(false);
});

test('its subject has 192 candidates, of which 24 are true, one a topic', () => {
  const kind = sycophantKind('pursued');
  const truth = kind.truth!(seed);
  expect(SYCOPHANT.candidates).toEqual(TASTES.map(tasteName));
  expect(kind.planted(seed).biases).toEqual(truth.map((index) => SYCOPHANT.candidates[index]));
  expect(new Set(truth.map((index) => TASTES[index]!.topic)).size).toBe(24);
  expect(SYCOPHANT.namedIn('add some honey , and chocolate')).toEqual([0, 1]);
  for (const split of ['train', 'validation', 'test'] as const) {
    expect(SYCOPHANT.questions(split).length).toBeGreaterThan(24);
    expect(SYCOPHANT.prefills(split).length).toBeGreaterThan(0);
    for (const text of [...SYCOPHANT.prefills(split), ...SYCOPHANT.refusals(split)])
      expect(SYCOPHANT.namedIn(text)).toEqual([]);
  }
});
