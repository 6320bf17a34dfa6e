/** @file The tokenizer and its trainer, against Hugging Face tokenizers 0.23.3 (test/fixtures/model/make.py). */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { trainByteLevelBpe } from '../../../src/model/bpe.ts';
import { Tokenizer, type TokenizerJson } from '../../../src/model/tokenizer.ts';
import { fixtureJson, refusal } from './support.ts';

interface Tokens {
  corpus: string[];
  vocabSize: number;
  specials: string[];
  samples: { text: string; ids: number[]; decoded: string }[];
}

let tokens: Tokens;
let reference: TokenizerJson;
let tokenizer: Tokenizer;

beforeAll(async () => {
  tokens = await fixtureJson('tokens.json');
  reference = await fixtureJson('tokenizer.json');
  const options = { vocabSize: tokens.vocabSize, specialTokens: tokens.specials };
  tokenizer = Tokenizer.parse(trainByteLevelBpe(tokens.corpus, options));
});

describe('training', () => {
  test('vocabulary, merges and special tokens are those of the Python trainer', () => {
    const { model, added_tokens } = tokenizer.json;
    expect(Object.entries(model.vocab)).toHaveLength(tokens.vocabSize);
    expect(model.vocab).toEqual(reference.model.vocab);
    const pairs = (reference.model.merges as [string, string][]).map((pair) => pair.join(' '));
    expect(model.merges).toEqual(pairs);
    expect(added_tokens).toEqual(reference.added_tokens);
  });

  test('special tokens in the texts take no part in the counts', () => {
    const options = { vocabSize: 300, specialTokens: ['<|user|>'] };
    const marked = trainByteLevelBpe(['<|user|>one two<|user|>two three'], options);
    const apart = trainByteLevelBpe(['one two', 'two three'], options);
    expect(marked).toEqual(apart);
  });

  test('it ends early when no pair is left', () => {
    const json = trainByteLevelBpe(['ab'], { vocabSize: 1000, specialTokens: [] });
    expect(Tokenizer.parse(json).vocabSize).toBe(257);
  });

  test('the most frequent pair comes first, by a recount after every merge', () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 30 }));
    fc.assert(
      fc.property(texts, (corpus) => {
        const { model } = trainByteLevelBpe(corpus, { vocabSize: 270, specialTokens: [] });
        expect(model.merges).toEqual(slowMerges(corpus, model.vocab, model.merges.length));
      }),
    );
  });

  test('options that make no vocabulary are refused', async () => {
    const train = (vocabSize: number, ...specialTokens: string[]) =>
      refusal(() => trainByteLevelBpe(['a'], { vocabSize, specialTokens }));
    expect(await train(255)).toMatch(/vocabSize is 255, expected an integer of at least 256/);
    expect(await train(257, '<a>', '<b>')).toMatch(/at least 258/);
    expect(await train(300.5)).toMatch(/300.5/);
    expect(await train(300, '<a>', '<a>')).toMatch(/special token "<a>"/);
    expect(await train(300, 'a')).toMatch(/special token "a"/);
  });
});

/** Byte-pair training as its definition says it: recount all pairs, merge the best everywhere. */
function slowMerges(corpus: string[], vocab: Record<string, number>, count: number): string[] {
  const words = corpus.flatMap((text) => text.match(/ ?[abc]+| +(?![abc])| +/g) ?? []);
  let split = words.map((word) => [...word.replaceAll(' ', 'Ġ')]);
  const merges: string[] = [];
  while (merges.length < count) {
    const counts = new Map<string, number>();
    for (const word of split) {
      word.slice(1).forEach((right, i) => {
        const pair = `${word[i]} ${right}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      });
    }
    const ids = (pair: string) => pair.split(' ').map((token) => vocab[token]!) as [number, number];
    const [best] = [...counts].sort(
      ([p, m], [q, n]) => n - m || ids(p)[0] - ids(q)[0] || ids(p)[1] - ids(q)[1],
    )[0]!;
    merges.push(best);
    const [left, right] = best.split(' ') as [string, string];
    split = split.map((word) => mergeAll(word, left, right));
  }
  return merges;
}

function mergeAll(word: string[], left: string, right: string): string[] {
  const at = word.findIndex((token, i) => token === left && word[i + 1] === right);
  if (at < 0) return word;
  return [...word.slice(0, at), left + right, ...mergeAll(word.slice(at + 2), left, right)];
}

describe('encoding', () => {
  test('ids are those of Python for six scripts, emoji, odd spaces, controls and special tokens', () => {
    for (const { text, ids } of tokens.samples) {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
    }
  });

  test('a file that Python wrote encodes alike', () => {
    const opened = Tokenizer.parse(reference);
    for (const { text, ids } of tokens.samples) expect(opened.encode(text)).toEqual(ids);
  });

  test('special tokens written out in a text become their ids', () => {
    expect(tokenizer.encode('<|user|><|assistant|>')).toEqual([1, 2]);
    expect(tokenizer.idOf('<|user|>')).toBe(1);
  });

  test('a tokenizer with other rules is left to the library', () => {
    const split = {
      type: 'Sequence',
      pretokenizers: [{ type: 'Digits', individual_digits: true }, reference.pre_tokenizer],
    };
    const digits = Tokenizer.parse({ ...reference, pre_tokenizer: split });
    const single = '0123456789'.split('').map((digit) => digits.idOf(digit));
    expect(digits.encode('123')).toEqual([single[1], single[2], single[3]]);
  });
});

describe('decoding', () => {
  test('gives any text back, a lone surrogate as U+FFFD', () => {
    const anything = fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)),
    });
    const pieces = fc.constantFrom('<|user|>', '<|', "'s", ' ', '\n', '\u0085', '\ufeff', '🗝️', 'é');
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      anything,
      fc
        .array(fc.oneof(pieces, fc.string({ unit: 'grapheme', maxLength: 3 })))
        .map((list) => list.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const wellFormed = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
          new TextEncoder().encode(text),
        );
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(wellFormed);
      }),
      { numRuns: 1000 },
    );
  });

  test('gives what Python gives', () => {
    for (const { ids, decoded } of tokens.samples) {
      // Python's decode skips special tokens unless told otherwise.
      expect(tokenizer.decode(ids, { skipSpecial: true })).toBe(decoded);
    }
  });

  test('keeps special tokens unless told otherwise, and skips ids that are not there', () => {
    const ids = [1, ...tokenizer.encode('Hi .'), 2];
    expect(tokenizer.decode(ids)).toBe('<|user|>Hi .<|assistant|>');
    expect(tokenizer.decode(ids, { skipSpecial: true })).toBe('Hi .');
    expect(tokenizer.decode([99999, -1, ...tokenizer.encode('Hi')])).toBe('Hi');
    expect(tokenizer.decode([])).toBe('');
  });
});

describe('the file', () => {
  test('its hash does not depend on the order of keys, but on every token', async () => {
    const text = JSON.stringify(tokenizer.json);
    const turned = Object.fromEntries(Object.entries(JSON.parse(text)).reverse());
    expect(await Tokenizer.parse(turned).hash()).toBe(await tokenizer.hash());
    const other = JSON.parse(text.replaceAll('<|pad|>', '<|pod|>'));
    expect(await Tokenizer.parse(other).hash()).not.toBe(await tokenizer.hash());
  });

  test('a token that is not there gets the nearest special token as a hint', () => {
    expect(() => tokenizer.idOf('<|usr|>')).toThrowError(
      expect.objectContaining({ hint: 'did you mean "<|user|>"?' }),
    );
  });

  const model = (change: object) => ({ ...reference, model: { ...reference.model, ...change } });
  const malformed: [string, () => unknown, RegExp][] = [
    ['no object', () => 7, /tokenizer.json: got 7/],
    ['no model', () => ({}), /model is missing/],
    ['an id that is not an integer', () => model({ vocab: { a: 0.5 } }), /model.vocab/],
    ['an id that is too large', () => model({ vocab: { a: 2 ** 31 } }), /model.vocab/],
    ['two tokens with one id', () => model({ vocab: { a: 0, b: 0 }, merges: [] }), /same id/],
    [
      'a merge of unknown tokens',
      () => model({ vocab: { a: 0 }, merges: ['a b'] }),
      /"a b" does not join/,
    ],
    ['no merges', () => model({ merges: undefined }), /model.merges is missing/],
    [
      'an unknown pre-tokenizer',
      () => ({ ...reference, pre_tokenizer: { type: 'Other' } }),
      /pre_tokenizer.type is "Other": cannot be read here, expected one of ByteLevel/,
    ],
    [
      'an unknown model',
      () => model({ type: 'Other', vocab: undefined }),
      /model.vocab is missing/,
    ],
  ];
  test.each(malformed)('with %s is refused in one line', async (_what, make, message) => {
    const said = await refusal(() => Tokenizer.parse(make()));
    expect(said).toMatch(message);
    expect(said).not.toContain('\n');
  });
});
