/**
 * @file A planted model with a by-product that it never reads: whether exactly one of two features is present (their
 * exclusive or) shows in its activations, and nothing downstream depends on it. A dictionary that spends latents on it
 * reconstructs better on held-out rows too, and says less about the model.
 */
import { badUsage, randomStream } from '../../tensor/index.ts';
import type { Rows } from '../kind.ts';
import { randomDirections, readoutsOf } from './directions.ts';
import { addSums } from './plant.ts';

/** Sizes of a planted model. */
export interface XorOptions {
  readonly width: number;
  /** Number of features that are read downstream; of these the first 2 `pairs` are the pairs' members. */
  readonly features: number;
  /** Pairs of features 2p and 2p + 1 with a by-product each. */
  readonly pairs: number;
  /**
   * Probability of a feature that is in no pair. Default 0.1. Those of pairs have one half: then the by-product is
   * uncorrelated with each of the two, and no linear reading of features can stand in for it.
   */
  readonly share?: number;
  /** Size of a by-product. Default 0.5; features have sizes from 0.5 to 1.5. */
  readonly size?: number;
  /** Standard deviation of normal noise in each dimension. Default 0.05. */
  readonly noise?: number;
  readonly seed?: number;
}

/** What turns activations into outputs: the rest of the model. [n, width] to [n, outputs]. */
export type Downstream = (rows: Rows) => Rows | Promise<Rows>;

/** A planted model. */
export interface XorModel {
  readonly options: Required<XorOptions>;
  /** Directions of the features, [features, width], norm 1. */
  readonly read: Rows;
  /** Directions of the by-products, [pairs, width], norm 1. */
  readonly unread: Rows;
  /** What reads each feature without the others and without by-products, [features, width]. */
  readonly readouts: Rows;
  /** One output for each feature: ReLU(readout x - 0.25). */
  readonly downstream: Downstream;
}

/** What the model takes for absence of a feature. */
export const READ_ABOVE = 0.25;

/** @throws TouchstoneError where features and pairs do not fit into the width or each other */
export function plantXor(options: XorOptions): XorModel {
  const full = { share: 0.1, size: 0.5, noise: 0.05, seed: 0, ...options };
  const { width, features, pairs, seed } = full;
  if (features + pairs > width || 2 * pairs > features) {
    badUsage(
      `${features} features and ${pairs} by-products of pairs in ${width} dimensions`,
      'they are to be independent directions, and a pair has two features of its own',
    );
  }
  const stream = randomStream(seed, 'directions');
  const all = randomDirections(stream, features + pairs, width);
  const cut = features * width;
  const readouts = { data: readoutsOf(all).data.slice(0, cut), width };
  return {
    options: full,
    read: { data: all.data.slice(0, cut), width },
    unread: { data: all.data.slice(cut), width },
    readouts,
    downstream: (rows) => thresholded(rows, readouts),
  };
}

/** ReLU(x R^T - 0.25). */
function thresholded(rows: Rows, readouts: Rows): Rows {
  const { width } = rows;
  const outputs = readouts.data.length / width;
  const count = rows.data.length / width;
  const data = new Float32Array(count * outputs);
  for (let at = 0; at < data.length; at++) {
    const row = Math.floor(at / outputs) * width;
    const readout = (at % outputs) * width;
    let sum = -READ_ABOVE;
    for (let i = 0; i < width; i++) sum += rows.data[row + i]! * readouts.data[readout + i]!;
    data[at] = Math.max(0, sum);
  }
  return { data, width: outputs };
}

/** Rows of a planted model: features and by-products, with noise. The first rows of a longer draw are the same. */
export function xorRows(model: XorModel, count: number, seed: number): Rows {
  const { width, noise } = model.options;
  const stream = randomStream(seed, 'planted rows').at('xor', model.options.seed);
  const data = stream.at('noise').fillNormal(new Float32Array(count * width));
  for (let i = 0; i < data.length; i++) data[i] = data[i]! * noise;
  const features = drawnFeatures(model, count, (feature) => stream.at('feature', feature));
  addSums(data, features, model.read);
  addSums(data, byproducts(features, model.options), model.unread);
  return { data, width };
}

function drawnFeatures(
  { options }: XorModel,
  count: number,
  streamOf: (feature: number) => { uniform(index: number): number },
): Rows {
  const { features, pairs, share } = options;
  const data = new Float32Array(count * features);
  for (let feature = 0; feature < features; feature++) {
    const stream = streamOf(feature);
    const chance = feature < 2 * pairs ? 0.5 : share;
    for (let row = 0; row < count; row++) {
      if (stream.uniform(2 * row) >= chance) continue;
      data[row * features + feature] = 0.5 + stream.uniform(2 * row + 1);
    }
  }
  return { data, width: features };
}

function byproducts({ data, width }: Rows, { pairs, size }: Required<XorOptions>): Rows {
  const out = new Float32Array((data.length / width) * pairs);
  for (let at = 0; at < out.length; at++) {
    const first = Math.floor(at / pairs) * width + 2 * (at % pairs);
    const one = data[first]! > 0 !== data[first + 1]! > 0;
    out[at] = one ? size : 0;
  }
  return { data: out, width: pairs };
}
