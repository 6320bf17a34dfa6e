/** @file The verdict on a planting: what was measured over all seeds, with intervals over seeds and phrases. */
import { z } from 'zod';
import {
  type Contrast,
  type Measure,
  type Measured,
  measureAll,
  type OrganismRecipe,
  type Outcome,
  type Reading,
  type Shelf,
  type VerifyOptions,
} from '../organism/index.ts';
import { clusteredMean, clusteredProportion } from '../statistics/index.ts';
import { meanSchema, type Proportion, proportionSchema } from './result.ts';

const controlsSchema = z
  .record(z.string(), proportionSchema)
  .describe('further controls by name; none where the recipe has none');

/** A share that was measured of all seeds of an organism, of its twins and controls. */
export const measureResultSchema = z.object({
  measure: z.string(),
  question: z.string().describe('what counts as a success'),
  organism: proportionSchema,
  twin: proportionSchema,
  controls: controlsSchema,
  chance: z.number().min(0).max(1).describe('rate of blind picking; 0 where nothing is picked'),
  bySeed: z.array(
    z.object({
      seed: z.number().int(),
      organism: proportionSchema,
      twin: proportionSchema,
      controls: controlsSchema,
    }),
  ),
});

/** A mean difference between organisms and their twins. */
export const contrastResultSchema = meanSchema.extend({
  contrast: z.string(),
  question: z.string().describe('what is averaged'),
  bySeed: z.array(meanSchema.extend({ seed: z.number().int() })),
});

/** The published shape of what `organism verify --json` prints. */
export const verificationSchema = z.object({
  schema: z.literal('touchstone/organism-verification/2'),
  name: z.string(),
  seeds: z.array(z.number().int()),
  measures: z.array(measureResultSchema),
  contrasts: z.array(contrastResultSchema),
  proven: z
    .record(z.string(), z.boolean())
    .describe('each claim, and whether the intervals show it'),
});

export type MeasureResult = z.infer<typeof measureResultSchema>;
export type ContrastResult = z.infer<typeof contrastResultSchema>;
export type Verification = z.infer<typeof verificationSchema>;

/** A rate with its interval over seeds, then phrases; of one seed, over phrases alone. */
export function rateOf(outcomes: readonly Outcome[]): Proportion {
  const oneSeed = new Set(outcomes.map(({ seed }) => seed)).size === 1;
  const observations = outcomes.map(({ seed, phrase, success }) => ({
    // A single outermost cluster says nothing about the spread between clusters.
    cluster: oneSeed ? phrase : [String(seed), phrase],
    success: success ? 1 : 0,
  }));
  const { estimate, interval } = clusteredProportion(observations, { seed: 1 });
  const successes = outcomes.filter(({ success }) => success).length;
  return { n: outcomes.length, successes, rate: estimate, interval };
}

/** A mean with its interval over seeds, then phrases; of one seed, over phrases alone. */
export function meanOf(readings: readonly Reading[]): z.infer<typeof meanSchema> {
  const oneSeed = new Set(readings.map(({ seed }) => seed)).size === 1;
  const measurements = readings.map(({ seed, phrase, value }) => ({
    cluster: oneSeed ? phrase : [String(seed), phrase],
    value,
  }));
  const { estimate, interval } = clusteredMean(measurements, { seed: 1 });
  return { n: readings.length, mean: estimate, interval };
}

/** Measures all seeds of an organism, of its twins and controls. */
export async function verify(
  shelf: Pick<Shelf, 'open'>,
  recipe: OrganismRecipe,
  options: VerifyOptions = {},
): Promise<Verification> {
  return verificationOf(recipe, await measureAll(shelf, recipe, options));
}

/** The verdict on what was measured of an organism, of its twins and controls. */
export function verificationOf(
  { name, seeds, kind }: Pick<OrganismRecipe, 'name' | 'seeds' | 'kind'>,
  measured: Measured,
): Verification {
  const measures = kind.measures.map((measure) => measureResult(measure, seeds, measured));
  const contrasts = kind.contrasts.map((contrast) =>
    contrastResult(contrast, seeds, measured.contrasts[contrast.name] ?? []),
  );
  const proof = {
    measures: Object.fromEntries(measures.map((result) => [result.measure, result])),
    contrasts: Object.fromEntries(contrasts.map((result) => [result.contrast, result])),
  };
  return {
    schema: 'touchstone/organism-verification/2',
    name,
    seeds: [...seeds],
    measures,
    contrasts,
    proven: kind.claims(proof),
  };
}

function measureResult(
  { name, question, chance }: Measure,
  seeds: readonly number[],
  { organism, twin, controls }: Measured,
): MeasureResult {
  const rates = (only: (outcome: Outcome) => boolean) => {
    const rate = (all: readonly Outcome[] = []) => rateOf(all.filter(only));
    const others = Object.entries(controls).map(([control, of]) => [control, rate(of[name])]);
    return {
      organism: rate(organism[name]),
      twin: rate(twin[name]),
      controls: Object.fromEntries(others) as Record<string, Proportion>,
    };
  };
  return {
    measure: name,
    question,
    ...rates(() => true),
    chance,
    bySeed: seeds.map((seed) => ({ seed, ...rates((outcome) => outcome.seed === seed) })),
  };
}

function contrastResult(
  { name, question }: Contrast,
  seeds: readonly number[],
  readings: readonly Reading[],
): ContrastResult {
  return {
    contrast: name,
    question,
    ...meanOf(readings),
    bySeed: seeds.map((seed) => ({
      seed,
      ...meanOf(readings.filter((reading) => reading.seed === seed)),
    })),
  };
}
