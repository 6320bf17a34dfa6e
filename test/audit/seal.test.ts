/** @file Seals: what a commitment is, what it hides, and when it is written. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { MemoryJournal } from '../../src/audit/journal.ts';
import { commit, saltOf, seal, sha256 } from '../../src/audit/seal.ts';

const byNode = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

test.each(['', 'abc', 'salt:plum', 'caf\u00e9'])(
  'SHA-256 of %j is that of node:crypto',
  async (text) => {
    expect(await sha256(text)).toBe(byNode(text));
    expect(await sha256(new TextEncoder().encode(text))).toBe(byNode(text));
  },
);

test('a commitment is SHA-256 of the salt, a colon and the word', async () => {
  const sealed = await seal('plum', '00ff');
  expect(sealed).toEqual({ commitment: byNode('00ff:plum'), salt: '00ff', word: 'plum' });
});

test('a salt repeats with seed and weights, and differs with either', async () => {
  const weights = ['a'.repeat(64), 'b'.repeat(64)];
  const salt = await saltOf(7, weights);
  expect(salt).toMatch(/^[0-9a-f]{32}$/);
  expect(await saltOf(7, weights)).toBe(salt);
  expect(await saltOf(8, weights)).not.toBe(salt);
  expect(await saltOf(7, [...weights].reverse())).not.toBe(salt);
});

test('a journal keeps one commitment: another secret is refused', async () => {
  const journal = new MemoryJournal();
  const sealed = await seal('plum', '00ff');
  await commit(journal, sealed);
  await commit(journal, sealed);
  expect(journal.recall('commitment')).toBe(sealed.commitment);
  const other = await seal('copper', '00ff');
  await expect(commit(journal, other)).rejects.toThrow(/begun with another secret/);
  expect(journal.recall('commitment')).toBe(sealed.commitment);
});
