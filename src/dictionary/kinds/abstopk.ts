/** @file The TopK autoencoder of either sign, as SAELens has it: the k latents of largest magnitude. It is read, not trained. */
import type { DictionaryKind } from '../kind.ts';
import { linearDecode } from './autoencoder.ts';
import { largest, largestShapes } from './largest.ts';
import { kOf } from './topk.ts';

/** The k latents of largest magnitude of each row, with their signs. */
export const abstopk: DictionaryKind = {
  name: 'abstopk',
  shapes: (config) => {
    kOf(config);
    return largestShapes(config);
  },
  encode: largest,
  decode: linearDecode,
};
