/** @file Portraits of latents: where they are active, with what, what they write and what they do. */
import { type ChatModel, checkHook, hookSizes, type LanguageModel } from '../../model/index.ts';
import { clusteredMean, proportion } from '../../statistics/index.ts';
import { badInput, badUsage, type Reporter } from '../../tensor/index.ts';
import type { Dictionary } from '../dictionary.ts';
import type { MaskRule } from '../harvest/contexts.ts';
import type { Reading } from './active.ts';
import { type Choice, type Chosen, checkLatents, choose } from './choice.ts';
import { corpusOf } from './corpus.ts';
import { hashOf } from './hash.ts';
import { chanceCosine } from './neighbours.ts';
import { type Explained, Painter } from './painter.ts';
import type { LatentPortrait, MeanAndInterval, Portrait } from './schema.ts';
import { type Survey, survey } from './survey.ts';

export interface PortraitOptions {
  readonly model: LanguageModel;
  readonly dictionary: Dictionary;
  /** Token ids of each document. */
  readonly documents: Iterable<ArrayLike<number>>;
  readonly choice: Choice;
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

/**
 * Passes texts through a model and a dictionary, and portrays some of its latents. The same options give the
 * same portrait.
 *
 * @throws TouchstoneError where dictionary, hook point and model do not fit, or a latent does not exist
 */
export async function portray(options: PortraitOptions): Promise<Portrait> {
  const reading = readingOf(options);
  if ('latents' in options.choice) checkLatents(options.choice.latents, options.dictionary.size);
  const progress = (task: string, unit: string) => async (done: number, total: number) => {
    options.reporter({ task, done, total, unit });
    await options.safePoint();
  };
  const all = await survey(reading, options.seed ?? 0, progress('reading texts', 'tokens'));
  const chosen = await choose(options.choice, reading, all.census, all.stream.at('choice'));
  const painter = new Painter({
    ...reading,
    ...hooksOf(options),
    ...options,
    survey: all,
    progress,
  });
  const { latents, explained } = await painter.paint(chosen.latents);
  return { ...frame(options, reading, all, chosen), ...outcome(latents, explained), latents };
}

/** Where a dictionary reads and where it writes. */
function hooksOf({ dictionary: { config }, hook = config.hook_name }: PortraitOptions) {
  if (hook === undefined) {
    badUsage('the dictionary does not say which hook point it reads', 'name it with --hook');
  }
  return { hook, target: config.hook_name_out ?? hook };
}

function readingOf(options: PortraitOptions): Reading {
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
function frame(options: PortraitOptions, { corpus, hook }: Reading, all: Survey, chosen: Chosen) {
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

/** How well accounts of latents detect them, over all that are shown. */
function outcome(latents: readonly LatentPortrait[], explained: Explained | undefined) {
  const over = (values: readonly (number | undefined)[]): MeanAndInterval | null => {
    const own = values.filter((value) => value !== undefined);
    // One latent has no spread: its own figure is with it.
    if (own.length < 2) return null;
    const measured = own.map((value, i) => ({ cluster: String(i), value }));
    const { estimate, interval } = clusteredMean(measured);
    return { mean: estimate, interval, n: own.length };
  };
  const of = latents.map(({ explanation }) => explanation).filter((one) => one !== null);
  const failed = (why: 'refused' | 'malformed') =>
    of.filter(({ failure }) => failure === why).length;
  return {
    ruleScore: over(latents.map(({ ruleScore }) => ruleScore?.balancedAccuracy)),
    explainer: explained
      ? {
          model: explained.model,
          explained: of.length,
          refused: failed('refused'),
          malformed: failed('malformed'),
          score: over(of.map(({ score }) => score.balancedAccuracy)),
          shuffled: over(of.map(({ shuffled }) => shuffled?.score.balancedAccuracy)),
        }
      : null,
  };
}
