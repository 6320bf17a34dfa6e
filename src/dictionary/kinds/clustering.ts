/** @file What clusterings share: settings, the nearest centre as a graph, tensors from centres. */
import { badInput, type Tensor } from '../../tensor/index.ts';
import { halfSquares } from '../fitting/assignment.ts';
import type { FittingWork } from '../fitting/fitting.ts';
import { type Clustering, cluster } from '../fitting/lloyd.ts';
import { checkEnough } from '../fitting/rows.ts';
import type { DictionaryConfig, DictionaryTensors, Rows, WeightOf } from '../kind.ts';
import { autoencoderShapes, preActivations, transposed } from './autoencoder.ts';
import { numberSetting, wholeSetting } from './settings.ts';

/** Settings of all clusterings; see {@link Clustering}. */
export const CLUSTERING_DEFAULTS = {
  apply_b_dec_to_input: true,
  iterations: 100,
  tolerance: 1e-4,
  restarts: 1,
  candidates: 1,
  minibatch: 0,
};

/** Shapes of what decodes that which it encodes. */
export function sameWidthShapes(config: DictionaryConfig) {
  const { architecture, d_in, d_out = d_in } = config;
  if (d_out !== d_in) {
    badInput(
      `a ${architecture} dictionary has d_out ${d_out}`,
      `it decodes what it encodes, of width ${d_in}`,
    );
  }
  return autoencoderShapes(config);
}

/** 1 for the latent of the nearest centre, 0 for all others. */
export function membership(x: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor {
  return preActivations(x, weight, config).argmax().oneHot(config.d_sae, x.dtype);
}

/** Bits of a cluster's number. */
export function bitsOfMembership(_: unknown, { d_sae }: DictionaryConfig): number {
  return Math.log2(d_sae);
}

/** Clusters of rows by the settings of a config. */
export function clustersOf(work: FittingWork, rows: Rows, unit = false) {
  const { config, stream, runtime, progress } = work;
  checkEnough(rows, config);
  const most = Number.MAX_SAFE_INTEGER;
  const settings: Clustering = {
    rows,
    unit,
    count: config.d_sae,
    iterations: wholeSetting(config, 'iterations', 1, most),
    tolerance: numberSetting(config, 'tolerance', 0),
    restarts: wholeSetting(config, 'restarts', 1, most),
    candidates: wholeSetting(config, 'candidates', 1, most),
    minibatch: wholeSetting(config, 'minibatch', 0, most),
    stream,
    runtime,
    progress,
  };
  return cluster(settings);
}

/** Tensors that choose the centre nearest to x - b_dec; centres are less b_dec. */
export function nearestCentre(centres: Float64Array, centre: Float64Array): DictionaryTensors {
  const width = centre.length;
  const decoder = Float32Array.from(centres);
  return linearTensors(decoder, centre, {
    encoder: transposed(decoder, decoder.length / width, width),
    bias: halfSquares(decoder, width),
  });
}

/** Tensors from a decoder [d_sae, width] of rows and its centre; by default the encoder is its transpose, the bias 0. */
export function linearTensors(
  decoder: Float32Array,
  centre: Float64Array,
  { encoder, bias }: { encoder?: Float32Array; bias?: Float32Array } = {},
): DictionaryTensors {
  const width = centre.length;
  const count = decoder.length / width;
  return new Map([
    ['W_enc', { shape: [width, count], data: encoder ?? transposed(decoder, count, width) }],
    ['b_enc', { shape: [count], data: bias ?? new Float32Array(count) }],
    ['W_dec', { shape: [count, width], data: decoder }],
    ['b_dec', { shape: [width], data: Float32Array.from(centre) }],
  ]);
}
