/** @file Activation functions of dictionaries, of all latents at once and of a single one. */
import { addAtLast, constant, type Tensor } from '../../tensor/index.ts';

/**
 * What makes latents of pre-activations p = x W_enc + b_enc.
 *
 * - `relu`: ReLU(p).
 * - `linear`: p itself, of either sign.
 * - `nearest`: 1 for the largest p, 0 for all others (the cluster of the nearest centre).
 * - `jumprelu`: ReLU(p) where p is above the latent's threshold.
 * - `topk`: ReLU(p) of the k largest.
 * - `largest`: p of the k largest by magnitude.
 * - `all`: whatever function of all of p and of W_dec.
 * - `gated`: 1[p > 0] ReLU(gain p + offset), b_enc being the gate's bias; with a `temperature`, the logistic function of
 *   p / temperature in place of the step.
 */
export type Activation =
  | 'relu'
  | 'linear'
  | 'nearest'
  | { readonly jumprelu: Float32Array }
  | { readonly topk: number }
  | { readonly largest: number }
  | { readonly all: (pre: Tensor, decoder: Tensor) => Tensor }
  | {
      readonly gated: {
        readonly gain: Float32Array;
        readonly offset: Float32Array;
        readonly temperature?: number | undefined;
      };
    };

/** Whether a latent depends on the others: all are then encoded to know one. */
export function competes(activation: Activation): boolean {
  return (
    placesOf(activation) !== undefined || (typeof activation === 'object' && 'all' in activation)
  );
}

/** How many latents are active at most, where that is fixed; else undefined. */
export function placesOf(activation: Activation): number | undefined {
  if (activation === 'nearest') return 1;
  if (typeof activation !== 'object') return undefined;
  if ('topk' in activation) return activation.topk;
  return 'largest' in activation ? activation.largest : undefined;
}

/** Whether a latent below 0 is active. */
export function isSigned(activation: Activation): boolean {
  return activation === 'linear' || (typeof activation === 'object' && 'largest' in activation);
}

/** Arrays [latents] that it has of its own, by name. */
export function arraysOf(activation: Activation): Readonly<Record<string, Float32Array>> {
  if (typeof activation !== 'object') return {};
  if ('jumprelu' in activation) return { jumprelu: activation.jumprelu };
  if (!('gated' in activation)) return {};
  const { gain, offset } = activation.gated;
  return { gain, offset };
}

/** Latents [..., latents] of pre-activations; `array` gives its arrays, and W_dec, as inputs. */
export function activated(
  pre: Tensor,
  activation: Activation,
  array: (name: string) => Tensor,
): Tensor {
  if (activation === 'nearest') return pre.argmax().oneHot(Number(pre.shape.at(-1)), pre.dtype);
  if (typeof activation === 'object' && 'topk' in activation) {
    const { values, indices } = pre.topK(activation.topk);
    return spread(values.relu(), indices, pre);
  }
  if (typeof activation === 'object' && 'largest' in activation) {
    const { indices } = pre.abs().topK(activation.largest);
    return spread(pre.gatherLast(indices), indices, pre);
  }
  if (typeof activation === 'object' && 'all' in activation)
    return activation.all(pre, array('W_dec'));
  return each(pre, activation, array);
}

/** Values at their places, zeros elsewhere. */
function spread(values: Tensor, indices: Tensor, like: Tensor): Tensor {
  return addAtLast(constant(0, [], like.dtype).broadcastTo(...like.shape), indices, values);
}

/** Where latents do not compete, each is a function of its own pre-activation. */
function each(pre: Tensor, activation: Activation, array: (name: string) => Tensor): Tensor {
  if (activation === 'linear') return pre;
  if (typeof activation !== 'object') return pre.relu();
  if ('jumprelu' in activation) return pre.greater(array('jumprelu')).where(pre.relu(), 0);
  if (!('gated' in activation)) throw new TypeError('latents that compete are no function of one');
  const magnitude = pre.mul(array('gain')).add(array('offset')).relu();
  const { temperature } = activation.gated;
  if (temperature !== undefined) return magnitude.mul(pre.div(temperature).sigmoid());
  return pre.greater(0).where(magnitude, 0);
}

/** One latent's activation: what of it is structure, its numbers, and its graph. */
export interface OneLatent {
  readonly key: string;
  /** Inputs by name. */
  readonly numbers: Readonly<Record<string, number>>;
  apply(pre: Tensor, number: (name: string) => Tensor): Tensor;
}

/** A latent that does not compete, by its number. */
export function oneLatent(activation: Activation, latent: number): OneLatent {
  if (activation === 'relu') return aboveThreshold(0);
  if (typeof activation === 'object' && 'jumprelu' in activation) {
    return aboveThreshold(activation.jumprelu[latent]!);
  }
  const arrays = Object.entries(arraysOf(activation));
  const soft =
    typeof activation === 'object' && 'gated' in activation && activation.gated.temperature;
  return {
    key: activation === 'linear' ? 'linear' : `gated:${soft ?? ''}`,
    numbers: Object.fromEntries(arrays.map(([name, values]) => [name, values[latent]!])),
    apply: (pre, number) => each(pre, activation, number),
  };
}

/** Silent up to a threshold, and below zero whatever the threshold. */
export function aboveThreshold(threshold: number): OneLatent {
  return {
    key: 'trueEncoder',
    numbers: { threshold: Math.max(0, threshold) },
    apply: (pre, number) => pre.greater(number('threshold')).where(pre, 0),
  };
}

/** A plain product. */
export const RAW: OneLatent = { key: 'rawDot', numbers: {}, apply: (pre) => pre };
