/**
 * @file Sealed secrets: a hash is written down before the first sample, and the secret can be checked
 * against it after.
 */
import { badInput } from '../tensor/index.ts';
import type { Journal } from './journal.ts';

export interface Seal {
  /** SHA-256 of `salt:word`, in hex. */
  readonly commitment: string;
  /** 128 bits, in hex. */
  readonly salt: string;
  readonly word: string;
}

/** SHA-256 of a text (as UTF-8) or of bytes, in hex. */
export async function sha256(data: string | Uint8Array): Promise<string> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The salt of an audit: a hash of its seed and of the suspect's weights.
 *
 * It is not random, so that an audit can be repeated, or stopped and resumed, to the byte. There are few
 * candidate words: whoever knows the salt can try them all. A salt from the seed alone would therefore
 * hide nothing, for seeds are public. This one hides the word from all who do not hold the suspect's
 * weights (the published hash of the weights does not do), such as people who are shown the commitment
 * before a blind game. From one who holds weights and seed it hides nothing; what it always does is bind:
 * no other word fits the commitment. Techniques never see the commitment.
 *
 * @param weights hashes of the weights' arrays, not published
 */
export async function saltOf(seed: number, weights: readonly string[]): Promise<string> {
  return (await sha256(['touchstone seal', seed, ...weights].join(':'))).slice(0, 32);
}

/** Seals a secret. */
export async function seal(word: string, salt: string): Promise<Seal> {
  return { commitment: await sha256(`${salt}:${word}`), salt, word };
}

/**
 * Puts the commitment on disk; to be called before the first sample.
 *
 * @throws TouchstoneError where the journal holds a commitment to another word
 */
export async function commit(journal: Journal, { commitment }: Seal): Promise<void> {
  const before = journal.recall('commitment');
  if (before === undefined) return journal.record('commitment', commitment);
  if (before === commitment) return;
  badInput(
    'the run was begun with another secret: its commitment does not fit this one',
    'start again in another folder',
  );
}
