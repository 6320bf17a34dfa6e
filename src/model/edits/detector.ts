/** @file How strongly a latent is active: by its dictionary's encoder, or by a plain product with a direction. */
import { badUsage, type Runtime, type Tensor } from '../../tensor/index.ts';
import {
  DictionaryGraph,
  type DictionaryWeights,
  encoderColumn,
  latentOf,
  topkOf,
} from './dictionary.ts';
import type { LatentReference } from './schema.ts';
import type { Feeds, Site } from './site.ts';

export type DetectorKind = 'rawDot' | 'trueEncoder';

/** A latent's encoder by its own numbers. */
export interface Encoder {
  readonly encoder: readonly number[];
  readonly bias?: number | undefined;
  readonly threshold?: number | undefined;
}

/** The activation of one latent. Its numbers are inputs of the graph. */
export class Detector {
  readonly #site: Site;
  readonly #prefix: string;
  readonly #kind: DetectorKind;
  readonly #encoder: { vector: Float32Array; bias: number; threshold: number };
  /** Where latents compete, all of them are encoded. */
  readonly #competing: { graph: DictionaryGraph; latent: number } | undefined;

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
    this.#kind = kind;
    const dictionary =
      'dictionary' in source ? latentOf(source, site.around.dictionaries) : undefined;
    const encoder =
      'dictionary' in source ? namedEncoder(source, dictionary!, kind) : plainEncoder(source);
    this.#encoder = { ...encoder, bias: encoder.bias + bias };
    if (dictionary && 'dictionary' in source && kind === 'trueEncoder' && topkOf(dictionary)) {
      if (bias !== 0) {
        badUsage(
          `a bias of ${bias} for a latent of dictionary '${source.dictionary}'`,
          'its latents compete: a bias would have to enter the competition',
        );
      }
      this.#competing = { graph: new DictionaryGraph(dictionary), latent: source.latent };
    }
  }

  get key(): string {
    return this.#competing ? this.#competing.graph.key : this.#kind;
  }

  /** Numbers of the vectors that it looks at. */
  get length(): number {
    return this.#encoder.vector.length;
  }

  /** Activation [..., 1] of vectors [..., length]. */
  activation(x: Tensor): Tensor {
    if (this.#competing) {
      const all = this.#competing.graph.encode(x);
      const index = this.#site.input(`${this.#prefix}.latent`, [1], 'int64');
      return all.gatherLast(index.broadcastTo(...all.shape.slice(0, -1), 1));
    }
    const { length } = this;
    const encoder = this.#site.input(`${this.#prefix}.encoder`, [length]);
    // Not a matrix product: its sums would depend on how many rows there are.
    const pre = x
      .mul(encoder)
      .sum(-1, true)
      .add(this.#site.input(`${this.#prefix}.bias`, []));
    if (this.#kind === 'rawDot') return pre;
    return pre.greater(this.#site.input(`${this.#prefix}.threshold`, [])).where(pre, 0);
  }

  feeds(runtime: Runtime): Feeds {
    const { vector, bias, threshold } = this.#encoder;
    const name = `${this.#site.name}.${this.#prefix}`;
    if (this.#competing) {
      const latent = BigInt64Array.of(BigInt(this.#competing.latent));
      return { [`${name}.latent`]: runtime.tensor('int64', latent, [1]) };
    }
    const number = (value: number) => runtime.tensor('float32', Float32Array.of(value), []);
    return {
      [`${name}.encoder`]: runtime.tensor('float32', vector, [vector.length]),
      [`${name}.bias`]: number(bias),
      ...(this.#kind === 'trueEncoder' && { [`${name}.threshold`]: number(threshold) }),
    };
  }

  constants(runtime: Runtime): Feeds {
    return this.#competing?.graph.feeds(runtime) ?? {};
  }
}

function plainEncoder({ encoder, bias = 0, threshold = 0 }: Encoder) {
  return { vector: Float32Array.from(encoder), bias, threshold: Math.max(0, threshold) };
}

/** A dictionary's encoder for one latent; the subtraction of b_dec is folded into the bias. */
function namedEncoder(
  { latent }: LatentReference,
  dictionary: DictionaryWeights,
  kind: DetectorKind,
) {
  const vector = encoderColumn(dictionary, latent);
  if (kind === 'rawDot') return { vector, bias: 0, threshold: 0 };
  const { activation, b_enc, b_dec, applyDecoderBiasToInput } = dictionary;
  const shift = applyDecoderBiasToInput
    ? vector.reduce((sum, value, i) => sum + value * b_dec[i]!, 0)
    : 0;
  const threshold =
    typeof activation === 'object' && 'jumprelu' in activation ? activation.jumprelu[latent]! : 0;
  // A latent below zero is silent whatever its threshold.
  return { vector, bias: b_enc[latent]! - shift, threshold: Math.max(0, threshold) };
}

/** What a condition's direction is detected by. */
export function encoderOf(
  direction: readonly number[] | LatentReference,
): LatentReference | Encoder {
  return 'dictionary' in direction ? direction : { encoder: direction };
}
