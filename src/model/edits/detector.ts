/** @file How strongly a latent is active: by its dictionary's encoder, or by a plain product with a direction. */
import { badUsage, type Runtime, type Tensor } from '../../tensor/index.ts';
import {
  aboveThreshold,
  competes,
  isSigned,
  type OneLatent,
  oneLatent,
  RAW,
} from './activation.ts';
import {
  DictionaryGraph,
  type DictionaryWeights,
  decoderRow,
  encoderColumn,
  latentOf,
  lengthOf,
} from './dictionary.ts';
import { type InputScaling, scaledInput } from './scaling.ts';
import type { LatentReference } from './schema.ts';
import type { Feeds, Site } from './site.ts';

export type DetectorKind = 'rawDot' | 'trueEncoder';

/** A latent's encoder by its own numbers. */
export interface Encoder {
  readonly encoder: readonly number[];
  readonly bias?: number | undefined;
  readonly threshold?: number | undefined;
}

/** An encoder's numbers, and what makes a latent of its product. */
interface Reading {
  readonly vector: Float32Array;
  readonly bias: number;
  readonly one: OneLatent;
}

/** The activation of one latent. Its numbers are inputs of the graph. */
export class Detector {
  readonly #site: Site;
  readonly #prefix: string;
  readonly #reading: Reading;
  readonly #scaling: InputScaling | undefined;
  /** Whether it is active below 0, too. */
  readonly signed: boolean;
  /** Where latents compete, all of them are encoded. */
  readonly #competing: { graph: DictionaryGraph; latent: number } | undefined;
  /** Length of the decoder row, where the latent counts for one of length 1. */
  readonly #norm: number | undefined;

  /**
   * @param prefix of its inputs
   * @param bias added to the product
   */
  constructor(
    site: Site,
    prefix: string,
    kind: DetectorKind,
    source: LatentReference | Encoder,
    bias = 0,
  ) {
    this.#site = site;
    this.#prefix = prefix;
    const reading = readingOf(site, kind, source);
    this.#reading = { ...reading.own, bias: reading.own.bias + bias };
    const { dictionary } = reading;
    const unit = 'dictionary' in source && source.unit;
    if (dictionary && unit) this.#norm = lengthOf(decoderRow(dictionary, reading.latent));
    this.#scaling = dictionary?.inputScaling;
    this.signed =
      dictionary !== undefined && kind === 'trueEncoder' && isSigned(dictionary.activation);
    if (!dictionary || kind === 'rawDot' || !competes(dictionary.activation)) return;
    if (bias !== 0) {
      badUsage(
        `a bias of ${bias} for a latent of dictionary '${reading.name}'`,
        'its latents compete: a bias would have to enter the competition',
      );
    }
    this.#competing = { graph: new DictionaryGraph(dictionary), latent: reading.latent };
  }

  get key(): string {
    const scaled = this.#scaling ? `:${this.#scaling}` : '';
    const unit = this.#norm === undefined ? '' : ':unit';
    const own = this.#competing ? this.#competing.graph.key : `${this.#reading.one.key}${scaled}`;
    return `${own}${unit}`;
  }

  /** Numbers of the vectors that it looks at. */
  get length(): number {
    return this.#reading.vector.length;
  }

  /** Activation [..., 1] of vectors [..., length]. */
  activation(x: Tensor): Tensor {
    const value = this.#value(x);
    if (this.#norm === undefined) return value;
    return value.mul(this.#site.input(`${this.#prefix}.norm`, []));
  }

  #value(x: Tensor): Tensor {
    if (this.#competing) {
      const all = this.#competing.graph.encode(x);
      const index = this.#site.input(`${this.#prefix}.latent`, [1], 'int64');
      return all.gatherLast(index.broadcastTo(...all.shape.slice(0, -1), 1));
    }
    const { scaled } = scaledInput(x, this.#scaling);
    const encoder = this.#site.input(`${this.#prefix}.encoder`, [this.length]);
    const number = (name: string) => this.#site.input(`${this.#prefix}.${name}`, []);
    // Not a matrix product: its sums would depend on how many rows there are.
    const pre = scaled.mul(encoder).sum(-1, true).add(number('bias'));
    return this.#reading.one.apply(pre, number);
  }

  /** A change of what its latent writes, in the scale of the vectors that it looks at. */
  restoredChange(x: Tensor, change: Tensor): Tensor {
    return scaledInput(x, this.#scaling).restoredChange(change);
  }

  feeds(runtime: Runtime): Feeds {
    const { vector, bias, one } = this.#reading;
    const name = `${this.#site.name}.${this.#prefix}`;
    const norm = this.#norm === undefined ? {} : { norm: this.#norm };
    if (this.#competing) {
      const latent = BigInt64Array.of(BigInt(this.#competing.latent));
      const index = { [`${name}.latent`]: runtime.tensor('int64', latent, [1]) };
      return { ...index, ...numberFeeds(runtime, name, norm) };
    }
    return {
      [`${name}.encoder`]: runtime.tensor('float32', vector, [vector.length]),
      ...numberFeeds(runtime, name, { bias, ...one.numbers, ...norm }),
    };
  }

  constants(runtime: Runtime): Feeds {
    return this.#competing?.graph.feeds(runtime) ?? {};
  }
}

function numberFeeds(
  runtime: Runtime,
  name: string,
  numbers: Readonly<Record<string, number>>,
): Feeds {
  return Object.fromEntries(
    Object.entries(numbers).map(([what, value]) => [
      `${name}.${what}`,
      runtime.tensor('float32', Float32Array.of(value), []),
    ]),
  );
}

function readingOf(site: Site, kind: DetectorKind, source: LatentReference | Encoder) {
  if (!('dictionary' in source)) {
    return { own: plainReading(source, kind), dictionary: undefined, name: '', latent: 0 };
  }
  const dictionary = latentOf(source, site.around.dictionaries);
  const { dictionary: name, latent } = source;
  return { own: namedReading(latent, dictionary, kind), dictionary, name, latent };
}

function plainReading({ encoder, bias = 0, threshold = 0 }: Encoder, kind: DetectorKind): Reading {
  const one = kind === 'rawDot' ? RAW : aboveThreshold(threshold);
  return { vector: Float32Array.from(encoder), bias, one };
}

/** A dictionary's encoder for one latent; the subtraction of b_dec is folded into the bias. */
function namedReading(latent: number, dictionary: DictionaryWeights, kind: DetectorKind): Reading {
  const vector = encoderColumn(dictionary, latent);
  if (kind === 'rawDot') return { vector, bias: 0, one: RAW };
  const { activation, b_enc, b_dec, applyDecoderBiasToInput } = dictionary;
  const shift = applyDecoderBiasToInput
    ? vector.reduce((sum, value, i) => sum + value * b_dec[i]!, 0)
    : 0;
  const one = competes(activation) ? RAW : oneLatent(activation, latent);
  return { vector, bias: b_enc[latent]! - shift, one };
}

/** What a condition's direction is detected by. */
export function encoderOf(
  direction: readonly number[] | LatentReference,
): LatentReference | Encoder {
  return 'dictionary' in direction ? direction : { encoder: direction };
}
