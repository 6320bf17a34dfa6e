/** @file Tokenizers from GGUF files against Hugging Face's and SentencePiece; see test/fixtures/gguf/make_tokenizers.py. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GgufFile, openGgufFile } from '../../src/model/gguf/file.ts';
import { Metadata } from '../../src/model/gguf/metadata.ts';
import { SPLITTINGS } from '../../src/model/gguf/preTokenizers.ts';
import type { MetadataValue } from '../../src/model/gguf/reader.ts';
import { ggufTokenizer } from '../../src/model/gguf/tokenizer.ts';
import { bytesSource, renderChat, Tokenizer } from '../../src/model/index.ts';
import { refusal } from './support.ts';

const FOLDER = new URL('../fixtures/gguf/', import.meta.url);
const expected = JSON.parse(readFileSync(new URL('tokenizers.json', FOLDER), 'utf8')) as {
  texts: string[];
  [name: string]: unknown;
};
const files = new Map<string, GgufFile>();

beforeAll(async () => {
  for (const name of ['byte-level', 'spm-llama', 'spm-gemma'])
    files.set(name, await openGgufFile(bytesSource(`${name}.gguf`, bytesOf(name))));
});

function bytesOf(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.gguf`, FOLDER)));
}

/** A file with some of its metadata changed, or taken out where undefined. */
function changed(name: string, fields: Record<string, MetadataValue | undefined> = {}): GgufFile {
  const file = files.get(name)!;
  const values = new Map<string, MetadataValue>();
  for (const key of file.metadata.keys()) values.set(key, file.metadata.raw(key)!);
  for (const [field, value] of Object.entries(fields)) {
    const key = `tokenizer.ggml.${field}`;
    if (value === undefined) values.delete(key);
    else values.set(key, value);
  }
  return { ...file, metadata: new Metadata(file.source.name, values) };
}

function tokenizerOf(...from: Parameters<typeof changed>): Tokenizer {
  return ggufTokenizer(changed(...from))!;
}

function expectIds(tokenizer: Tokenizer, name: string): void {
  const ids = expected[name] as number[][];
  for (const [i, text] of expected.texts.entries())
    expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids[i]);
}

describe('a byte-level vocabulary', () => {
  const names = Object.keys(expected).filter((name) => SPLITTINGS.has(name));

  test.each(names)('split as "%s" gives the ids of Hugging Face', (pre) => {
    expectIds(tokenizerOf('byte-level', { pre }), pre);
  });

  test.each(names)('split as "%s" decodes to the text', (pre) => {
    const tokenizer = tokenizerOf('byte-level', { pre });
    for (const text of expected.texts) {
      const normalized = SPLITTINGS.get(pre)!.composed ? text.normalize('NFC') : text;
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(normalized);
    }
  });

  test('begins texts with a token of their own where the file says so, or its splitting does', () => {
    const begins = (fields: Record<string, MetadataValue>) =>
      tokenizerOf('byte-level', fields).encode('a', { addSpecial: true }).length === 2;
    expect(begins({})).toBe(false);
    expect(begins({ add_bos_token: true })).toBe(true);
    expect(begins({ pre: 'llama-bpe' })).toBe(true);
    expect(begins({ pre: 'llama-bpe', add_bos_token: false })).toBe(false);
    expect(begins({ add_eos_token: true })).toBe(true);
  });

  test('has no tokens that only fill the embedding up', () => {
    const tokenizer = tokenizerOf('byte-level');
    expect(tokenizer.vocabSize).toBe(623);
    expect(tokenizer.tokenOf(623)).toBeUndefined();
  });

  test('without a name for its splitting is split as its family always was', () => {
    const unnamed = { ...changed('byte-level', { pre: undefined }), architecture: 'gpt2' };
    expectIds(ggufTokenizer(unnamed)!, 'gpt-2');
    expectIds(ggufTokenizer({ ...unnamed, architecture: 'gptneox' })!, 'olmo');
  });
});

describe.each(['spm-llama', 'spm-gemma'])('a SentencePiece vocabulary (%s)', (name) => {
  test('gives the ids of Hugging Face and SentencePiece', () => {
    expectIds(tokenizerOf(name), name);
  });

  test('decodes to the text', () => {
    const tokenizer = tokenizerOf(name);
    for (const text of expected.texts.filter((each) => !/▁|<0x|<(s|\/s|unk)>/.test(each)))
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  test('begins texts with a token of their own, unless the file says otherwise', () => {
    const ids = (fields: Record<string, MetadataValue>) =>
      tokenizerOf(name, fields).encode('a', { addSpecial: true });
    expect(ids({})[0]).toBe(1);
    expect(ids({ add_bos_token: false })).toEqual(ids({}).slice(1));
  });
});

test('scores that say nothing leave the merges in the order of ids', () => {
  const tokens = ['<unk>', 'a', 'b', 'c', 'bc', 'ab'];
  const own = { tokens, token_type: [2, 1, 1, 1, 1, 1], add_space_prefix: false };
  const none = [undefined, undefined] as const;
  const [bos_token_id, eos_token_id] = none;
  const fields = { ...own, bos_token_id, eos_token_id };
  for (const scores of [undefined, tokens.map(() => -1000)])
    expect(tokenizerOf('spm-llama', { ...fields, scores }).encode('abc')).toEqual([1, 4]);
  const scores = [0, -3, -3, -3, -2, -1];
  expect(tokenizerOf('spm-llama', { ...fields, scores }).encode('abc')).toEqual([5, 3]);
});

test("Phi-3's tokens of turns swallow the white space after them", () => {
  const phi3 = { ...changed('spm-llama'), architecture: 'phi3' };
  const tokenizer = ggufTokenizer(phi3)!;
  expect(tokenizer.encode('</s>\na')).toEqual(tokenizer.encode('</s>a'));
  expect(tokenizer.encode('<s>\na')).not.toEqual(tokenizer.encode('<s>a'));
});

test('chat templates are found, and know the special tokens', () => {
  expect(renderChat(tokenizerOf('spm-llama'), [{ role: 'user' }])).toBe('<s>');
  const byteLevel = tokenizerOf('byte-level');
  expect(renderChat(byteLevel, [{ role: 'user' }])).toBe('<|begin_of_text|>');
  expect(renderChat(byteLevel, [{ role: 'user' }], { template: 'tool_use' })).toBe('x');
});

test('what is written as tokenizer.json is read the same', () => {
  for (const name of files.keys()) {
    const own = tokenizerOf(name);
    const again = Tokenizer.parse(JSON.parse(JSON.stringify(own.json)), own.configJson);
    for (const text of expected.texts) expect(again.encode(text)).toEqual(own.encode(text));
  }
});

test('a file without a vocabulary has no tokenizer', () => {
  expect(ggufTokenizer(changed('byte-level', { model: undefined }))).toBeUndefined();
});

describe('is refused by the name of its key:', () => {
  test.each<[string, Record<string, MetadataValue | undefined>, RegExp]>([
    [
      'an unknown model',
      { model: 't5' },
      /tokenizer\.ggml\.model is "t5", expected "gpt2" or "llama"/,
    ],
    [
      'an unknown splitting',
      { pre: 'poro-chat' },
      /tokenizer\.ggml\.pre is "poro-chat", expected one of gpt-2/,
    ],
    ['a splitting without a name', { pre: undefined }, /tokenizer\.ggml\.pre is missing/],
    ['no tokens', { tokens: undefined }, /tokenizer\.ggml\.tokens is missing/],
    ['tokens that are no texts', { tokens: ['a', 7] }, /tokenizer\.ggml\.tokens\.1 is 7/],
    [
      'a token twice',
      { tokens: ['a', 'b', 'a'], token_type: [1, 1, 1] },
      /tokenizer\.ggml\.tokens: "a" is there twice/,
    ],
    ['types of other tokens', { token_type: [1] }, /tokenizer\.ggml\.token_type is an array of 1/],
    ['no merges', { merges: undefined }, /tokenizer\.ggml\.merges is missing/],
    ['a merge of unknown tokens', { merges: ['q zzz'] }, /merge "q zzz"/],
  ])('%s', async (_what, fields, message) => {
    const error = await refusal(() => tokenizerOf('byte-level', fields));
    expect(error.message).toMatch(/^byte-level\.gguf: /);
    expect(error.message).toMatch(message);
  });

  test('scores of other tokens', async () => {
    const error = await refusal(() => tokenizerOf('spm-llama', { scores: [1] }));
    expect(error.message).toMatch(/^spm-llama\.gguf: tokenizer\.ggml\.scores is an array of 1/);
  });
});
