/** @file Ids, spans and decoded texts against Hugging Face tokenizers 0.23.3 (test/fixtures/tokenizers/make.py). */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Tokenizer } from '../../../src/model/tokenizer.ts';

const FOLDER = new URL('../../fixtures/tokenizers/', import.meta.url);
const STYLES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .filter((name) => name !== 'chat');

interface Samples {
  texts: string[];
  /** In hex. */
  bytes: string[];
}

interface Expected {
  texts: { ids: number[]; offsets: number[]; special?: [number[], number[]]; decoded: string }[];
  bytes: number[][];
  decodings: { ids: number[]; decoded: string; skipped?: string }[];
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as T;
}

const samples = read<Samples>('samples.json');

/** Python counts code points, JavaScript UTF-16 code units: places in the former of each in the latter. */
function codePointsBefore(text: string): number[] {
  const places: number[] = [];
  let count = 0;
  for (const character of text) {
    for (let i = 0; i < character.length; i++) places.push(count);
    count++;
  }
  return [...places, count];
}

test('there are fixtures of all styles', () => expect(STYLES.length).toBeGreaterThanOrEqual(15));

describe.each(STYLES)('a tokenizer in the style of %s', (style) => {
  let tokenizer: Tokenizer;
  let expected: Expected;

  beforeAll(() => {
    tokenizer = Tokenizer.parse(read(`${style}/tokenizer.json`));
    expected = read(`${style}/expected.json`);
  });

  test('encodes as Python does: six scripts, emoji, marks, controls, spaces, long runs, half surrogates', () => {
    for (const [i, text] of samples.texts.entries())
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(expected.texts[i]!.ids);
  });

  test('gives each token the span that Python gives it', () => {
    for (const [i, text] of samples.texts.entries()) {
      const { ids, offsets } = tokenizer.encodeWithOffsets(text);
      const places = codePointsBefore(text);
      expect(ids, JSON.stringify(text)).toEqual(expected.texts[i]!.ids);
      const inCodePoints = offsets.flat().map((unit) => places[unit]);
      expect(inCodePoints, JSON.stringify(text)).toEqual(expected.texts[i]!.offsets);
    }
  });

  test('puts the special tokens around a text that Python puts there', () => {
    for (const [i, text] of samples.texts.entries()) {
      const special = expected.texts[i]!.special;
      if (special === undefined) continue;
      const { ids, offsets } = tokenizer.encodeWithOffsets(text, { addSpecial: true });
      expect(ids).toEqual(special[0]);
      const places = codePointsBefore(text);
      expect(offsets.flat().map((unit) => places[unit])).toEqual(special[1]);
      expect(tokenizer.encode(text, { addSpecial: true })).toEqual(special[0]);
    }
  });

  test('decodes as Python does', () => {
    for (const { ids, decoded } of expected.texts) expect(tokenizer.decode(ids)).toBe(decoded);
  });

  test('malformed UTF-8 on the way in is read as Python reads it', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    for (const [i, hex] of samples.bytes.entries()) {
      const text = decoder.decode(Buffer.from(hex, 'hex'));
      expect(tokenizer.encode(text), hex).toEqual(expected.bytes[i]);
    }
  });

  test('malformed UTF-8 on the way out is written as Python writes it', () => {
    for (const { ids, decoded, skipped } of expected.decodings) {
      expect(tokenizer.decode(ids), `${ids}`).toBe(decoded);
      expect(tokenizer.decode(ids, { skipSpecial: true }), `${ids}`).toBe(skipped ?? decoded);
    }
  });

  test('a stream of the same tokens gives the same text', () => {
    for (const { ids } of [...expected.texts, ...expected.decodings]) {
      const stream = tokenizer.stream();
      const parts = ids.map((id) => stream.push(id));
      expect([...parts, stream.end()].join('')).toBe(tokenizer.decode(ids));
    }
  });
});
