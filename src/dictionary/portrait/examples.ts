/** @file Which places of a latent are shown, which are kept back to test what is said of it. */
import type { Firing } from './collection.ts';
import type { Corpus } from './corpus.ts';
import type { Survey } from './survey.ts';

/** Strongest places shown. */
const TOP = 8;
/** Parts of equal number that activations are cut into, and places shown of each. */
const BANDS = 5;
const IN_BAND = 2;
/** Texts of each kind that accounts of a latent are tested on. */
const TRIALS = 20;
/** Texts of the held-out half among which silent ones are looked for. */
const CANDIDATES = 80;

/** A place that is shown, and where its activation lies among all. */
export interface Shown extends Firing {
  readonly kind: 'top' | 'quantile';
  readonly band: [number, number] | null;
}

/** The strongest places, then some of each quantile of a random sample, none in a context that was shown. */
export function shownPlaces(corpus: Corpus, { collection }: Survey, latent: number): Shown[] {
  const { contextOf } = corpus;
  const top = collection.strongest(latent).slice(0, TOP);
  const seen = new Set(top.map(({ place }) => contextOf[place]!));
  const ranked = collection.sampled(latent).map((firing, order) => ({ ...firing, order }));
  ranked.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const bands = Array.from({ length: BANDS }, (_, i) => {
    const cut = (band: number) => Math.round((band * ranked.length) / BANDS);
    const inside = ranked.slice(cut(i), cut(i + 1)).sort((a, b) => a.order - b.order);
    const fresh = oneEach(inside, corpus).filter(({ place }) => !seen.has(contextOf[place]!));
    const own = fresh.slice(0, IN_BAND);
    for (const { place } of own) seen.add(contextOf[place]!);
    const band: [number, number] = [1 - (i + 1) / BANDS, 1 - i / BANDS];
    return own.map(({ place, value }): Shown => ({ place, value, kind: 'quantile', band }));
  });
  return [...top.map((firing): Shown => ({ ...firing, kind: 'top', band: null })), ...bands.flat()];
}

/** Held-out places at which the latent is active, in random order, one a context. */
export function heldOutPlaces(corpus: Corpus, survey: Survey, latent: number): Firing[] {
  const { documents } = corpus;
  const own = survey.collection
    .sampled(latent)
    .filter(({ place }) => !survey.halves.isShown(documents[place]!));
  return oneEach(own, corpus).slice(0, TRIALS);
}

/** The first of each context. */
export function oneEach(firings: readonly Firing[], { contextOf }: Corpus): Firing[] {
  const seen = new Set<number>();
  return firings.filter(({ place }) => {
    const context = contextOf[place]!;
    return seen.has(context) ? false : seen.add(context);
  });
}

/** Random places of held-out documents, one a context: where a latent is silent around one, it is tested there. */
export function backgroundPlaces(corpus: Corpus, { halves, stream }: Survey): number[] {
  const open = corpus.contexts.flatMap((_, context) => {
    const [from, to] = [corpus.starts[context]!, corpus.starts[context + 1]!];
    if (halves.isShown(corpus.documents[from]!)) return [];
    const places = Array.from({ length: to - from }, (_, i) => from + i);
    const rows = places.filter((place) => corpus.masked[place] === 0);
    return rows.length === 0 ? [] : [stream.at('background', context).reader().pick(rows)];
  });
  return stream.at('background').reader().shuffle(open).slice(0, CANDIDATES);
}

/** Silent texts are taken up to this many. */
export const MOST_SILENT = TRIALS;
