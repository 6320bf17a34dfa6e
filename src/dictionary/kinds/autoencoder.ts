/** @file What all autoencoders share: an encoder matrix, a linear decoder, and how they start. */
import type { NamedTensor } from '../../model/index.ts';
import type { RandomStream, Tensor } from '../../tensor/index.ts';
import type { DictionaryConfig, DictionaryTensors, WeightOf } from '../kind.ts';
import { checkSizes } from './settings.ts';

/** Shapes of an encoder, a decoder and their biases. */
export function autoencoderShapes(config: DictionaryConfig) {
  checkSizes(config);
  const { d_in, d_sae, d_out = d_in } = config;
  return { W_enc: [d_in, d_sae], b_enc: [d_sae], W_dec: [d_sae, d_out], b_dec: [d_out] };
}

/**
 * (x - b_dec) W_enc + bias; b_dec only where the config says so. The gradient of b_dec goes through a product of
 * its own, of one row: through x - b_dec it would take a product of all rows, just to be summed over them.
 */
export function projected(
  x: Tensor,
  weight: WeightOf,
  config: DictionaryConfig,
  bias?: Tensor,
): Tensor {
  const encoder = weight('W_enc');
  if (!config.apply_b_dec_to_input) return added(x.matmul(encoder), bias);
  const centre = weight('b_dec');
  const still = centre.stopGradient();
  // Zero, with the gradient of -b_dec W_enc.
  const row = still.sub(centre).reshape(1, config.d_in).matmul(encoder.stopGradient());
  const moved = row.reshape(config.d_sae);
  return x.sub(still).matmul(encoder).add(added(moved, bias));
}

function added(x: Tensor, bias: Tensor | undefined): Tensor {
  return bias ? x.add(bias) : x;
}

/** Pre-activations (x - b_dec) W_enc + b_enc; b_dec only where the config says so. */
export function preActivations(x: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor {
  return projected(x, weight, config, weight('b_enc'));
}

/** f W_dec + b_dec. */
export function linearDecode(latents: Tensor, weight: WeightOf): Tensor {
  return latents.matmul(weight('W_dec')).add(weight('b_dec'));
}

/** Mean over rows of the squared distance, summed over the width. */
export function squaredError(target: Tensor, reconstruction: Tensor): Tensor {
  return target.sub(reconstruction).square().sum(-1).mean();
}

/**
 * A decoder of random unit rows, an encoder that is its transpose, biases 0 (the start of
 * dictionary_learning's trainers). An encoder of another width than the decoder has columns of its own.
 */
export function initialAutoencoder(
  config: DictionaryConfig,
  stream: RandomStream,
): Map<string, NamedTensor> {
  const { d_in, d_sae, d_out = d_in } = config;
  const decoder = unitRows(stream.at('W_dec'), d_sae, d_out);
  const directions = d_in === d_out ? decoder : unitRows(stream.at('W_enc'), d_sae, d_in);
  return new Map([
    ['W_enc', { shape: [d_in, d_sae], data: transposed(directions, d_sae, d_in) }],
    ['b_enc', filled([d_sae], 0)],
    ['W_dec', { shape: [d_sae, d_out], data: decoder }],
    ['b_dec', filled([d_out], 0)],
  ]);
}

/** A tensor of one value. */
export function filled(shape: readonly number[], value: number): NamedTensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: new Float32Array(size).fill(value) };
}

/** [columns, rows] of [rows, columns]. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]!;
  }
  return out;
}

/** Random directions: normal numbers, each row scaled to norm 1. */
function unitRows(stream: RandomStream, rows: number, width: number): Float32Array {
  const data = stream.fillNormal(new Float32Array(rows * width));
  for (let row = 0; row < rows; row++) {
    const part = data.subarray(row * width, (row + 1) * width);
    const norm = Math.hypot(...part) || 1;
    for (let i = 0; i < width; i++) part[i] = part[i]! / norm;
  }
  return data;
}

/** A copy of `tensors` with some replaced. */
export function withTensors(
  tensors: DictionaryTensors,
  replaced: Readonly<Record<string, NamedTensor>>,
): Map<string, NamedTensor> {
  return new Map([...tensors, ...Object.entries(replaced)]);
}
