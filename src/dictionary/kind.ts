/** @file The contract of dictionaries: what every kind of autoencoder and clustering says of itself. */
import type { NamedTensor } from '../model/index.ts';
import type { HostTensor, RandomStream, Runtime, Tensor } from '../tensor/index.ts';
import type { Fitting } from './fitting/fitting.ts';

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
  /** How activations are scaled by their own size before encoding, and back after decoding. Default 'none'. */
  readonly normalize_activations?: 'none' | 'layer_norm' | 'constant_norm_rescale';
  /** 'hook_z': the activations are those of all heads, side by side. Default 'none'. */
  readonly reshape_activations?: 'none' | 'hook_z';
  /** Further settings of the kind, such as `k`. */
  readonly [setting: string]: unknown;
}

/** Weights in a graph, by name. */
export type WeightOf = (name: string) => Tensor;

/** Tensors of a dictionary, by name. */
export type DictionaryTensors = ReadonlyMap<string, NamedTensor>;

/** One kind of dictionary: its weights and its two functions, as graphs. */
export interface DictionaryKind {
  readonly name: string;
  /** Shapes of its tensors by name. @throws TouchstoneError where a setting is missing or wrong */
  shapes(config: DictionaryConfig): Readonly<Record<string, readonly number[]>>;
  /** Latents [n, d_sae] of activations [n, d_in]. */
  encode(x: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor;
  /** Activations [n, d_out] of latents [n, d_sae]. */
  decode(latents: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor;
  /** A linear map of the activations [n, d_in] that is added to what is decoded, [n, d_out]; most have none. */
  skip?(x: Tensor, weight: WeightOf): Tensor;
  /** How gradients train it; kinds that are fitted otherwise have none. */
  readonly training?: GradientTraining;
  /** How it is fitted to rows; kinds that gradients train have none. */
  readonly fitting?: Fitting;
  /**
   * Bits that a row's code costs; default {@link sparseBits}, which says which of the latents are active, and
   * the value of each.
   */
  bits?(code: CodeSize, config: DictionaryConfig): number;
}

/** What the cost of a code depends on. */
export interface CodeSize {
  /** Mean number of active latents of a row. */
  readonly l0: number;
  /** Bits of one latent's value. */
  readonly valueBits: number;
}

/** A kind that gradients train. */
export type TrainedKind = DictionaryKind & { readonly training: GradientTraining };

/** A kind that is fitted to rows. */
export type FittedKind = DictionaryKind & { readonly fitting: Fitting };

/** How gradients train a kind. */
export interface GradientTraining {
  /** Settings of the config that shape its training, with their defaults. */
  readonly defaults: Readonly<Record<string, boolean | number | string>>;
  /** Decay rates of Adam's two moments. */
  readonly betas: readonly [number, number];
  /** Where b_dec starts: at 0, or at the geometric median of the first batch. */
  readonly centre: 'zero' | 'median';
  /** Tensors before the first step; the encoder starts as the decoder's transpose. */
  initialise(config: DictionaryConfig, stream: RandomStream): DictionaryTensors;
  /** Loss and statistics of one batch, as graphs. */
  loss(batch: TrainingBatch): TrainingLoss;
  /**
   * Tensors in units of the activations that are encoded: dividing them, and multiplying the decoder,
   * undoes a scale of the input.
   */
  readonly inInputUnits: readonly string[];
  /** Tensors that follow what is seen in training and have no gradient. */
  readonly follows?: readonly string[];
  /** The trained dictionary as one that encodes in the plainest way; default: as it is. */
  finish?(
    config: DictionaryConfig,
    tensors: DictionaryTensors,
  ): { config: DictionaryConfig; tensors: DictionaryTensors };
}

/** One batch and the weights, in a graph. */
export interface TrainingBatch {
  /** Activations [n, d_in]. */
  readonly x: Tensor;
  /** What is to be decoded [n, d_out]: `x` itself but for transcoders. */
  readonly target: Tensor;
  readonly weight: WeightOf;
  readonly config: DictionaryConfig;
  /** Factor on the sparsity penalty, a scalar: below 1 while it warms up. */
  readonly sparsity: Tensor;
  /** Which latents are dead, bool [d_sae]; undefined where none is, or the kind does not ask. */
  readonly dead?: Tensor | undefined;
}

/** What a batch gives. */
export interface TrainingLoss {
  /** What is minimised, a scalar: sums over the width, means over the rows. */
  readonly loss: Tensor;
  /** Its terms before their coefficients, scalars by name: 'mse', 'l1', 'l0', 'auxiliary'. */
  readonly terms: Readonly<Record<string, Tensor>>;
  /** [n, d_sae]. */
  readonly latents: Tensor;
  /** [n, d_out]. */
  readonly reconstruction: Tensor;
  /** New values of the tensors that the kind `follows`. */
  readonly followed?: Readonly<Record<string, Tensor>>;
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
