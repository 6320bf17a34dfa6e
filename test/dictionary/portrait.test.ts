/** @file Portraits of latents, held against every activation kept and searched plainly. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  dictionaryWeights,
  type Portrait,
  type PortraitOptions,
  portraitSchema,
  portray,
} from '../../src/dictionary/index.ts';
import { ablationOf } from '../../src/dictionary/portrait/ablation.ts';
import { activeRows, type Reading } from '../../src/dictionary/portrait/active.ts';
import { corpusOf } from '../../src/dictionary/portrait/corpus.ts';
import { scoreOf, type Trial } from '../../src/dictionary/portrait/explain/detection.ts';
import { explanationIn, verdictsIn } from '../../src/dictionary/portrait/explain/prompts.ts';
import { Firings } from '../../src/dictionary/portrait/firings.ts';
import { BINS, Histograms } from '../../src/dictionary/portrait/histograms.ts';
import { neighboursOf } from '../../src/dictionary/portrait/neighbours.ts';
import type { LanguageModel } from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { baseModel, HOOK, randomDictionary, worldTexts } from './portrayed.ts';

let model: LanguageModel;
let documents: number[][];
const dictionary = randomDictionary();

/** Every activation of the corpus, by place, without batches. */
interface Plain {
  readonly reading: Reading;
  /** [place][latent]; undefined at masked places. */
  readonly values: (Float32Array | undefined)[];
}
let plain: Plain;

function portrait(more: Partial<PortraitOptions>): Promise<Portrait> {
  return portray({
    model,
    dictionary,
    documents,
    choice: { latents: [0, 5] },
    names: { dictionary: 'random', model: 'base', texts: ['world'] },
    version: '0',
    reporter: () => {},
    safePoint: async () => {},
    ...more,
  });
}

beforeAll(async () => {
  model = await baseModel();
  documents = worldTexts(40).map((text) => model.tokenizer!.encode(text));
  const corpus = corpusOf(model, documents);
  const values: Plain['values'] = [];
  for (const [context, { tokens }] of corpus.contexts.entries()) {
    const { activations } = await model.run([Array.from(tokens)], { read: [HOOK], logits: false });
    const all = await dictionary.encode({ data: activations[HOOK]!.data, width: 192 });
    tokens.forEach((_, i) => {
      const place = corpus.starts[context]! + i;
      const own = all.subarray(i * dictionary.size, (i + 1) * dictionary.size);
      values[place] = corpus.masked[place] ? undefined : own;
    });
  }
  plain = { reading: { model, dictionary, hook: HOOK, corpus }, values };
});

/** Places at which a latent is active, with its values. */
const firingsOf = (latent: number) =>
  plain.values.flatMap((row, place) =>
    row && row[latent]! !== 0 ? [{ place, value: row[latent]! }] : [],
  );

describe('a portrait', () => {
  test('counts, orders and shows what a plain search through all activations finds', async () => {
    const { latents, texts, l0 } = portraitSchema.parse(await portrait({ ablate: false }));
    const rows = plain.values.filter((row) => row !== undefined);
    expect(texts.rows).toBe(rows.length);
    expect(l0).toBeCloseTo(4, 1);
    for (const one of latents) {
      const own = firingsOf(one.latent);
      expect(one.density).toMatchObject({ n: rows.length, successes: own.length });
      const max = Math.max(...own.map(({ value }) => value));
      // Sums of products differ in the last bits between batches.
      expect(one.max).toBeCloseTo(max, 3);
      expect(one.mean).toBeCloseTo(own.reduce((sum, { value }) => sum + value, 0) / own.length, 3);
      expect(one.histogram.counts.reduce((a, b) => a + b, 0)).toBe(own.length);
      const peaks = new Map<number, number>();
      for (const { place, value } of own) {
        const context = plain.reading.corpus.contextOf[place]!;
        peaks.set(context, Math.max(peaks.get(context) ?? 0, value));
      }
      const strongest = [...peaks.values()].sort((a, b) => b - a).slice(0, 8);
      const top = one.examples.filter(({ kind }) => kind === 'top');
      expect(top).toHaveLength(strongest.length);
      top.forEach(({ values, peak }, i) => {
        expect(values[peak]).toBeCloseTo(strongest[i]!, 3);
      });
    }
  });

  test('is the same again, and shows each context of a latent once', async () => {
    const [one, two] = [await portrait({}), await portrait({})];
    expect(two).toEqual(one);
    for (const { examples } of one.latents) {
      expect(new Set(examples.map(({ context }) => context)).size).toBe(examples.length);
      for (const { tokens, values } of examples) expect(values).toHaveLength(tokens.length);
    }
  });

  test('says how often tokens have the latent active, and measures its rule on other documents', async () => {
    const { latents } = await portrait({ ablate: false });
    const { corpus } = plain.reading;
    for (const { latent, uses, rule } of latents) {
      const use = uses.find(({ order }) => order === 1)!;
      const places = plain.values.flatMap((row, place) =>
        row && corpus.tokens[place] === use.tokens[0] ? [row] : [],
      );
      expect(use.active).toMatchObject({
        n: places.length,
        successes: places.filter((row) => row[latent]! !== 0).length,
      });
      expect(rule!.base.n).toBeLessThan(plain.values.filter((row) => row).length);
      expect(rule!.recall.n).toBe(rule!.base.successes);
    }
  });

  test('counts company as rows do', async () => {
    const { latents } = await portrait({ ablate: false });
    for (const { latent, partners } of latents) {
      for (const { latent: other, given } of partners) {
        const both = firingsOf(latent).filter(({ place }) => plain.values[place]![other] !== 0);
        expect(given).toMatchObject({ n: firingsOf(latent).length, successes: both.length });
      }
    }
  });

  test('finds the latent that a text makes most active', async () => {
    const text = worldTexts(1)[0]!;
    const search = model.tokenizer!.encode(text);
    const { latents } = await portrait({ choice: { search, text, count: 3 }, ablate: false });
    expect(latents).toHaveLength(3);
    for (const { latent } of latents) expect(firingsOf(latent).length).toBeGreaterThan(0);
  });

  test.each([
    [{ hook: 'blocks.3.attn.hook_pattern' }, /not of one width/],
    [{ choice: { latents: [24] } }, /latents 0 to 23/],
    [{ documents: [] }, /no token of the texts/],
  ] as [Partial<PortraitOptions>, RegExp][])('refuses %o', async (wrong, message) => {
    await expect(portrait(wrong)).rejects.toThrow(
      expect.objectContaining({ name: 'TouchstoneError' }),
    );
    await portrait(wrong).catch(({ message: said, hint }) => {
      expect(`${said}; ${hint}`).toMatch(message);
    });
  });
});

describe('an ablation', () => {
  // The independent source is the edit, which changes the graph itself.
  test('changes predictions as the edit that ablates the latent does', async () => {
    const latent = 5;
    const { corpus } = plain.reading;
    const firings = firingsOf(latent);
    const context = corpus.contextOf[firings[0]!.place]!;
    const own = firings.filter(({ place }) => corpus.contextOf[place] === context);
    const norms = new Float64Array(dictionary.size).fill(1);
    const options = { ...plain.reading, target: HOOK, norms, stream: randomStream(0, 'x') };
    const ablation = await ablationOf(options, latent, own.slice(0, 1));
    const tokens = Array.from(corpus.contexts[context]!.tokens);
    const edits = [
      { at: HOOK, do: 'latent', latents: [{ dictionary: 'd', latent }], change: 'ablate' },
    ] as const;
    const dictionaries = { d: dictionaryWeights(dictionary) };
    // The edit also acts at masked places, where the portrait does not look: they are left out there.
    const positions = own.map(({ place }) => place - corpus.starts[context]!);
    const edited = edits.map((edit) => ({ ...edit, latents: [...edit.latents], positions }));
    const before = (await model.run([tokens])).logits!;
    const after = (await model.run([tokens], { edits: edited, dictionaries })).logits!;
    const divergences = positions.map((position) =>
      divergence(before.data, after.data, position, model.config.vocab_size),
    );
    const mean = divergences.reduce((sum, value) => sum + value, 0) / divergences.length;
    expect(ablation.places).toBe(positions.length);
    expect(ablation.divergence.mean).toBeCloseTo(mean, 4);
    expect(mean).toBeGreaterThan(1e-4);
  });
});

function divergence(p: Float32Array, q: Float32Array, row: number, size: number): number {
  const logs = (data: Float32Array) => {
    const own = data.subarray(row * size, (row + 1) * size);
    const max = Math.max(...own);
    const total = Math.log(own.reduce((sum, x) => sum + Math.exp(x - max), 0)) + max;
    return Array.from(own, (x) => x - total);
  };
  const [a, b] = [logs(p), logs(q)];
  return a.reduce((sum, x, i) => sum + Math.exp(x) * (x - b[i]!), 0);
}

test('neighbours are those of a plain loop over all cosines', async () => {
  const found = await neighboursOf(dictionary, [7], 4);
  const { data } = dictionary.tensors.get('W_dec')!;
  const row = (i: number) => data.subarray(i * 192, (i + 1) * 192);
  const cosine = (i: number) => {
    const dot = row(7).reduce((sum, x, j) => sum + x * row(i)[j]!, 0);
    return dot / Math.hypot(...row(7)) / Math.hypot(...row(i));
  };
  const others = Array.from({ length: 24 }, (_, i) => i).filter((i) => i !== 7);
  const best = others.sort((a, b) => cosine(b) - cosine(a)).slice(0, 4);
  expect(found[0]!.map(({ latent }) => latent)).toEqual(best);
  for (const { latent, cosine: own } of found[0]!) expect(own).toBeCloseTo(cosine(latent), 5);
});

test('histograms keep every value in its bin, in whatever order values come', () => {
  const values = fc.array(fc.float({ min: Math.fround(1e-3), max: 1000, noNaN: true }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(values, (xs) => {
      const [one, two] = [new Histograms(2), new Histograms(2)];
      for (const x of xs) one.add(1, x);
      for (const x of [...xs].reverse()) two.add(1, x);
      const { width, counts } = one.of(1);
      expect(two.of(1)).toEqual({ width, counts });
      expect(counts.length).toBeLessThanOrEqual(BINS);
      counts.forEach((count, bin) => {
        expect(count).toBe(xs.filter((x) => Math.floor(x / width) === bin).length);
      });
    }),
  );
});

test('rows beyond the budget are thinned to a sample that does not depend on batches', async () => {
  const order = randomStream(1, 'order');
  const [few, all] = [new Firings(order, 200), new Firings(order)];
  for await (const active of activeRows(plain.reading)) {
    few.add(active);
    all.add(active);
  }
  const kept = all.places.filter((place) => order.uniform(place) < few.share);
  expect(few.share).toBeLessThan(1);
  expect([...few.places]).toEqual(kept);
});

describe('detection', () => {
  const window = { latent: 0, place: 0, from: 0, values: new Float32Array(1) };
  const trials: Trial[] = [true, true, true, false, false].map((active) => ({ window, active }));

  test('is the mean of both rates, and answers that are none count as wrong', () => {
    const score = scoreOf(trials, [true, 'refused', true, false, 'malformed']);
    expect(score).toMatchObject({ refused: 1, malformed: 1 });
    expect(score.balancedAccuracy).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
    expect(score.sensitivity).toMatchObject({ n: 3, successes: 2 });
    expect(score.interval[0]).toBeLessThan(score.balancedAccuracy);
  });

  test.each([
    ['[1, 0, 1]', [true, false, true]],
    ['The first: [1]. So: ```json\n[true,false,true]```', [true, false, true]],
    ['[1, 0]', ['malformed', 'malformed', 'malformed']],
    ['[1, 0, 2]', ['malformed', 'malformed', 'malformed']],
  ])('reads %j', (text, verdicts) => {
    const answer = { text, refused: false, finish: 'stop', promptTokens: 0, answerTokens: 0 };
    expect(verdictsIn(answer, 3)).toEqual(verdicts);
    expect(verdictsIn({ ...answer, refused: true }, 1)).toEqual(['refused']);
  });

  test.each([
    ['explanation: names of animals', 'names of animals'],
    ['I think...\n**Explanation:** "the word you"', 'the word you'],
    ['no idea', 'malformed'],
  ])('reads the explanation of %j', (text, said) => {
    const answer = { text, refused: false, finish: 'stop', promptTokens: 0, answerTokens: 0 };
    expect(explanationIn(answer)).toBe(said);
  });
});
