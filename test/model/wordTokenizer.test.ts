/** @file The tokenizer of whole words, held against Python's tokenizers on the office's `tokenizer.json`. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Tokenizer, wordTokenizer } from '../../src/model/index.ts';
import { OFFICE_SPECIAL_TOKENS, OFFICE_WORDS, UNKNOWN } from '../../src/world/index.ts';

const json = wordTokenizer({
  words: OFFICE_WORDS,
  specialTokens: OFFICE_SPECIAL_TOKENS,
  unknown: UNKNOWN,
});
const tokenizer = Tokenizer.parse(json);

// test/fixtures/wordTokenizer/make.py, on the tokenizer.json of organisms/novice.
const python = JSON.parse(readFileSync('test/fixtures/wordTokenizer/python.json', 'utf8')) as {
  cases: { text: string; ids: number[]; decoded: string }[];
};

test.each(python.cases)(
  '"$text" has the tokens and the text of Python',
  ({ text, ids, decoded }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
  },
);

test('every word is one token, special tokens first', () => {
  expect(tokenizer.vocabSize).toBe(OFFICE_SPECIAL_TOKENS.length + OFFICE_WORDS.length);
  OFFICE_WORDS.forEach((word, i) => {
    expect(tokenizer.encode(word)).toEqual([OFFICE_SPECIAL_TOKENS.length + i]);
  });
});

test.each([
  [['two words'], /"two words"/],
  [['a', 'a'], /"a"/],
  [['<|bos|>'], /"<\|bos\|>"/],
])('words such as %j are refused', (words, message) => {
  const options = { words, specialTokens: ['<|bos|>', UNKNOWN], unknown: UNKNOWN };
  expect(() => wordTokenizer(options)).toThrow(message);
});

test('an unknown token that is no special token is refused', () => {
  expect(() => wordTokenizer({ words: ['a'], specialTokens: ['<|bos|>'], unknown: 'x' })).toThrow(
    "'x' is none of the special tokens",
  );
});
