/** @file A plane on which latents whose decoder rows point alike lie near one another. */

import type { Dictionary } from '../dictionary.ts';
import { toUnit } from '../fitting/clusters.ts';
import { onto, principalAxes } from '../fitting/principal.ts';
import { directionsOf } from '../measures/matching.ts';

/** Where each latent lies. */
export interface DirectionMap {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Shares of the directions' variance along both axes. */
  readonly explained: readonly [x: number, y: number];
}

/**
 * Decoder rows of length 1, less their mean, on their first two principal axes. The same dictionary gives the same
 * map; a row of zeros lies where the origin does.
 */
export async function mapDirections(dictionary: Dictionary): Promise<DirectionMap> {
  const { data, width } = directionsOf(dictionary);
  const rows = data.slice();
  toUnit(rows, width);
  centre(rows, width);
  const { axes, values } = await principalAxes({ data: rows, width }, dictionary.runtime);
  const two = axes.subMatrix(0, 1, 0, width - 1);
  const places = (await onto({ data: rows, width }, two, dictionary.runtime)).data;
  const all = values.reduce((sum, value) => sum + Math.max(0, value), 0) || 1;
  const along = (axis: 0 | 1) =>
    Array.from({ length: dictionary.size }, (_, latent) => places[2 * latent + axis]!);
  return { x: along(0), y: along(1), explained: [values[0]! / all, values[1]! / all] };
}

function centre(rows: Float32Array, width: number): void {
  const count = rows.length / width;
  const mean = new Float64Array(width);
  rows.forEach((value, i) => {
    mean[i % width] = mean[i % width]! + value / count;
  });
  rows.forEach((value, i) => {
    rows[i] = value - mean[i % width]!;
  });
}
