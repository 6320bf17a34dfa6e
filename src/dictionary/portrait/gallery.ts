/** @file All portraits of a dictionary on some texts: counted in one pass, painted when they are asked for. */
import {
  type ChatModel,
  checkHook,
  directionEffects,
  hookSizes,
  type LanguageModel,
} from '../../model/index.ts';
import { proportion } from '../../statistics/index.ts';
import { badInput, badUsage, type Reporter } from '../../tensor/index.ts';
import type { Dictionary } from '../dictionary.ts';
import type { MaskRule } from '../harvest/contexts.ts';
import { directionsOf } from '../measures/matching.ts';
import type { Reading } from './active.ts';
import { type Choice, type Chosen, choose, type Found, mostActiveOn } from './choice.ts';
import { corpusOf } from './corpus.ts';
import { hashOf } from './hash.ts';
import { chanceCosine } from './neighbours.ts';
import { type Explained, Painter, writesToResidual } from './painter.ts';
import type { LatentPortrait } from './schema.ts';
import { type Survey, survey } from './survey.ts';

export interface GalleryOptions {
  readonly model: LanguageModel;
  readonly dictionary: Dictionary;
  /** Token ids of each document. */
  readonly documents: Iterable<ArrayLike<number>>;
  /** Names that the portrait gives. */
  readonly names: { readonly dictionary: string; readonly model: string; readonly texts: string[] };
  readonly version: string;
  /** Hook point that is read; default the one of the dictionary's config. */
  readonly hook?: string;
  /** Longest context in tokens; default 128. */
  readonly context?: number;
  /** Most rows. Default 100,000. */
  readonly rows?: number;
  readonly mask?: MaskRule;
  readonly seed?: number;
  /** Whether latents are ablated. Default true. */
  readonly ablate?: boolean;
  /** Who explains latents; nobody unless given. */
  readonly explainer?: ChatModel;
  readonly reporter: Reporter;
  /** Called between pieces of work; may throw to stop. */
  readonly safePoint: () => Promise<void>;
}

/** Rows that a portrait is taken from, unless told otherwise. */
export const DEFAULT_ROWS = 100_000;
/** A latent active at more rows than this share is called dense. */
const DENSE = 0.1;

/** What the pass counted of every latent, by number. */
export interface LatentCounts {
  /** Rows that were read. */
  readonly rows: number;
  /** Rows at which each was active. */
  readonly fired: readonly number[];
  /** Activation where active; 0 of those that never were. */
  readonly mean: readonly number[];
  /** Largest activation, by magnitude. */
  readonly max: readonly number[];
}

export class Gallery {
  readonly #options: GalleryOptions;
  readonly #reading: Reading;
  readonly #survey: Survey;
  readonly #painter: Painter;

  private constructor(options: GalleryOptions, reading: Reading, all: Survey) {
    this.#options = options;
    this.#reading = reading;
    this.#survey = all;
    const progress = progressOf(options);
    this.#painter = new Painter({
      ...{ ...reading, ...hooksOf(options), ...options },
      ...{ survey: all, progress },
    });
  }

  /**
   * Passes all texts through model and dictionary.
   *
   * @throws TouchstoneError where dictionary, hook point and model do not fit
   */
  static async open(options: GalleryOptions): Promise<Gallery> {
    const reading = readingOf(options);
    const progress = progressOf(options)('reading texts', 'tokens');
    return new Gallery(options, reading, await survey(reading, options.seed ?? 0, progress));
  }

  get counts(): LatentCounts {
    const { census } = this.#survey;
    const { size } = this.#options.dictionary;
    return {
      rows: census.rows,
      fired: Array.from(census.fired),
      mean: Array.from({ length: size }, (_, latent) => census.mean(latent)),
      max: Array.from(census.histograms.max),
    };
  }

  /** Latents that a choice names. @throws TouchstoneError where a number names no latent */
  choose(choice: Choice): Promise<Chosen> {
    const { census, stream } = this.#survey;
    return choose(choice, this.#reading, census, stream.at('choice'));
  }

  /** Latents that are active on a text, those nearest to their largest activation first. */
  search(tokens: readonly number[]): Promise<Found[]> {
    return mostActiveOn(this.#reading, tokens, this.#survey.census);
  }

  /**
   * What each latent's decoder row adds to the logit of one token, by latent.
   *
   * @returns undefined where the dictionary does not write into the residual stream
   */
  async effectsOn(token: number): Promise<Float32Array | undefined> {
    const { model, dictionary } = this.#options;
    if (!writesToResidual(hooksOf(this.#options).target)) return undefined;
    return directionEffects(model, directionsOf(dictionary).data, token);
  }

  /** Portraits in the order of the latents. */
  paint(
    latents: readonly number[],
  ): Promise<{ latents: LatentPortrait[]; explained: Explained | undefined }> {
    return this.#painter.paint(latents);
  }

  /** What is said of all latents, beside those that were chosen. */
  frame(chosen: Chosen) {
    return frame(this.#options, this.#reading, this.#survey, chosen);
  }
}

function progressOf({ reporter, safePoint }: GalleryOptions) {
  return (task: string, unit: string) => async (done: number, total: number) => {
    reporter({ task, done, total, unit });
    await safePoint();
  };
}

/** Where a dictionary reads and where it writes. */
function hooksOf({ dictionary: { config }, hook = config.hook_name }: GalleryOptions) {
  if (hook === undefined) {
    badUsage('the dictionary does not say which hook point it reads', 'name it with --hook');
  }
  return { hook, target: config.hook_name_out ?? hook };
}

function readingOf(options: GalleryOptions): Reading {
  const { model, dictionary, context, mask } = options;
  const { d_in, d_out = d_in } = dictionary.config;
  const { hook, target } = hooksOf(options);
  const both = [[hook, d_in] as const, [target, d_out] as const];
  for (const [name, width] of both) checkWidth(model, name, width);
  const corpus = corpusOf(model, options.documents, {
    most: options.rows ?? DEFAULT_ROWS,
    ...(context !== undefined && { context }),
    ...(mask !== undefined && { mask }),
  });
  return { model, dictionary, hook, corpus };
}

function checkWidth({ config }: LanguageModel, hook: string, width: number): void {
  const sizes = hookSizes(checkHook(hook, config), config);
  const own = sizes?.reduce((product, size) => product * size, 1);
  if (own === width) return;
  badInput(
    `the dictionary is ${width} wide, '${hook}' of this model ${own ?? 'not of one width'}`,
    'give the model and the hook point that it was made for',
  );
}

/** What is said of all latents. */
function frame(options: GalleryOptions, { corpus, hook }: Reading, all: Survey, chosen: Chosen) {
  const { dictionary, model, names, version, seed = 0 } = options;
  const { census, firings } = all;
  const densities = Array.from(census.fired, (fired) => fired / census.rows);
  const share = (test: (density: number) => boolean) =>
    proportion({ successes: densities.filter(test).length, n: dictionary.size });
  return {
    schema: 'touchstone/dictionary-portrait/1' as const,
    version,
    dictionary: {
      name: names.dictionary,
      architecture: dictionary.config.architecture,
      width: dictionary.config.d_in,
      latents: dictionary.size,
      hook,
      target: hooksOf(options).target,
      hash: hashOf(dictionary),
    },
    model: { name: names.model, parameters: model.weights.size },
    texts: {
      names: names.texts,
      documents: corpus.documentCount,
      rows: corpus.rows,
      context: Math.max(...corpus.contexts.map(({ tokens }) => tokens.length)),
      mask: corpus.mask,
      sampled: firings.share,
    },
    seed,
    silent: share((density) => density === 0),
    dense: share((density) => density > DENSE),
    l0: densities.reduce((sum, density) => sum + density, 0),
    densities: densityBins(densities),
    chanceCosine: chanceCosine(dictionary.size, dictionary.config.d_out ?? dictionary.config.d_in),
    chosen: chosen.how,
    leftOut: dictionary.size - new Set(chosen.latents).size,
  };
}

/** Latents in bins of half a decade, from the first that has any. */
function densityBins(densities: readonly number[]) {
  const counts = new Map<number, number>();
  for (const density of densities) {
    if (density === 0) continue;
    const bin = Math.min(-1, Math.floor(2 * Math.log10(density)));
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const first = Math.min(...counts.keys());
  return Array.from({ length: -first }, (_, i) => ({
    from: 10 ** ((first + i) / 2),
    latents: counts.get(first + i) ?? 0,
  }));
}
