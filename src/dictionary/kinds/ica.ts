/** @file Independent component analysis: directions along which activations are far from normal. */
import { Matrix } from 'ml-matrix';
import { fastIca } from '../fitting/fastIca.ts';
import type { FittingWork } from '../fitting/fitting.ts';
import { onto, principalAxes } from '../fitting/principal.ts';
import { centreOf, checkEnough, lessCentre } from '../fitting/rows.ts';
import { whiteningOf } from '../fitting/whitening.ts';
import type { FittedKind, Rows } from '../kind.ts';
import { linearDecode } from './autoencoder.ts';
import { linearTensors } from './clustering.ts';
import { largest } from './largest.ts';
import { directionShapes } from './pca.ts';
import { numberSetting, wholeSetting } from './settings.ts';

/** What unmixes centred rows and what mixes them again, both [d_sae, d_in]. */
async function components(rows: Rows, work: FittingWork) {
  const { config, stream, runtime, progress } = work;
  const { whiten, colour } = whiteningOf(await principalAxes(rows, runtime), config.d_sae);
  const { directions, outcome } = await fastIca({
    white: await onto(rows, whiten, runtime),
    iterations: wholeSetting(config, 'iterations', 1, Number.MAX_SAFE_INTEGER),
    tolerance: numberSetting(config, 'tolerance', 0),
    stream,
    runtime,
    progress,
  });
  const unmixing = directions.mmul(whiten);
  const sides = skews(await onto(rows, unmixing, runtime));
  return { ...arranged(unmixing, directions.mmul(colour), sides), outcome };
}

/** The sign of the third moment of each column. */
function skews({ data, width }: Rows): number[] {
  const sums = new Array<number>(width).fill(0);
  for (let at = 0; at < data.length; at++) sums[at % width] = sums[at % width]! + data[at]! ** 3;
  return sums.map((sum) => (sum < 0 ? -1 : 1));
}

/** Components by falling size of what they mix in, each turned to its longer tail, and with mixing rows of norm 1. */
function arranged(unmixing: Matrix, mixing: Matrix, sides: readonly number[]) {
  const norms = mixing.to2DArray().map((row) => Math.sqrt(row.reduce((sum, v) => sum + v * v, 0)));
  const order = [...norms.keys()].sort((a, b) => norms[b]! - norms[a]! || a - b);
  const scaled = (matrix: Matrix, scale: (i: number) => number) =>
    new Matrix(order.map((i) => matrix.getRow(i).map((v) => v * sides[i]! * scale(i))));
  return {
    unmixing: scaled(unmixing, (i) => norms[i]!),
    mixing: scaled(mixing, (i) => 1 / norms[i]!),
  };
}

/**
 * As many independent components as latents, of the first principal components: FastICA, symmetric, log cosh. Rows of
 * W_dec have norm 1, so a latent is as large as what it adds; those that add most come first, and each has its
 * longer tail on the positive side. With a setting `k` only the k largest of a row, by magnitude, are kept.
 */
export const ica: FittedKind = {
  name: 'ica',
  shapes: directionShapes,
  encode: largest,
  decode: linearDecode,
  fitting: {
    defaults: { apply_b_dec_to_input: true, iterations: 200, tolerance: 1e-4 },
    fit: async (work) => {
      checkEnough(work.rows, work.config);
      const centre = centreOf(work.rows, work.config);
      const rows = lessCentre(work.rows, centre);
      const { unmixing, mixing, outcome } = await components(rows, work);
      const encoder = Float32Array.from(unmixing.transpose().to1DArray());
      const decoder = Float32Array.from(mixing.to1DArray());
      return { tensors: linearTensors(decoder, centre, { encoder }), outcome };
    },
  },
};
