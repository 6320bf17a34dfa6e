/** @file The contract of dictionaries: what every kind of autoencoder and clustering says of itself. */
import type { HostTensor, Runtime, Tensor } from '../tensor/index.ts';

/** What a dictionary is; each kind adds settings of its own. Keys are SAELens's. */
export interface DictionaryConfig {
  /** Name of the kind ('standard', 'gated', 'topk', 'kmeans', ...). */
  readonly architecture: string;
  /** Width of the activations that are encoded. */
  readonly d_in: number;
  /** Number of latents. */
  readonly d_sae: number;
  /** Width of what is decoded, where it differs (a transcoder). Default d_in. */
  readonly d_out?: number;
  /** Where the activations were read, and of which model, as far as it is known. */
  readonly model_name?: string;
  readonly hook_name?: string;
  readonly hook_name_out?: string;
  /** Whether b_dec is subtracted before encoding. Default false. */
  readonly apply_b_dec_to_input?: boolean;
  /** Further settings of the kind, such as `k`. */
  readonly [setting: string]: unknown;
}

/** Weights in a graph, by name. */
export type WeightOf = (name: string) => Tensor;

/** One kind of dictionary: its weights and its two functions, as graphs. */
export interface DictionaryKind {
  readonly name: string;
  /** Shapes of its tensors by name. @throws TouchstoneError where a setting is missing or wrong */
  shapes(config: DictionaryConfig): Readonly<Record<string, readonly number[]>>;
  /** Latents [n, d_sae] of activations [n, d_in]. */
  encode(x: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor;
  /** Activations [n, d_out] of latents [n, d_sae]. */
  decode(latents: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor;
}

/** Rows of activations side by side: [data.length / width, width], float32. */
export interface Rows {
  readonly data: Float32Array;
  readonly width: number;
}

/** Rows as a program's input. */
export function rowsTensor(runtime: Runtime, { data, width }: Rows): HostTensor {
  return runtime.tensor('float32', data, [data.length / width, width]);
}

/** Number of rows. */
export function rowCount({ data, width }: Rows): number {
  return data.length / width;
}
