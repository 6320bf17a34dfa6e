/** @file Dictionaries that edits refer to by name: their weights, and their encoder and decoder as graphs. */
import { badUsage, type HostTensor, input, type Runtime, type Tensor } from '../../tensor/index.ts';
import type { LatentReference, Vector } from './schema.ts';

/**
 * The weights of a dictionary (a sparse autoencoder) of `latents` over activations of width `d`. They are
 * taken to be constant.
 */
export interface DictionaryWeights {
  /** [d, latents], row by row. */
  readonly W_enc: Float32Array;
  /** [latents]. */
  readonly b_enc: Float32Array;
  /** [latents, d], row by row. */
  readonly W_dec: Float32Array;
  /** [d]. */
  readonly b_dec: Float32Array;
  /** `jumprelu`: a latent is silent up to its threshold. `topk`: all but the k largest are silent. */
  readonly activation: 'relu' | { readonly jumprelu: Float32Array } | { readonly topk: number };
  /** Whether `b_dec` is subtracted before encoding. Default false. */
  readonly applyDecoderBiasToInput?: boolean;
}

/** Dictionaries by the names that edits give them. */
export type Dictionaries = Readonly<Record<string, DictionaryWeights>>;

const identities = new WeakMap<DictionaryWeights, number>();
let known = 0;

/** A number for each dictionary: programs that store its weights are told apart by it. */
export function identityOf(dictionary: DictionaryWeights): number {
  const identity = identities.get(dictionary) ?? ++known;
  identities.set(dictionary, identity);
  return identity;
}

/** @throws TouchstoneError where there is none of that name, or its arrays do not fit each other */
export function dictionaryOf(name: string, dictionaries: Dictionaries): DictionaryWeights {
  const dictionary = Object.hasOwn(dictionaries, name) ? dictionaries[name] : undefined;
  if (!dictionary) {
    const names = Object.keys(dictionaries).map((known) => `'${known}'`);
    return badUsage(
      `an edit names dictionary '${name}'`,
      names.length > 0 ? `there are ${names.join(', ')}` : "hand it in as an option 'dictionaries'",
    );
  }
  checkSizes(name, dictionary);
  return dictionary;
}

function checkSizes(name: string, { W_enc, b_enc, W_dec, b_dec, activation }: DictionaryWeights) {
  const [latents, d] = [b_enc.length, b_dec.length];
  const lengths: [string, number, number][] = [
    ['W_enc', W_enc.length, latents * d],
    ['W_dec', W_dec.length, latents * d],
  ];
  if (typeof activation === 'object' && 'jumprelu' in activation) {
    lengths.push(['jumprelu', activation.jumprelu.length, latents]);
  }
  for (const [what, length, expected] of lengths) {
    if (length === expected) continue;
    badUsage(
      `dictionary '${name}': ${length} numbers in ${what}`,
      `${latents} latents of width ${d} take ${expected}`,
    );
  }
  const k = topkOf({ activation });
  if (k !== undefined && !(Number.isInteger(k) && k >= 1 && k <= latents)) {
    badUsage(`dictionary '${name}': topk ${k}`, `it is a whole number from 1 to ${latents}`);
  }
}

/** How many latents are active at most; undefined where that is not fixed. */
export function topkOf({ activation }: Pick<DictionaryWeights, 'activation'>): number | undefined {
  return typeof activation === 'object' && 'topk' in activation ? activation.topk : undefined;
}

/** A latent by reference, checked. */
export function latentOf(
  { dictionary: name, latent }: LatentReference,
  dictionaries: Dictionaries,
): DictionaryWeights {
  const dictionary = dictionaryOf(name, dictionaries);
  const count = dictionary.b_enc.length;
  if (latent >= count) {
    badUsage(`latent ${latent} of dictionary '${name}'`, `it has latents 0 to ${count - 1}`);
  }
  return dictionary;
}

/** Row `latent` of the decoder. */
export function decoderRow({ W_dec, b_dec }: DictionaryWeights, latent: number): Float32Array {
  return W_dec.slice(latent * b_dec.length, (latent + 1) * b_dec.length);
}

/** Column `latent` of the encoder. */
export function encoderColumn({ W_enc, b_enc, b_dec }: DictionaryWeights, latent: number) {
  return Float32Array.from(b_dec, (_, i) => W_enc[i * b_enc.length + latent]!);
}

/** The numbers of a vector given by numbers or as a latent's decoder row. */
export function numbersOf(vector: Vector, dictionaries: Dictionaries): Float32Array {
  if (Array.isArray(vector)) return Float32Array.from(vector);
  const row = decoderRow(latentOf(vector, dictionaries), vector.latent);
  if (!vector.unit) return row;
  const length = Math.hypot(...row);
  return length > 0 ? row.map((value) => value / length) : row;
}

/** A dictionary's weights as inputs of a graph. */
export class DictionaryGraph {
  readonly #weights: DictionaryWeights;
  readonly #name: string;

  constructor(weights: DictionaryWeights) {
    this.#weights = weights;
    this.#name = `dictionary.${identityOf(weights)}`;
  }

  /** What of it is in a graph's structure. */
  get key(): string {
    return `${this.#name}:${topkOf(this.#weights) ?? ''}`;
  }

  /** Activations [..., latents] of all latents at x [..., d]. */
  encode(x: Tensor): Tensor {
    const { applyDecoderBiasToInput, activation } = this.#weights;
    const centred = applyDecoderBiasToInput ? x.sub(this.#input('b_dec')) : x;
    const pre = centred.matmul(this.#input('W_enc')).add(this.#input('b_enc'));
    if (activation === 'relu') return pre.relu();
    const least =
      'topk' in activation
        ? pre.topK(activation.topk).values.slice(-1, activation.topk - 1, activation.topk)
        : undefined;
    const active = least ? pre.greaterEqual(least) : pre.greater(this.#input('jumprelu'));
    return active.where(pre.relu(), 0);
  }

  /** [..., d] of activations [..., latents]. */
  decode(activations: Tensor): Tensor {
    return activations.matmul(this.#input('W_dec')).add(this.#input('b_dec'));
  }

  #arrays(): Record<string, readonly [Float32Array, readonly number[]]> {
    const { W_enc, b_enc, W_dec, b_dec, activation } = this.#weights;
    const [latents, d] = [b_enc.length, b_dec.length];
    return {
      W_enc: [W_enc, [d, latents]],
      b_enc: [b_enc, [latents]],
      W_dec: [W_dec, [latents, d]],
      b_dec: [b_dec, [d]],
      ...(typeof activation === 'object' &&
        'jumprelu' in activation && { jumprelu: [activation.jumprelu, [latents]] }),
    };
  }

  #input(what: string): Tensor {
    return input(`${this.#name}.${what}`, 'float32', this.#arrays()[what]![1]);
  }

  feeds(runtime: Runtime): Record<string, HostTensor> {
    return Object.fromEntries(
      Object.entries(this.#arrays()).map(([what, [data, dims]]) => [
        `${this.#name}.${what}`,
        runtime.tensor('float32', data, dims),
      ]),
    );
  }
}
