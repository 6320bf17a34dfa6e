/** @file Principal component analysis: directions of most variance. */
import { badInput } from '../../tensor/index.ts';
import { principalAxes } from '../fitting/principal.ts';
import { centreOf, checkEnough, lessCentre } from '../fitting/rows.ts';
import type { DictionaryConfig, FittedKind } from '../kind.ts';
import { linearDecode } from './autoencoder.ts';
import { linearTensors } from './clustering.ts';
import { largest, largestShapes } from './largest.ts';

/** Shapes of a kind that has no more directions than there are dimensions. */
export function directionShapes(config: DictionaryConfig) {
  const { architecture, d_in, d_sae } = config;
  if (d_sae > d_in) {
    badInput(
      `a ${architecture} dictionary of ${d_sae} latents for activations of width ${d_in}`,
      `it has at most ${d_in}: k-means and autoencoders can have more`,
    );
  }
  return largestShapes(config);
}

/**
 * The first d_sae principal axes, by falling variance, as rows of W_dec; of each, the entry of largest magnitude is
 * positive. Latents are projections of x - b_dec. With a setting `k` only the k largest of a row, by magnitude, are
 * kept: a sparse code that can be compared with others at equal bits.
 */
export const pca: FittedKind = {
  name: 'pca',
  shapes: directionShapes,
  encode: largest,
  decode: linearDecode,
  fitting: {
    defaults: { apply_b_dec_to_input: true },
    fit: async ({ rows, config, runtime, progress }) => {
      checkEnough(rows, config);
      const centre = centreOf(rows, config);
      const { axes, values } = await principalAxes(lessCentre(rows, centre), runtime);
      const share = sum(values.slice(0, config.d_sae)) / sum(values);
      await progress(1, 1, `explained ${share.toFixed(3)}`);
      const decoder = Float32Array.from(axes.to1DArray().slice(0, config.d_sae * config.d_in));
      const outcome = { iterations: 1, converged: true };
      return { tensors: linearTensors(decoder, centre), outcome };
    },
  },
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
