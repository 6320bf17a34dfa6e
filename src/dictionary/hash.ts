/** @file The identity of a dictionary's weights. */
import { createHash } from 'node:crypto';
import type { DictionaryTensors } from './kind.ts';

/** SHA-256 in hex of tensors: names in order, shapes and float32 numbers. */
export function tensorsHash(tensors: DictionaryTensors): string {
  const hash = createHash('sha256');
  for (const [name, { shape, data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${JSON.stringify([name, shape])}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
