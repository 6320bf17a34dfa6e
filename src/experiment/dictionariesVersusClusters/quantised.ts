/** @file Latents with values of a few bits, so that bits are what a code really costs. */
import { type Dictionary, type Rows, rowCount } from '../../dictionary/index.ts';

/** Of each latent the largest magnitude in some rows, and whether it was ever negative. */
export interface Ranges {
  readonly most: Float64Array;
  readonly signed: Uint8Array;
}

export async function rangesOf(dictionary: Dictionary, rows: Rows): Promise<Ranges> {
  const data = await dictionary.encode(rows);
  const size = dictionary.size;
  const [most, signed] = [new Float64Array(size), new Uint8Array(size)];
  data.forEach((value, i) => {
    const latent = i % size;
    if (Math.abs(value) > most[latent]!) most[latent] = Math.abs(value);
    if (value < 0) signed[latent] = 1;
  });
  return { most, signed };
}

/**
 * Rounds the values of active latents to 2^bits evenly spaced ones: from most / 2^bits to most of latents that are
 * never negative, from -most to most of others. A latent of one value only, as of clusters, stays as it is.
 */
export function quantised(latents: Rows, { most, signed }: Ranges, bits: number): Rows {
  const { width } = latents;
  const levels = 2 ** bits;
  const data = latents.data.map((value, i) => {
    const latent = i % width;
    const top = most[latent]!;
    if (value === 0 || top === 0) return value;
    const share = Math.max(-1, Math.min(1, value / top));
    if (!signed[latent]) return (top * Math.max(1, Math.round(share * levels))) / levels;
    return top * ((2 * Math.round(((share + 1) / 2) * (levels - 1))) / (levels - 1) - 1);
  });
  return { data, width };
}

/** Reconstructions from rounded latents, and the latents as they are. */
export async function codedRows(dictionary: Dictionary, rows: Rows, ranges: Ranges, bits: number) {
  const latents = { data: await dictionary.encode(rows), width: dictionary.size };
  const coded = await dictionary.decode(quantised(latents, ranges, bits));
  return { latents, coded: { data: coded, width: coded.length / rowCount(rows) } };
}
