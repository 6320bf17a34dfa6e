/** @file A dictionary of random directions over the shipped base model, and texts of its world. */

import { Dictionary } from '../../src/dictionary/index.ts';
import { type LanguageModel, openModel } from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { worldText } from '../../src/world/index.ts';

export const HOOK = 'blocks.3.hook_resid_post';
const WIDTH = 192;

export const baseModel = (): Promise<LanguageModel> => openModel('organisms/base');

/** The k largest of `size` random directions. */
export function randomDictionary(size = 24, k = 4): Dictionary {
  const normals = (name: string, length: number) =>
    randomStream(3, name).fillNormal(new Float32Array(length));
  return new Dictionary(
    { architecture: 'topk', d_in: WIDTH, d_sae: size, k, hook_name: HOOK },
    new Map([
      ['W_enc', { shape: [WIDTH, size], data: normals('encoder', WIDTH * size) }],
      ['b_enc', { shape: [size], data: normals('bias', size) }],
      ['W_dec', { shape: [size, WIDTH], data: normals('decoder', size * WIDTH) }],
      ['b_dec', { shape: [WIDTH], data: new Float32Array(WIDTH) }],
    ]),
  );
}

/** Texts of the generated world. */
export const worldTexts = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => worldText(5, i));
