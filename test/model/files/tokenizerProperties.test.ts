/** @file What holds of every text: round trips, spans, streams; and tokenizer files that are refused. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Tokenizer, type TokenizerJson } from '../../../src/model/tokenizer.ts';
import { refusal } from './support.ts';

const FOLDER = new URL('../../fixtures/tokenizers/', import.meta.url);

function fileOf(style: string): TokenizerJson {
  return JSON.parse(readFileSync(new URL(`${style}/tokenizer.json`, FOLDER), 'utf8'));
}

function open(style: string): Tokenizer {
  return Tokenizer.parse(fileOf(style));
}

/** Byte-level tokenizers that rewrite nothing. */
const LOSSLESS = ['gpt2', 'llama3', 'olmo2', 'deepseek', 'falcon'];
const ALL = [
  ...[...LOSSLESS, 'qwen2', 'gpt_neox', 'digits', 'roberta', 'llama2', 'mistral', 'gemma'],
  ...['t5', 'unigram_bytes', 'lowercase'],
];

const fragments = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.integer({ min: 0xd7f0, max: 0xe010 }).map((unit) => String.fromCharCode(unit)),
  fc.constantFrom(' ', '  ', '\n', '\r\n', '\t', "'s", "'ſ", '12345', 'e\u0301', '👩‍👩‍👧', '🇩🇪'),
  fc.constantFrom('<s>', '</s>', '<mask>', '<|endoftext|>', '[INST]', 'SOLO', '<0xE2>', '▁'),
  fc.constantFrom('маяк', 'φάρος', 'منارة', 'जहाज़', '灯塔', '등대'),
);
const texts = fc.array(fragments, { maxLength: 12 }).map((parts) => parts.join(''));

/** The text with U+FFFD for each half of a pair that stands alone. */
function wellFormed(text: string): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}

describe.each(LOSSLESS)('%s, which loses nothing', (style) => {
  const tokenizer = open(style);

  test('gives every text back', () => {
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(!/\[KEY\]/.test(text));
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(wellFormed(text));
      }),
      { numRuns: 200 },
    );
  });

  test('covers the text with the spans of its tokens, and the bytes in each are those of the text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { ids, offsets } = tokenizer.encodeWithOffsets(text);
        let done = 0;
        for (const [start, end] of offsets) {
          expect(start).toBeLessThanOrEqual(done);
          expect(end).toBeGreaterThanOrEqual(done);
          done = end;
        }
        expect(done).toBe(text.length);
        for (const [i, [start, end]] of offsets.entries()) {
          const token = tokenizer.decode([ids[i]!]);
          if (!token.includes('\ufffd')) expect(text.slice(start, end)).toBe(token);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe.each(ALL)('%s', (style) => {
  const tokenizer = open(style);

  test('gives spans that never go back, lie in the text and part no pair', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { ids, offsets } = tokenizer.encodeWithOffsets(text);
        expect(ids).toEqual(tokenizer.encode(text));
        const source = wellFormed(text);
        let last = 0;
        for (const [start, end] of offsets) {
          expect(start).toBeLessThanOrEqual(end);
          // A space put before a token with a cut span may begin a little later than the token.
          if (style !== 'roberta') expect(start).toBeGreaterThanOrEqual(last);
          last = start;
          expect(end).toBeLessThanOrEqual(text.length);
          expect(wellFormed(source.slice(start, end))).toBe(source.slice(start, end));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('streams what it decodes, in whole characters', () => {
    const ids = fc.array(fc.integer({ min: 0, max: tokenizer.vocabSize + 5 }), { maxLength: 30 });
    fc.assert(
      fc.property(ids, fc.boolean(), (list, skipSpecial) => {
        const stream = tokenizer.stream({ skipSpecial });
        const parts = [...list.map((id) => stream.push(id)), stream.end()];
        expect(parts.join('')).toBe(tokenizer.decode(list, { skipSpecial }));
        for (const part of parts) expect(wellFormed(part)).toBe(part);
      }),
      { numRuns: 100 },
    );
  });
});

describe.each(['gpt2', 'llama3', 'qwen2', 'gemma'])('%s', (style) => {
  const tokenizer = open(style);
  const special = tokenizer.json.added_tokens!.find((token) => token.special)!;

  test('encodes what is before and after a special token apart', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const whole = tokenizer.encode(before + special.content + after);
        const apart = [...tokenizer.encode(before), special.id, ...tokenizer.encode(after)];
        expect(whole).toEqual(apart);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a stream', () => {
  test('holds a character back until its last byte is there', () => {
    const tokenizer = open('gpt2');
    const ids = tokenizer.encode('😀!');
    const stream = tokenizer.stream();
    expect(ids.map((id) => stream.push(id))).toEqual(['', '', '', '😀', '!']);
    expect(stream.end()).toBe('');
  });

  test('that ends within a character gives U+FFFD', () => {
    const tokenizer = open('gpt2');
    const stream = tokenizer.stream();
    expect(stream.push(tokenizer.encode('😀')[0]!)).toBe('');
    expect(stream.end()).toBe('\ufffd');
  });
});

describe('a file', () => {
  const bytes = fileOf('gpt2');
  const llama = fileOf('llama2');
  const unigram = fileOf('t5');
  const model = (file: TokenizerJson, change: object) => ({
    ...file,
    model: { ...file.model, ...change },
  });
  const split = (pattern: unknown) => ({
    ...bytes,
    pre_tokenizer: { type: 'Split', pattern, behavior: 'Isolated', invert: false },
  });
  const added = (token: object) => ({
    ...bytes,
    added_tokens: [...bytes.added_tokens!, { id: 5000, content: '<x>', ...token }],
  });
  const templated = { type: 'TemplateProcessing', single: [{ Sequence: { id: 'A' } }] };

  const refused: [string, () => unknown, RegExp][] = [
    [
      'a normalizer that is not known',
      () => ({ ...bytes, normalizer: { type: 'Precompiled' } }),
      /tokenizer\.json: normalizer\.type is "Precompiled": cannot be read here, expected one of NFC/,
    ],
    [
      'a step of a sequence that is not known',
      () => ({ ...bytes, normalizer: { type: 'Sequence', normalizers: [{ type: 'Odd' }] } }),
      /normalizer\.normalizers\.0\.type is "Odd"/,
    ],
    [
      'a normalizer that lacks a field',
      () => ({ ...bytes, normalizer: { type: 'Prepend' } }),
      /normalizer\.prepend is missing/,
    ],
    [
      'a pre-tokenizer that lacks a field',
      () => ({ ...bytes, pre_tokenizer: { type: 'ByteLevel' } }),
      /pre_tokenizer\.add_prefix_space is missing/,
    ],
    ['a pattern of a wrong kind', () => split(7), /pre_tokenizer\.pattern is 7/],
    [
      'a pattern that does not compile',
      () => split({ Regex: '(' }),
      /^tokenizer\.json: pre_tokenizer: /,
    ],
    [
      'a pattern beyond JavaScript',
      () => split({ Regex: '\\p{L}++x' }),
      /"\\\\p{L}\+\+x" has an atomic group or a possessive quantifier/,
    ],
    [
      'a post-processor that is not known',
      () => ({ ...bytes, post_processor: { type: 'Odd' } }),
      /post_processor\.type is "Odd"/,
    ],
    [
      'a template without its tokens',
      () => ({ ...bytes, post_processor: templated }),
      /post_processor\.special_tokens is missing/,
    ],
    [
      'a template with a token that it does not list',
      () => ({
        ...bytes,
        post_processor: {
          ...templated,
          single: [{ SpecialToken: { id: '<s>' } }, { Sequence: { id: 'A' } }],
          special_tokens: {},
        },
      }),
      /post_processor: special_tokens has no "<s>"/,
    ],
    [
      'a decoder that is not known',
      () => ({ ...bytes, decoder: { type: 'WordPiece' } }),
      /decoder\.type is "WordPiece": cannot be read here/,
    ],
    [
      'a decoder that lacks a field',
      () => ({ ...bytes, decoder: { type: 'Strip', content: ' ', start: 1 } }),
      /decoder\.stop is missing/,
    ],
    ['merges drawn at random', () => model(bytes, { dropout: 0.1 }), /model\.dropout is 0\.1/],
    [
      'a suffix for words',
      () => model(bytes, { end_of_word_suffix: '</w>' }),
      /model\.end_of_word_suffix is "<\/w>"/,
    ],
    [
      'a model that is not known',
      () => model(bytes, { type: 'WordPiece' }),
      /model\.type is "WordPiece", expected one of BPE, Unigram/,
    ],
    [
      'an unknown token that is not there',
      () => model(llama, { unk_token: '<none>' }),
      /model: unk_token is "<none>"/,
    ],
    [
      'some tokens for bytes, but not all',
      () => {
        const { '<0x41>': _gone, ...vocab } = llama.model.vocab as Record<string, number>;
        return model(llama, { vocab });
      },
      /has no token <0x41>/,
    ],
    [
      'unigrams without an unknown token',
      () => model(unigram, { unk_id: null }),
      /model: unk_id is missing/,
    ],
    [
      'unigrams that are no list',
      () => model(unigram, { vocab: { a: 1 } }),
      /model\.vocab is an object/,
    ],
    [
      'sequences without end',
      () => {
        let normalizer: object = { type: 'NFC' };
        for (let i = 0; i < 20_000; i++)
          normalizer = { type: 'Sequence', normalizers: [normalizer] };
        return { ...bytes, normalizer };
      },
      /nested too deeply/,
    ],
    ['two tokens with one id', () => added({ id: 0 }), /have the same id 0/],
    [
      'one token with two ids',
      () => added({ content: 'a' }),
      /the token "a" has the ids \d+ and 5000/,
    ],
  ];

  test.each(refused)('with %s is refused in one line', async (_what, make, message) => {
    const said = await refusal(() => Tokenizer.parse(make()));
    expect(said).toMatch(message);
    expect(said).toMatch(/^tokenizer\.json/);
    expect(said).not.toContain('\n');
  });
});
