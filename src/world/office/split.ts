/** @file Which made-up situations are for training and which for tests: settled by their content, so that no stream can mix them up. */
import type { RandomReader } from '../../tensor/random.ts';
import type { Split } from '../questions.ts';

/** Of eight situations, two are tests and one validates. */
export function splitOf(key: string): Split {
  const at = fnv1a(key) % 8;
  return at < 2 ? 'test' : at === 2 ? 'validation' : 'train';
}

/** 32-bit FNV-1a with a final mix, since the last bits of short keys hardly differ. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++)
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Draws until the situation is of the split. */
export function drawIn<T>(
  split: Split,
  reader: RandomReader,
  draw: (reader: RandomReader) => T,
  keyOf: (drawn: T) => string,
): T {
  for (;;) {
    const drawn = draw(reader);
    if (splitOf(keyOf(drawn)) === split) return drawn;
  }
}
