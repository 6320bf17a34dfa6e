/** @file The plainest account of a latent: it is active where certain tokens, or runs of tokens, end. */
import type { Corpus } from './corpus.ts';
import type { Firings } from './firings.ts';
import { Grams, gramAt, ORDERS, tokensOf } from './grams.ts';
import { type Halves, type Rate, rateOver } from './rates.ts';

/** Runs of tokens that a rule names at most. */
const MOST_GRAMS = 12;
/** Runs that a portrait lists of each length. */
const LISTED = 6;

/** How a latent takes to one run of tokens. */
export interface GramUse {
  readonly order: number;
  readonly tokens: readonly number[];
  /** Of the rows at which the run ends, those with the latent active. */
  readonly active: Rate;
  /** Of the rows with the latent active, those at which the run ends. */
  readonly share: Rate;
}

/** 'The latent is active where one of these runs ends', chosen on one half of the documents. */
export interface Rule {
  readonly order: number;
  readonly grams: readonly (readonly number[])[];
  /** On the other half: of the rows that the rule names, those with the latent active. */
  readonly precision: Rate;
  /** On the other half: of the rows with the latent active, those that the rule names. */
  readonly recall: Rate;
  /** On the other half: rows with the latent active, the precision of a rule that names all. */
  readonly base: Rate;
}

/** A run with the rows where it ends: those with the latent active, and all. */
interface Candidate {
  readonly gram: string;
  readonly hits: number;
  readonly all: number;
}

function f1Of(grams: readonly Candidate[], active: number): number {
  const hits = grams.reduce((sum, one) => sum + one.hits, 0);
  const named = grams.reduce((sum, one) => sum + one.all, 0);
  return (2 * hits) / (active + named);
}

/** Rules and statistics of runs over the rows that were kept. */
export class Rules {
  readonly #corpus: Corpus;
  readonly #firings: Firings;
  readonly #halves: Halves;
  readonly #grams: readonly Grams[];
  readonly #heldOut: readonly number[];

  constructor(corpus: Corpus, firings: Firings, halves: Halves) {
    this.#corpus = corpus;
    this.#firings = firings;
    this.#halves = halves;
    this.#grams = ORDERS.map((order) => new Grams(corpus, firings.places, order));
    this.#heldOut = firings.places.filter((place) => !this.#isShown(place));
  }

  #isShown(place: number): boolean {
    return this.#halves.isShown(this.#corpus.documents[place]!);
  }

  #places(rows: Iterable<number>): number[] {
    return Array.from(rows, (row) => this.#firings.places[row]!);
  }

  /** The runs at which the latent is most often active, of each length. */
  uses(latent: number): GramUse[] {
    const rows = this.#firings.rowsOf(latent);
    const own = this.#places(rows);
    const active = new Set(own);
    return this.#grams.flatMap((grams) =>
      grams
        .among(rows)
        .slice(0, LISTED)
        .map(([gram]) => {
          const ends = new Set(this.#places(grams.rowsOf(gram)));
          return {
            order: grams.order,
            tokens: tokensOf(gram),
            active: rateOver(this.#corpus, ends, (place) => active.has(place)),
            share: rateOver(this.#corpus, own, (place) => ends.has(place)),
          };
        }),
    );
  }

  /** The best rule; undefined where a half has no row with the latent active. */
  best(latent: number): Rule | undefined {
    const rows = this.#firings.rowsOf(latent);
    const shown = rows.filter((row) => this.#isShown(this.#firings.places[row]!));
    if (shown.length === 0 || shown.length === rows.length) return undefined;
    const fits = this.#grams.map((grams) => this.#fit(grams, shown));
    const best = fits.reduce((a, b) => (b.f1 > a.f1 ? b : a));
    return this.#measured(best.grams, best.order, rows);
  }

  /**
   * The runs, {@link MOST_GRAMS} at most, of the best F1 = 2 hits / (active + named): of those that maximise
   * 2 hits - F named for the F they reach themselves (Dinkelbach 1967, "On nonlinear fractional programming").
   */
  #fit(grams: Grams, active: readonly number[]) {
    const isShown = (row: number) => this.#isShown(this.#firings.places[row]!);
    const candidates = grams
      .among(active)
      .map(([gram, hits]) => ({ gram, hits, all: grams.rowsOf(gram).filter(isShown).length }));
    const gain = (f1: number) => (one: Candidate) => 2 * one.hits - f1 * one.all;
    let chosen: readonly Candidate[] = [];
    for (let [f1, next] = [0, 0]; next > f1 || chosen.length === 0; ) {
      f1 = next;
      const by = gain(f1);
      const ranked = candidates.filter((one) => by(one) > 0).sort((a, b) => by(b) - by(a));
      const best = ranked.slice(0, MOST_GRAMS);
      next = f1Of(best, active.length);
      if (next <= f1 && chosen.length > 0) break;
      chosen = best;
    }
    const ordered = [...chosen].sort((a, b) => b.hits - a.hits);
    const f1 = f1Of(chosen, active.length);
    return { order: grams.order, f1, grams: ordered.map(({ gram }) => gram) };
  }

  #measured(grams: readonly string[], order: number, rows: readonly number[]): Rule {
    const corpus = this.#corpus;
    const names = new Set(grams);
    const index = this.#grams.find((one) => one.order === order)!;
    const own = this.#places(rows).filter((place) => !this.#isShown(place));
    const active = new Set(own);
    const named = this.#places(grams.flatMap((gram) => index.rowsOf(gram)));
    const heldOut = named.filter((place) => !this.#isShown(place));
    return {
      order,
      grams: grams.map(tokensOf),
      precision: rateOver(corpus, heldOut, (place) => active.has(place)),
      recall: rateOver(corpus, own, (place) => names.has(gramAt(corpus, place, order) ?? '')),
      base: rateOver(corpus, this.#heldOut, (place) => active.has(place)),
    };
  }
}

/** Whether a rule names one of the places. */
export function ruleNames(
  corpus: Corpus,
  { order, grams }: Rule,
  places: Iterable<number>,
): boolean {
  const names = new Set(grams.map((gram) => gram.join(' ')));
  for (const place of places) {
    if (corpus.masked[place] === 0 && names.has(gramAt(corpus, place, order) ?? '')) return true;
  }
  return false;
}
