/** @file Scalings of a dictionary's input by the input's own size, as SAELens has them. */
import type { Tensor } from '../../tensor/index.ts';

/**
 * `layer_norm`: x less its mean, over its standard deviation (with Bessel's correction) plus 1e-5.
 * `constant_norm_rescale`: x scaled to norm sqrt(width).
 */
export type InputScaling = 'layer_norm' | 'constant_norm_rescale';

const EPSILON = 1e-5;

/** Whether a name is a scaling's. */
export function isInputScaling(name: unknown): name is InputScaling {
  return name === 'layer_norm' || name === 'constant_norm_rescale';
}

/** A scaled input, and the way back. */
export interface Scaled {
  readonly scaled: Tensor;
  /** What is decoded in the scale of the input, in the input's own. */
  readonly restored: (decoded: Tensor) => Tensor;
  /** A change of what is decoded, likewise. */
  readonly restoredChange: (change: Tensor) => Tensor;
}

/** Scales x [..., width] by its own size; undefined leaves it. */
export function scaledInput(x: Tensor, scaling: InputScaling | undefined): Scaled {
  if (!scaling) return { scaled: x, restored: same, restoredChange: same };
  const width = Number(x.shape.at(-1));
  if (scaling === 'constant_norm_rescale') {
    const factor = x.norm(-1, true).reciprocal().mul(Math.sqrt(width));
    const restored = (decoded: Tensor) => decoded.div(factor);
    return { scaled: x.mul(factor), restored, restoredChange: restored };
  }
  const mean = x.mean(-1, true);
  const centred = x.sub(mean);
  const deviation = centred
    .square()
    .sum(-1, true)
    .div(width - 1)
    .sqrt();
  return {
    scaled: centred.div(deviation.add(EPSILON)),
    restored: (decoded) => decoded.mul(deviation).add(mean),
    restoredChange: (change) => change.mul(deviation),
  };
}

function same(x: Tensor): Tensor {
  return x;
}
