/** @file How often each latent fires: counts over rows, kept for groups of documents. */
import { badUsage } from '../../tensor/index.ts';
import type { MeasuredRows } from './rows.ts';

/** Documents are counted in this many groups: counts of all latents for each document would fill memory. */
const GROUPS = 100;

/** Rows of a group of documents, and in how many of them each latent was not 0. */
export interface FiringGroup {
  rows: number;
  readonly counts: Float64Array;
}

/** Counts of firing rows by group of documents: number modulo 100. They merge as sums do. */
export class Firing {
  readonly latents: number;
  readonly #groups = new Map<number, FiringGroup>();

  constructor(latents: number) {
    this.latents = latents;
  }

  /** Counts one row; returns its L0 and L1. */
  add(latents: MeasuredRows, row: number, document: number): { l0: number; l1: number } {
    const group = this.#group(document % GROUPS);
    const { data, width } = latents;
    let [l0, l1] = [0, 0];
    for (let latent = 0, at = row * width; latent < width; latent++, at++) {
      const value = data[at]!;
      if (value === 0) continue;
      l0++;
      l1 += Math.abs(value);
      group.counts[latent] = group.counts[latent]! + 1;
    }
    group.rows++;
    return { l0, l1 };
  }

  #group(number: number): FiringGroup {
    const known = this.#groups.get(number);
    if (known) return known;
    const fresh = { rows: 0, counts: new Float64Array(this.latents) };
    this.#groups.set(number, fresh);
    return fresh;
  }

  /** Adds the counts of other rows. @throws TouchstoneError where it counts other latents */
  merge(other: Firing): void {
    if (other.latents !== this.latents) {
      badUsage(`counts of ${other.latents} latents with those of ${this.latents}`, 'merge like');
    }
    for (const [number, from] of other.#groups) {
      const to = this.#group(number);
      to.rows += from.rows;
      for (let i = 0; i < from.counts.length; i++) to.counts[i] = to.counts[i]! + from.counts[i]!;
    }
  }

  /** The groups by number, in order. */
  groups(): FiringGroup[] {
    return [...this.#groups].sort(([a], [b]) => a - b).map(([, group]) => group);
  }

  /** Share of the rows in which each latent fires. */
  densities(): Float64Array {
    const { rows, counts } = pooled(this.groups(), this.latents);
    return counts.map((count) => count / rows);
  }
}

/** Groups taken together, each as often as `times` says; default once. */
export function pooled(
  groups: readonly FiringGroup[],
  latents: number,
  times?: ArrayLike<number>,
): FiringGroup {
  const all: FiringGroup = { rows: 0, counts: new Float64Array(latents) };
  groups.forEach(({ rows, counts }, i) => {
    const factor = times ? times[i]! : 1;
    if (factor === 0) return;
    all.rows += factor * rows;
    for (let k = 0; k < latents; k++) all.counts[k] = all.counts[k]! + factor * counts[k]!;
  });
  return all;
}

/** Share of the latents that fire in none of the rows. */
export function deadShare({ counts }: FiringGroup): number {
  return shareOf(counts, (count) => count === 0);
}

/** Share of the latents that fire in more than `share` of the rows. */
export function denseShare({ rows, counts }: FiringGroup, share: number): number {
  return shareOf(counts, (count) => count > share * rows);
}

function shareOf(counts: Float64Array, test: (count: number) => boolean): number {
  let found = 0;
  for (const count of counts) if (test(count)) found++;
  return found / counts.length;
}
