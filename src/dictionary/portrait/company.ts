/** @file Which latents are active together. */
import type { Corpus } from './corpus.ts';
import type { Firings } from './firings.ts';
import { type Rate, rateOver } from './rates.ts';

/** Rows that two latents share at least, to be called partners. */
const LEAST = 3;

/** Another latent that is active at the same tokens. */
export interface Partner {
  readonly latent: number;
  /** Of the rows with the portrayed latent active, those with the partner active too. */
  readonly given: Rate;
  /** Share of all rows with the partner active: what `given` would be by chance. */
  readonly base: number;
  /** Rows with both over rows with either. */
  readonly jaccard: number;
  /** Pointwise mutual information, log2 of `given` over `base`, in bits. */
  readonly information: number;
}

/**
 * The partners of an indexed latent with the largest Jaccard index.
 *
 * @param counts rows of each latent, {@link Firings.counts}
 */
export function partnersOf(
  corpus: Corpus,
  firings: Firings,
  counts: Uint32Array,
  latent: number,
  most = 5,
): Partner[] {
  const rows = firings.rowsOf(latent);
  const both = new Map<number, number>();
  for (const row of rows) {
    for (const other of firings.row(row)) both.set(other, (both.get(other) ?? 0) + 1);
  }
  both.delete(latent);
  const jaccard = (other: number, shared: number) =>
    shared / (rows.length + counts[other]! - shared);
  const ranked = [...both]
    .filter(([, shared]) => shared >= LEAST)
    .map(([other, shared]) => ({ other, jaccard: jaccard(other, shared) }))
    .sort((a, b) => b.jaccard - a.jaccard || a.other - b.other);
  const places = rows.map((row) => firings.places[row]!);
  return ranked.slice(0, most).map(({ other, jaccard: index }) => {
    const shared = new Set<number>();
    for (const row of rows) if (has(firings.row(row), other)) shared.add(firings.places[row]!);
    const given = rateOver(corpus, places, (place) => shared.has(place));
    const base = counts[other]! / firings.places.length;
    return {
      latent: other,
      given,
      base,
      jaccard: index,
      information: Math.log2(given.rate / base),
    };
  });
}

/** Whether a sorted list has a number. */
export function has(sorted: Int32Array, value: number): boolean {
  return indexIn(sorted, value, 0, sorted.length) >= 0;
}

/** Where a sorted part of a list has a number; -1 where it does not. */
export function indexIn(sorted: Int32Array, value: number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low < to && sorted[low] === value ? low : -1;
}
