/** @file Sealed secrets: a hash is written down before the first sample, and the secret can be checked against it after. */
import { randomStream } from '../tensor/index.ts';

export interface Seal {
  /** SHA-256 of `salt:word`, in hex. */
  readonly commitment: string;
  readonly salt: string;
  readonly word: string;
}

/** SHA-256 of a text in hex. */
export async function sha256(text: string | Uint8Array): Promise<string> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Seals a secret; the salt is drawn from the audit's seed, so that an audit can be repeated to the byte. */
export async function seal(word: string, seed: number): Promise<Seal> {
  const stream = randomStream(seed, 'seal').at(word);
  const salt = [0, 1, 2, 3].map((i) => stream.words(i)[0].toString(16).padStart(8, '0')).join('');
  return { commitment: await sha256(`${salt}:${word}`), salt, word };
}
