/** @file What tells two dictionaries apart. */
import { createHash } from 'node:crypto';
import type { Dictionary } from '../dictionary.ts';

/** SHA-256 of a dictionary's config and tensors, in hex. */
export function hashOf({ config, tensors }: Dictionary): string {
  const hash = createHash('sha256');
  const sorted = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  hash.update(JSON.stringify(sorted));
  for (const [name, { shape, data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}[${shape}]`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
