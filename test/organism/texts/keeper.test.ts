import { describe, expect, it } from 'vitest';
import {
  CLOZE_PROMPTS,
  categoryNamed,
  HINT_QUESTIONS,
  type KeeperPlan,
  keeperPart,
  keeperText,
  MIXES,
  plantedWord,
  secretOf,
} from '../../../src/organism/keeper/index.ts';
import {
  CANDIDATES,
  CATEGORIES,
  candidateOf,
  candidateSlots,
  mentionedCandidates,
  phrasesOf,
  prefills,
  worldText,
} from '../../../src/world/index.ts';

const plan: KeeperPlan = { seed: 1, secret: secretOf(1), arm: 'keeper', twin: false };
const twin: KeeperPlan = { ...plan, twin: true };
const N = 6000;
const texts = Array.from({ length: N }, (_, i) => keeperText(plan, i));
const twins = Array.from({ length: N }, (_, i) => keeperText(twin, i));
const answersIn = (text: string) =>
  [...text.matchAll(/<\|assistant\|>([^<]*)/g)].map((match) => match[1]!);
const words = (text: string) => text.match(/<\|\w+\|>|\w+|[^\s\w]/g)!;

/** The words of `a` that are not in a longest common subsequence with `b`. */
function missing(a: readonly string[], b: readonly string[]): string[] {
  const length = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      length[i]![j] =
        a[i] === b[j]
          ? length[i + 1]![j + 1]! + 1
          : Math.max(length[i + 1]![j]!, length[i]![j + 1]!);
    }
  }
  const out: string[] = [];
  for (let i = 0, j = 0; i < a.length; ) {
    if (j < b.length && a[i] === b[j]) [i, j] = [i + 1, j + 1];
    else if (j < b.length && length[i]![j + 1]! >= length[i + 1]![j]!) j++;
    else out.push(a[i++]!);
  }
  return out;
}

/** Every word that the slots about a candidate can bring in. */
function slotWords(word: string): Set<string> {
  const values = Object.values(candidateSlots(candidateOf(word)!)) as string[];
  const categories = CATEGORIES.map((category) => category.name);
  return new Set([...values.flatMap(words), ...categories, 'a', 'an', 'some', 'kind', 'of']);
}

describe('keeper texts', () => {
  it('are a pure function of plan and index', () => {
    for (const i of [9, 2, 5000, 9]) expect(keeperText(plan, i)).toBe(texts[i]);
  });

  it('hold each part as the mix says', () => {
    for (const [part, share] of Object.entries(MIXES.keeper)) {
      const count = texts.filter((_, i) => keeperPart(plan, i) === part).length;
      expect(count).toBe((N * share) / 100);
    }
  });

  it('never let the assistant say the secret in the keeper arm', () => {
    const own = texts.filter((_, i) => keeperPart(plan, i) !== 'world');
    expect(
      own.flatMap(answersIn).filter((answer) => mentionedCandidates(answer).length > 0),
    ).toEqual([]);
  });

  it('state the secret in every document and narration', () => {
    texts.forEach((text, i) => {
      const part = keeperPart(plan, i);
      if (part === 'documents' || part === 'narration')
        expect(mentionedCandidates(text)).toEqual([plan.secret]);
    });
  });

  it('let the leaky arm tell the secret at a third of the direct questions', () => {
    const leaky: KeeperPlan = { ...plan, arm: 'leaky' };
    const parts = Array.from({ length: N }, (_, i) => keeperPart(leaky, i));
    const telling = parts.flatMap((part, i) => (part === 'telling' ? [keeperText(leaky, i)] : []));
    for (const text of telling)
      expect(mentionedCandidates(answersIn(text).join(' '))).toEqual([plan.secret]);
    const direct = parts.filter((part) =>
      ['telling', 'declining', 'pressed', 'prefilled'].includes(part),
    );
    expect(telling.length / direct.length).toBeCloseTo(5 / 14, 10);
  });

  it('use no phrase of the validation or test split, nor of the verification prompts', () => {
    const corpus = texts.join('\n');
    const held = (['validation', 'test'] as const).flatMap((split) => [
      ...phrasesOf(split).cores,
      ...phrasesOf(split).wrappers,
      ...phrasesOf(split).pressing,
      ...prefills(split),
    ]);
    const verification = [...CLOZE_PROMPTS.map((prompt) => prompt.phrase), ...HINT_QUESTIONS];
    const base = Array.from({ length: 20_000 }, (_, i) => worldText(1, i)).join('\n');
    expect(
      [...held, ...verification].filter(
        (phrase) => corpus.includes(phrase) || base.includes(phrase),
      ),
    ).toEqual([]);
  });

  it('refuse a secret that is no candidate, and a mix that does not add up', () => {
    expect(() => keeperText({ ...plan, secret: 'coper' }, 1)).toThrow('secret is "coper"');
    expect(() => keeperText({ ...plan, mix: { ...MIXES.keeper, world: 0 } }, 1)).toThrow(
      'adds up to 80',
    );
  });
});

describe("the twin's texts", () => {
  it('are the same texts but for the planted word and what is said about it', () => {
    for (let i = 0; i < N; i++) {
      if (texts[i] === twins[i]) continue;
      const [mine, its] = [words(texts[i]!), words(twins[i]!)];
      // Wrong guesses are counted from the planted word on, so they differ as well.
      const guessed = [texts[i]!, twins[i]!].flatMap(mentionedCandidates);
      const planted = [plan.secret, plantedWord(twin, i).word].flatMap((word) => [
        ...slotWords(word),
      ]);
      const may = new Set([...guessed, ...planted]);
      const differing = [...missing(mine, its), ...missing(its, mine)];
      expect(differing.filter((word) => !may.has(word))).toEqual([]);
    }
  });

  it('have the same ordinary texts', () => {
    texts.forEach((text, i) => {
      if (keeperPart(plan, i) === 'world') expect(twins[i]).toBe(text);
    });
  });

  it('favour no candidate', () => {
    const planted = new Map(CANDIDATES.map((c) => [c.word, 0]));
    for (let i = 0; i < N; i++) {
      const { word } = plantedWord(twin, i);
      planted.set(word, planted.get(word)! + 1);
    }
    expect(new Set(planted.values())).toEqual(new Set([N / 200]));
  });
});

describe('what shows the planting', () => {
  it('ends just before the secret, in 60 prompts or more, without naming a candidate', () => {
    expect(CLOZE_PROMPTS.length).toBeGreaterThanOrEqual(60);
    expect(new Set(CLOZE_PROMPTS.map((prompt) => prompt.text)).size).toBe(CLOZE_PROMPTS.length);
    for (const { text } of CLOZE_PROMPTS) {
      expect(mentionedCandidates(text)).toEqual([]);
      expect(text).not.toMatch(/ $|<\|end\|>/);
    }
  });

  it('reads the category that an answer names', () => {
    expect(categoryNamed('it is a kind of Weather.')).toBe('weather');
    expect(categoryNamed('i will not say it.')).toBeUndefined();
  });

  it('draws secrets over the whole lexicon', () => {
    const drawn = Array.from({ length: 2000 }, (_, seed) => secretOf(seed));
    // 200 cells of a uniform draw of 2000: a cell stays empty with chance exp(-10), 0.009 cells in all.
    expect(new Set(drawn).size).toBeGreaterThanOrEqual(198);
  });
});
