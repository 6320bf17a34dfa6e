/** @file Resampling of dead latents (Bricken et al. 2023, "Towards Monosemanticity", appendix "Neuron Resampling"). */
import type { AdamWState, RandomStream } from '../../tensor/index.ts';
import type { DictionaryConfig, Rows } from '../kind.ts';
import type { Arrays } from './parameters.ts';
import type { Batch } from './source.ts';

/** Norm of a new encoder row as a share of the mean norm of living ones. */
const ENCODER_SHARE = 0.2;

/** What resampling works on. */
export interface Resampled {
  readonly config: DictionaryConfig;
  readonly parameters: Arrays;
  readonly optimizer: AdamWState;
  readonly scales: { readonly input: number; readonly target: number };
}

/**
 * Gives each dead latent the direction of a row that is reconstructed badly: rows are drawn without
 * replacement, in proportion to their squared error. The decoder row is the input's direction (about
 * b_dec, where the encoder subtracts it), the encoder row the same at a fifth of the living rows' mean
 * norm, biases are 0 and Adam's moments too. Returns how many were resampled: no more than there are rows.
 */
export function resample(
  state: Resampled,
  dead: readonly number[],
  batch: Batch,
  rowErrors: Float32Array,
  stream: RandomStream,
): number {
  const rows = drawn(rowErrors, dead.length, stream);
  const norm = ENCODER_SHARE * livingNorm(state, dead);
  rows.forEach((row, i) => {
    const latent = dead[i]!;
    resetLatent(state, latent);
    setRow(
      state.parameters.get('W_enc')!,
      latent,
      direction(encoderInput(state, batch.x, row)),
      norm,
    );
    const target = batch.target ?? batch.x;
    const decoded = batch.target
      ? direction(scaled(target, row, state.scales.target))
      : direction(encoderInput(state, target, row));
    setRow(state.parameters.get('W_dec')!, latent, decoded, 1);
  });
  return rows.length;
}

/** Rows without replacement, each draw in proportion to the squared error (Efraimidis and Spirakis 2006). */
function drawn(errors: Float32Array, count: number, stream: RandomStream): number[] {
  const keys = Array.from(errors, (error, row) => Math.log(1 - stream.uniform(row)) / error ** 2);
  const order = [...keys.keys()].filter((row) => errors[row]! > 0);
  return order.sort((a, b) => keys[b]! - keys[a]! || a - b).slice(0, count);
}

function livingNorm({ config, parameters }: Resampled, dead: readonly number[]): number {
  const [encoder, gone] = [parameters.get('W_enc')!, new Set(dead)];
  let [sum, count] = [0, 0];
  for (let latent = 0; latent < config.d_sae; latent++) {
    if (gone.has(latent)) continue;
    sum += Math.hypot(...encoder.subarray(latent * config.d_in, (latent + 1) * config.d_in));
    count++;
  }
  return count > 0 ? sum / count : 1;
}

function scaled({ data, width }: Rows, row: number, scale: number): Float32Array {
  return data.slice(row * width, (row + 1) * width).map((value) => value * scale);
}

function encoderInput({ config, parameters, scales }: Resampled, x: Rows, row: number) {
  const values = scaled(x, row, scales.input);
  if (!config.apply_b_dec_to_input) return values;
  const bias = parameters.get('b_dec')!;
  return values.map((value, i) => value - bias[i]!);
}

function direction(values: Float32Array): Float32Array {
  const norm = Math.hypot(...values) || 1;
  return values.map((value) => value / norm);
}

function setRow(matrix: Float32Array, row: number, values: Float32Array, factor: number): void {
  matrix.set(
    values.map((value) => value * factor),
    row * values.length,
  );
}

/** Biases and moments of a latent become 0; a threshold stays. */
function resetLatent({ config, parameters, optimizer }: Resampled, latent: number): void {
  for (const [name, array] of parameters) {
    if (array.length % config.d_sae !== 0 || name === 'b_dec') continue;
    const width = array.length / config.d_sae;
    const clear = (values: Float32Array | undefined) =>
      values?.fill(0, latent * width, (latent + 1) * width);
    if (width === 1 && name !== 'threshold') clear(array);
    clear(optimizer.first.get(name));
    clear(optimizer.second.get(name));
  }
}
