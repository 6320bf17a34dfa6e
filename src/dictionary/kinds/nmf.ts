/** @file Non-negative matrix factorisation (Lee and Seung 1999): parts that only add up. */
import { badInput, type Tensor } from '../../tensor/index.ts';
import { factorised, nonNegativeCodes } from '../fitting/nonNegative.ts';
import { checkEnough, lessCentre } from '../fitting/rows.ts';
import type { DictionaryConfig, FittedKind, Rows, WeightOf } from '../kind.ts';
import { linearDecode, preActivations } from './autoencoder.ts';
import { linearTensors } from './clustering.ts';
import { largestShapes } from './largest.ts';
import { numberSetting, wholeSetting } from './settings.ts';
import { spread } from './spread.ts';

const MOST = Number.MAX_SAFE_INTEGER;

/** Codes of products with the directions [..., d_sae] and the directions themselves. */
export function codesOfProducts(pre: Tensor, directions: Tensor, config: DictionaryConfig): Tensor {
  const steps = wholeSetting(config, 'encode_iterations', 1, 1000);
  const codes = nonNegativeCodes(pre, directions, steps);
  if (config.k === undefined || config.k === config.d_sae) return codes;
  const { values, indices } = codes.topK(Number(config.k));
  return spread(values, indices, codes);
}

function codesOf(x: Tensor, weight: WeightOf, config: DictionaryConfig): Tensor {
  return codesOfProducts(preActivations(x, weight, config), weight('W_dec'), config);
}

/** What rows are counted from: their least value in each column, or 0 where b_dec is not subtracted. */
function floorOf({ data, width }: Rows, { apply_b_dec_to_input }: DictionaryConfig): Float64Array {
  const least = new Float64Array(width);
  if (!apply_b_dec_to_input) return least;
  least.fill(Number.POSITIVE_INFINITY);
  data.forEach((value, at) => {
    least[at % width] = Math.min(least[at % width]!, value);
  });
  return least;
}

function checkSigns({ data, width }: Rows): void {
  const bad = data.findIndex((value) => value < 0);
  if (bad < 0) return;
  badInput(
    `row ${Math.floor(bad / width)}, column ${bad % width} of the activations is ${data[bad]}, below 0`,
    'set apply_b_dec_to_input: rows are then counted from the least value of each column',
  );
}

/**
 * Directions of norm 1 without negative entries, and codes f >= 0 that are the least squares of x - b_dec on them; b_dec
 * is the least value of each column, so that activations of any sign can be factorised. Codes come from
 * `encode_iterations` steps of a projected gradient. With a setting `k` only the k largest of a row are kept.
 */
export const nmf: FittedKind = {
  name: 'nmf',
  shapes: (config) => {
    wholeSetting({ encode_iterations: 1, ...config }, 'encode_iterations', 1, 1000);
    return largestShapes(config);
  },
  encode: codesOf,
  decode: linearDecode,
  fitting: {
    defaults: {
      apply_b_dec_to_input: true,
      iterations: 200,
      tolerance: 1e-5,
      encode_iterations: 100,
    },
    fit: async ({ config, stream, runtime, progress, ...work }) => {
      checkEnough(work.rows, config);
      const floor = floorOf(work.rows, config);
      const rows = lessCentre(work.rows, floor);
      checkSigns(rows);
      const { directions, outcome } = await factorised({
        rows,
        count: config.d_sae,
        iterations: wholeSetting(config, 'iterations', 1, MOST),
        tolerance: numberSetting(config, 'tolerance', 0),
        stream,
        runtime,
        progress,
      });
      return { tensors: linearTensors(directions, floor), outcome };
    },
  },
};
