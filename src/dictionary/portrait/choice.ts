/** @file Which latents are shown. */
import { badUsage, type RandomStream } from '../../tensor/index.ts';
import { activeRows, type Reading } from './active.ts';
import type { Census } from './census.ts';
import { corpusOf } from './corpus.ts';

/** Orders in which latents can be chosen. */
export const ORDERINGS = ['random', 'density', 'rare', 'max'] as const;
export type Ordering = (typeof ORDERINGS)[number];

/** By number, by a text at which they are active, or by an order of all that were active. */
export type Choice =
  | { readonly latents: readonly number[] }
  | { readonly search: readonly number[]; readonly text: string; readonly count: number }
  | { readonly top: Ordering; readonly count: number };

/** Chosen latents, and how they were chosen, in words. */
export interface Chosen {
  readonly latents: readonly number[];
  readonly how: string;
}

/** @throws TouchstoneError where a number names no latent */
export async function choose(
  choice: Choice,
  reading: Reading,
  census: Census,
  stream: RandomStream,
): Promise<Chosen> {
  const { size } = reading.dictionary;
  if ('latents' in choice) {
    checkLatents(choice.latents, size);
    return { latents: choice.latents, how: 'by number' };
  }
  if ('search' in choice) {
    const found = await mostActiveOn(reading, choice.search, census);
    const how = `most active on ${JSON.stringify(choice.text)}, relative to their largest activation`;
    return { latents: found.slice(0, choice.count).map(({ latent }) => latent), how };
  }
  const alive = Array.from({ length: size }, (_, latent) => latent).filter(
    (latent) => census.fired[latent]! > 0,
  );
  const ordered = inOrder(alive, choice.top, census, stream);
  return { latents: ordered.slice(0, choice.count), how: WORDS[choice.top] };
}

const WORDS: Readonly<Record<Ordering, string>> = {
  random: 'at random among those that were active',
  density: 'most often active first',
  rare: 'least often active first',
  max: 'largest activation first',
};

/** @throws TouchstoneError where a number names no latent */
export function checkLatents(latents: readonly number[], size: number): void {
  const wrong = latents.find((latent) => latent >= size);
  if (wrong !== undefined)
    badUsage(`latent ${wrong}`, `the dictionary has latents 0 to ${size - 1}`);
}

function inOrder(
  alive: readonly number[],
  top: Ordering,
  { fired, histograms }: Census,
  stream: RandomStream,
): number[] {
  if (top === 'random') return stream.reader().shuffle(alive);
  const key = {
    density: (latent: number) => -fired[latent]!,
    rare: (latent: number) => fired[latent]!,
    max: (latent: number) => -histograms.max[latent]!,
  }[top];
  return [...alive].sort((a, b) => key(a) - key(b) || a - b);
}

/** A latent that is active on a text. */
export interface Found {
  readonly latent: number;
  /** Its strongest activation there, by magnitude. */
  readonly activation: number;
  /** The same as a share of the largest on the corpus; of latents that were silent there, the activation itself. */
  readonly relative: number;
}

/** Latents by their strongest activation on a text, as a share of the largest on the corpus. */
export async function mostActiveOn(
  reading: Reading,
  tokens: readonly number[],
  { histograms }: Census,
): Promise<Found[]> {
  const corpus = corpusOf(reading.model, [tokens], { mask: reading.corpus.mask });
  const peaks = new Map<number, number>();
  for await (const { latents, values } of activeRows({ ...reading, corpus })) {
    latents.forEach((latent, i) => {
      peaks.set(latent, Math.max(peaks.get(latent) ?? 0, Math.abs(values[i]!)));
    });
  }
  return [...peaks]
    .map(([latent, activation]) => {
      const relative = activation / (histograms.max[latent]! || 1);
      return { latent, activation, relative };
    })
    .sort((a, b) => b.relative - a.relative || a.latent - b.latent);
}
