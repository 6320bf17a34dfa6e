/** @file How much of what is planted a dictionary finds: directions, the rare ones, and what becomes of parents and children. */
import { badUsage } from '../../tensor/index.ts';
import { toUnit } from '../fitting/clusters.ts';
import type { Rows } from '../kind.ts';
import type { PlantedDictionary } from './plant.ts';

/** From this cosine on a latent counts as one of several for a direction. */
const ALIKE = 0.7;

/** For each planted direction what there is of it. */
export interface Recovery {
  /** The largest cosine with a latent's direction. */
  readonly largest: Float64Array;
  /** The latent that has it. */
  readonly latent: Int32Array;
  /** How many latents have a cosine of 0.7 or more. */
  readonly alike: Int32Array;
}

/**
 * Holds the directions of latents [d_sae, width] against the planted ones.
 *
 * @param signed whether the opposite of a direction is another one; default true, false for components
 */
export function recoveryOf(
  decoder: Rows,
  { directions }: Pick<PlantedDictionary, 'directions'>,
  { signed = true }: { signed?: boolean } = {},
): Recovery {
  const { width } = directions;
  if (decoder.width !== width) {
    badUsage(`latents of width ${decoder.width}`, `the planted directions have width ${width}`);
  }
  const own = decoder.data.slice();
  toUnit(own, width);
  const count = directions.data.length / width;
  const largest = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const [latent, alike] = [new Int32Array(count), new Int32Array(count)];
  for (let i = 0; i < count; i++) {
    const direction = directions.data.subarray(i * width, (i + 1) * width);
    for (let j = 0; j * width < own.length; j++) {
      const product = dot(direction, own, j * width);
      const cosine = signed ? product : Math.abs(product);
      if (cosine >= ALIKE) alike[i] = alike[i]! + 1;
      if (cosine > largest[i]!) [largest[i], latent[i]] = [cosine, j];
    }
  }
  return { largest, latent, alike };
}

function dot(a: Float32Array, b: Float32Array, at: number): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[at + k]!;
  return sum;
}

/**
 * How much parents are absorbed by their children (Chanin et al. 2024, "A is for Absorption", as a rate that the truth
 * gives): 1 - P(latent of the parent fires | parent and child) / P(it fires | parent alone), at least 0, the mean over
 * parents that a latent has found (cosine 0.7 or more) and that fire alone. Undefined where there is none.
 *
 * @param latents of the rows, [n, d_sae]
 * @param coefficients of the rows, [n, planted directions]
 */
export function absorptionOf(
  { largest, latent }: Recovery,
  { options }: PlantedDictionary,
  latents: Rows,
  coefficients: Rows,
): number | undefined {
  const shares: number[] = [];
  for (let parent = 0; parent < options.families; parent++) {
    if (largest[parent]! < ALIKE) continue;
    const rates = firingRates(latent[parent]!, parent, options.families, latents, coefficients);
    if (rates.alone > 0) shares.push(Math.max(0, 1 - rates.together / rates.alone));
  }
  return shares.length > 0 ? shares.reduce((a, b) => a + b, 0) / shares.length : undefined;
}

/** How often a latent fires in rows with a parent alone, and with its child. */
function firingRates(
  latent: number,
  parent: number,
  families: number,
  latents: Rows,
  { data, width }: Rows,
): { alone: number; together: number } {
  const [rows, fired] = [
    [0, 0],
    [0, 0],
  ];
  for (let row = 0; row * width < data.length; row++) {
    if (data[row * width + parent] === 0) continue;
    const child = data[row * width + parent + families]! > 0 ? 1 : 0;
    rows[child] = rows[child]! + 1;
    if (latents.data[row * latents.width + latent] !== 0) fired[child] = fired[child]! + 1;
  }
  const rate = (child: number) => (rows[child]! > 0 ? fired[child]! / rows[child]! : 0);
  return { alone: rate(0), together: rate(1) };
}

/** Share of some directions with a largest cosine of 0.9 or more. */
export function recallOf({ largest }: Recovery, among?: readonly number[]): number {
  const asked = among ?? [...largest.keys()];
  return asked.filter((direction) => largest[direction]! >= 0.9).length / asked.length;
}

/** Numbers of the directions in the quarter that is most, and that is least frequent. */
export function quartersOf({ frequencies }: Pick<PlantedDictionary, 'frequencies'>) {
  const order = [...frequencies.keys()].sort((a, b) => frequencies[b]! - frequencies[a]! || a - b);
  const quarter = Math.ceil(order.length / 4);
  return { common: order.slice(0, quarter), rare: order.slice(-quarter) };
}
