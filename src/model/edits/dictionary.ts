/** @file Dictionaries that edits refer to by name: their weights, and their encoder and decoder as graphs. */
import { badUsage, type HostTensor, input, type Runtime, type Tensor } from '../../tensor/index.ts';
import { type Activation, activated, arraysOf, placesOf } from './activation.ts';
import { type InputScaling, scaledInput } from './scaling.ts';
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
  readonly activation: Activation;
  /** Whether `b_dec` is subtracted before encoding. Default false. */
  readonly applyDecoderBiasToInput?: boolean;
  /** How x is scaled by its own size before encoding, and what is decoded back. Default: not at all. */
  readonly inputScaling?: InputScaling | undefined;
  /**
   * Whether it decodes another place than it encodes: W_enc may then be of another width, and edits take its latents
   * as detectors and as vectors only. Default false.
   */
  readonly transcodes?: boolean;
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

function checkSizes(name: string, weights: DictionaryWeights) {
  const { W_enc, b_enc, W_dec, b_dec, activation } = weights;
  const latents = b_enc.length;
  const lengths: [string, number, number][] = [
    ['W_enc', W_enc.length, latents * inputWidth(weights)],
    ['W_dec', W_dec.length, latents * b_dec.length],
    ...Object.entries(arraysOf(activation)).map(([what, { length }]): [string, number, number] => [
      what,
      length,
      latents,
    ]),
  ];
  for (const [what, length, expected] of lengths) {
    if (length === expected) continue;
    badUsage(
      `dictionary '${name}': ${length} numbers in ${what}`,
      `${latents} latents of width ${b_dec.length} take ${expected}`,
    );
  }
  const k = placesOf(activation);
  if (k !== undefined && !(Number.isInteger(k) && k >= 1 && k <= latents)) {
    badUsage(`dictionary '${name}': topk ${k}`, `it is a whole number from 1 to ${latents}`);
  }
}

/** Numbers of a vector that it encodes. */
function inputWidth({ W_enc, b_enc, b_dec, transcodes }: DictionaryWeights): number {
  return transcodes ? Math.floor(W_enc.length / b_enc.length) : b_dec.length;
}

/** A dictionary that writes where it reads. @throws TouchstoneError for a transcoder */
export function autoencoderOf(name: string, dictionaries: Dictionaries): DictionaryWeights {
  const dictionary = dictionaryOf(name, dictionaries);
  if (dictionary.transcodes) {
    badUsage(
      `dictionary '${name}' is a transcoder`,
      "its latents read one hook point and write another: use them in 'when' and as vectors",
    );
  }
  return dictionary;
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
export function encoderColumn(weights: DictionaryWeights, latent: number): Float32Array {
  const { W_enc, b_enc } = weights;
  const length = inputWidth(weights);
  return Float32Array.from({ length }, (_, i) => W_enc[i * b_enc.length + latent]!);
}

/** The numbers of a vector given by numbers or as a latent's decoder row. */
export function numbersOf(vector: Vector, dictionaries: Dictionaries): Float32Array {
  if (Array.isArray(vector)) return Float32Array.from(vector);
  const row = decoderRow(latentOf(vector, dictionaries), vector.latent);
  if (!vector.unit) return row;
  const length = lengthOf(row);
  return row.map((value) => value / length);
}

/** The length of a decoder row; 1 of a row of zeros, which has no direction. */
export function lengthOf(row: Float32Array): number {
  return Math.hypot(...row) || 1;
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
    return `${this.#name}:${placesOf(this.#weights.activation) ?? ''}`;
  }

  /** Activations [..., latents] of all latents at x [..., d]. */
  encode(x: Tensor): Tensor {
    return this.#encodeScaled(scaledInput(x, this.#weights.inputScaling).scaled);
  }

  /** What the latents of x [..., d] decode to, [..., d]. */
  reconstruct(x: Tensor): Tensor {
    const { scaled, restored } = scaledInput(x, this.#weights.inputScaling);
    const latents = this.#encodeScaled(scaled);
    return restored(latents.matmul(this.#input('W_dec')).add(this.#input('b_dec')));
  }

  #encodeScaled(x: Tensor): Tensor {
    const { applyDecoderBiasToInput, activation } = this.#weights;
    const centred = applyDecoderBiasToInput ? x.sub(this.#input('b_dec')) : x;
    const pre = centred.matmul(this.#input('W_enc')).add(this.#input('b_enc'));
    return activated(pre, activation, (name) => this.#input(name));
  }

  #arrays(): Record<string, readonly [Float32Array, readonly number[]]> {
    const { W_enc, b_enc, W_dec, b_dec, activation } = this.#weights;
    const [latents, d] = [b_enc.length, b_dec.length];
    const own = Object.entries(arraysOf(activation)).map(
      ([name, values]) => [name, [values, [latents]] as const] as const,
    );
    return {
      W_enc: [W_enc, [inputWidth(this.#weights), latents]],
      b_enc: [b_enc, [latents]],
      W_dec: [W_dec, [latents, d]],
      b_dec: [b_dec, [d]],
      ...Object.fromEntries(own),
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
