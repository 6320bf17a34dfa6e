/** @file Stretches of text around a place, with a latent's activation at each token. */
import { activeRows, type Reading } from './active.ts';
import { indexIn } from './company.ts';
import type { Corpus } from './corpus.ts';

/** Tokens shown before a place, and after it. */
const BEFORE = 20;
const AFTER = 11;

/** Where to look, and at which latent. */
export interface Look {
  readonly latent: number;
  readonly place: number;
}

/** A stretch of one context. */
export interface Window extends Look {
  /** Place of its first token. */
  readonly from: number;
  /** The latent's activation at each token; 0 at tokens without rows. */
  readonly values: Float32Array;
}

/** The stretch around a place. */
export function stretchOf(
  { starts, contextOf }: Corpus,
  place: number,
): [from: number, to: number] {
  const context = contextOf[place]!;
  const from = Math.max(starts[context]!, place - BEFORE);
  return [from, Math.min(starts[context + 1]!, place + AFTER + 1)];
}

/** Reads windows: each of their contexts is passed through model and dictionary once. */
export async function readWindows(
  reading: Reading,
  looks: readonly Look[],
  progress: (done: number, total: number) => Promise<void>,
): Promise<Window[]> {
  const { corpus } = reading;
  const windows = looks.map(({ latent, place }): Window => {
    const [from, to] = stretchOf(corpus, place);
    return { latent, place, from, values: new Float32Array(to - from) };
  });
  const byContext = inContexts(windows, corpus);
  const contexts = [...byContext.keys()].sort((a, b) => a - b);
  let done = 0;
  for await (const { contexts: some, places, starts, latents, values } of activeRows(
    reading,
    contexts,
  )) {
    const rowOf = new Map(Array.from(places, (place, row) => [place, row]));
    const valueAt = (place: number, latent: number) => {
      const row = rowOf.get(place);
      if (row === undefined) return 0;
      const at = indexIn(latents, latent, starts[row]!, starts[row + 1]!);
      return at < 0 ? 0 : values[at]!;
    };
    for (const window of some.flatMap((context) => byContext.get(context)!)) {
      for (let i = 0; i < window.values.length; i++) {
        window.values[i] = valueAt(window.from + i, window.latent);
      }
    }
    done += some.length;
    await progress(done, contexts.length);
  }
  return windows;
}

function inContexts(windows: readonly Window[], { contextOf }: Corpus): Map<number, Window[]> {
  const out = new Map<number, Window[]>();
  for (const window of windows) {
    const context = contextOf[window.place]!;
    const own = out.get(context);
    if (own) own.push(window);
    else out.set(context, [window]);
  }
  return out;
}
