/** @file Models' and dictionaries' arrays in memory that threads share. */
import type { ModelConfig } from '../config.ts';
import { arraysOf } from '../edits/activation.ts';
import type { DictionaryWeights } from '../edits.ts';
import type { LanguageModel } from '../languageModel.ts';

/** A model as threads are given it. */
export interface SharedModel {
  readonly config: ModelConfig;
  /** Arrays by graph name, in shared memory. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

export function shareModel({ config, weights }: LanguageModel): SharedModel {
  return { config, weights: shared(weights.fused) };
}

/** Whether a dictionary can be sent: a function cannot. */
export function isSendable({ activation }: DictionaryWeights): boolean {
  return typeof activation !== 'object' || !('all' in activation);
}

/** Numbers that a dictionary is made of. */
export function sizeOf(weights: DictionaryWeights): number {
  return [...arraysIn(weights).values()].reduce((sum, { length }) => sum + length, 0);
}

export function shareDictionary(weights: DictionaryWeights): DictionaryWeights {
  const copies = shared(arraysIn(weights));
  const array = (name: string) => copies.get(name)!;
  const { activation } = weights;
  const own = Object.fromEntries(
    Object.keys(arraysOf(activation)).map((name) => [name, array(name)]),
  );
  return {
    ...weights,
    W_enc: array('W_enc'),
    b_enc: array('b_enc'),
    W_dec: array('W_dec'),
    b_dec: array('b_dec'),
    activation: withArrays(activation, own),
  };
}

function arraysIn({ W_enc, b_enc, W_dec, b_dec, activation }: DictionaryWeights) {
  return new Map(Object.entries({ W_enc, b_enc, W_dec, b_dec, ...arraysOf(activation) }));
}

function withArrays(
  activation: DictionaryWeights['activation'],
  arrays: Readonly<Record<string, Float32Array>>,
): DictionaryWeights['activation'] {
  if (typeof activation !== 'object') return activation;
  if ('jumprelu' in activation) return { ...activation, ...arrays };
  if ('gated' in activation) return { gated: { ...activation.gated, ...arrays } };
  return activation;
}

/** The arrays, copied behind one another into shared memory. */
function shared(arrays: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  const bytes = [...arrays.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const memory = new SharedArrayBuffer(bytes);
  const copies = new Map<string, Float32Array>();
  let at = 0;
  for (const [name, array] of arrays) {
    const copy = new Float32Array(memory, at, array.length);
    copy.set(array);
    copies.set(name, copy);
    at += array.byteLength;
  }
  return copies;
}
