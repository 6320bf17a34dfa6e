/**
 * @file The arrays of a dictionary under training. The encoder lies latent by latent, [d_sae, d_in], as the
 * decoder does: so each latent is one row of both, for sparse gradients and for resampling.
 */
import type { NamedTensor } from '../../model/index.ts';
import { randomStream } from '../../tensor/index.ts';
import type { DictionaryConfig, DictionaryTensors } from '../kind.ts';
import { transposed } from '../kinds/autoencoder.ts';
import { trainedKindOf } from '../kinds/index.ts';
import type { FullPlan } from './plan.ts';

/** Arrays by name. */
export type Arrays = Map<string, Float32Array>;

/** Gives an array of zeros. */
export type Allocate = (length: number) => Float32Array;

/** Shapes in training: the encoder's is turned. */
export function trainingShapes(config: DictionaryConfig): Record<string, readonly number[]> {
  const shapes = trainedKindOf(config.architecture).shapes(config);
  const turned = (shape: readonly number[]) => [...shape].reverse();
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, name === 'W_enc' ? turned(shape) : shape]),
  );
}

/** The weights before the first step. */
export function initialParameters({ config, seed }: FullPlan, allocate: Allocate): Arrays {
  const stream = randomStream(seed, 'init');
  const initial = trainedKindOf(config.architecture).training.initialise(config, stream);
  const { d_in, d_sae } = config;
  return new Map(
    [...initial].map(([name, { data }]) => {
      const array = allocate(data.length);
      array.set(name === 'W_enc' ? transposed(data, d_in, d_sae) : data);
      return [name, array];
    }),
  );
}

/** The arrays as tensors of a dictionary, copied. */
export function asTensors(config: DictionaryConfig, arrays: Arrays): Map<string, NamedTensor> {
  const shapes = trainedKindOf(config.architecture).shapes(config);
  const { d_in, d_sae } = config;
  const plain = (name: string) => {
    const data = arrays.get(name)!;
    return name === 'W_enc' ? transposed(data, d_sae, d_in) : data.slice();
  };
  return new Map(
    Object.entries(shapes).map(([name, shape]) => [name, { shape, data: plain(name) }]),
  );
}

/** Factors on the activations in training. */
export interface Scales {
  /** On what is encoded. */
  readonly input: number;
  /** On what is to be decoded. */
  readonly target: number;
}

/**
 * The same dictionary for activations as they come. Latents then have the activations' units too: where
 * input and target are scaled alike, the decoder stays as it is.
 */
export function unscaled(
  config: DictionaryConfig,
  tensors: DictionaryTensors,
  { input, target }: Scales,
): { config: DictionaryConfig; tensors: DictionaryTensors } {
  const { inInputUnits } = trainedKindOf(config.architecture).training;
  const factors: Record<string, number> = { W_dec: input / target, b_dec: 1 / target };
  for (const name of inInputUnits) factors[name] = 1 / input;
  const times = ({ shape, data }: NamedTensor, factor: number) => ({
    shape,
    data: factor === 1 ? data : data.map((value) => value * factor),
  });
  const { gate_temperature: temperature } = config;
  return {
    config: {
      ...config,
      ...(typeof temperature === 'number' && { gate_temperature: temperature / input }),
    },
    tensors: new Map([...tensors].map(([name, value]) => [name, times(value, factors[name] ?? 1)])),
  };
}
