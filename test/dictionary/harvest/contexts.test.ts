/** @file Documents as contexts, and texts as documents. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import {
  cutContexts,
  type Document,
  encodeContexts,
  readContexts,
  readDocuments,
  type TextFormat,
} from '../../../src/dictionary/index.ts';

const root = mkdtempSync(join(tmpdir(), 'touchstone-texts-'));
afterAll(() => rmSync(root, { recursive: true }));

const listOfDocuments = fc.array(fc.array(fc.nat(30), { maxLength: 20 }), { maxLength: 8 });
const prefixes = fc.array(fc.integer({ min: 50, max: 60 }), { maxLength: 2 });

test('no token is lost, doubled or moved by cutting, and each keeps the number of its document', () => {
  fc.assert(
    fc.property(listOfDocuments, prefixes, fc.boolean(), (documents, prefix, packed) => {
      const contexts = cutContexts(documents, { context: 6, prefix, packed });
      const own = documents.map((): number[] => []);
      for (const { tokens, documents: owners } of contexts) {
        expect(tokens.length).toBeLessThanOrEqual(6);
        tokens.forEach((token, i) => {
          if (token < 50) own[owners[i]!]!.push(token);
        });
      }
      expect(own).toEqual(documents);
      if (packed) for (const { tokens } of contexts.slice(0, -1)) expect(tokens.length).toBe(6);
      else
        for (const { tokens } of contexts)
          expect([...tokens].slice(0, prefix.length)).toEqual(prefix);
    }),
  );
});

test('a document that begins with the prefix does not get it twice', () => {
  const [context] = cutContexts([[1, 5, 6]], { context: 8, prefix: [1], packed: false });
  expect([...context!.tokens]).toEqual([1, 5, 6]);
});

test('contexts come back from their file', async () => {
  const contexts = cutContexts([[1, 2, 3], [], [4, 5]], { context: 3, prefix: [9], packed: true });
  const path = join(root, 'contexts.safetensors');
  writeFileSync(path, Buffer.concat(encodeContexts(contexts)));
  expect(await readContexts(path)).toEqual(contexts);
});

async function documentsIn(
  name: string,
  content: string | Uint8Array,
  format: Partial<TextFormat> = {},
) {
  const path = join(root, name);
  writeFileSync(path, content);
  const found: Document[] = [];
  for await (const one of readDocuments(path, { whole: false, ...format })) found.push(one);
  return found;
}

test('text is a document a line, or a document a file', async () => {
  const text = 'one\r\n\n  \ntwo \u2028 three\nlast';
  expect(await documentsIn('a.txt', text)).toEqual(['one', 'two \u2028 three', 'last']);
  expect(await documentsIn('a.txt', text, { whole: true })).toEqual([text]);
});

test('lines longer than a piece of the file are whole, also where a character is cut', async () => {
  const long = '\u{1f511}'.repeat(600_000);
  expect(await documentsIn('long.txt', `x\n${long}\ny`)).toEqual(['x', long, 'y']);
});

test('JSON lines have their text, or token ids, in a member', async () => {
  const lines = '{"text":"a\\nb","ids":[1,2]}\n\n{"text":"c","ids":[]}\n';
  expect(await documentsIn('a.jsonl', lines)).toEqual(['a\nb', 'c']);
  expect(await documentsIn('a.json', lines, { field: 'ids' })).toEqual([[1, 2], []]);
});

test.each<[string, string | Uint8Array, RegExp]>([
  ['no.jsonl', '{"text":"a"}\n{"txt":"b"}', /no\.jsonl, line 2: 'text' is missing/],
  ['null.jsonl', 'null', /line 1: 'text' is missing/],
  ['not.jsonl', '{"text":', /not\.jsonl, line 1 is not JSON/],
  ['latin.txt', Uint8Array.of(0x61, 0xe4, 0x0a), /latin\.txt: it is not UTF-8/],
])('%s is refused in one line', async (name, content, message) => {
  await expect(documentsIn(name, content)).rejects.toThrow(message);
});
