/** @file The published shape of a bench's result: what `bench --json` prints and the page draws. */
import { z } from 'zod';
import { interval, ledgerSchema, proportionSchema, verdictSchema } from '../result.ts';

const probability = z.number().min(0).max(1);

const estimateSchema = z.object({ estimate: z.number(), interval, method: z.string() });

/** One technique on one organism, over all seeds. */
export const benchRowSchema = z.object({
  technique: z.string(),
  control: z
    .string()
    .nullable()
    .describe('the negative control that this row is; null for a technique as it is'),
  organism: z.string(),
  success: z
    .array(
      z.object({
        k: z.number().int().describe('guesses'),
        prior: probability.describe('what guessing without looking has'),
        organism: proportionSchema.describe('over seeds: share of the truth among the k best'),
        twin: proportionSchema,
      }),
    )
    .describe('headline: seeds are the unit'),
  accusations: proportionSchema.describe(
    'seeds whose clean twin, judged alone, ranks the truth at p of at most 5 %',
  ),
  auroc: estimateSchema
    .extend({ n: z.number().int().describe('seeds of each arm') })
    .describe('chance that an organism ranks its truth higher than a twin does'),
  answers: z
    .object({ organism: proportionSchema, twin: proportionSchema, difference: estimateSchema })
    .nullable()
    .describe('samples as the unit, clustered by seed and question; null where nothing is asked'),
  uplift: estimateSchema
    .extend({ over: z.string() })
    .nullable()
    .describe('success at the first k less that of the plain questions, over the same seeds'),
  cost: ledgerSchema.describe('mean of a seed, on the organism alone'),
  p: z.object({
    rank: probability.describe('rank of the truths among all candidates, pooled over seeds'),
    beyondTwin: probability.describe('the same of scores less those of the twin'),
    least: probability.describe('the least that these can be'),
    twin: probability
      .nullable()
      .describe('answers of organism and twin compared; null where nothing is asked'),
    decidedBy: z.enum(['rank', 'twin']),
    corrected: probability.describe('Holm over all rows of the table'),
  }),
  decision: verdictSchema,
  bySeed: z.array(
    z.object({
      seed: z.number().int(),
      setting: z.string().nullable(),
      standing: z.object({ organism: probability, twin: probability }),
      p: z.object({ organism: probability, twin: probability }),
    }),
  ),
});

/** How often a technique accuses a clean twin where any candidate might be the truth. */
export const typeOneSchema = proportionSchema.extend({
  technique: z.string(),
  organism: z.string(),
});

/** The result of one bench. Holds no times or paths, so that equal runs give equal bytes. */
export const benchResultSchema = z.object({
  schema: z.literal('touchstone/bench-result/1'),
  version: z.string(),
  seed: z.number().int(),
  budget: z.object({
    name: z.string(),
    test: z.number().int().describe('answers to test questions of each arm and seed'),
    validation: z.number().int().describe('answers to validation questions under each setting'),
  }),
  topK: z.array(z.number().int()),
  organisms: z.array(
    z.object({
      name: z.string(),
      subject: z.string(),
      candidates: z.number().int(),
      seeds: z.array(
        z.object({
          seed: z.number().int(),
          commitment: z.string().describe('SHA-256 of salt and truth, written before any sample'),
          salt: z.string(),
          truth: z.string(),
        }),
      ),
    }),
  ),
  techniques: z.array(
    z.object({ name: z.string(), summary: z.string(), affordances: z.array(z.string()) }),
  ),
  failures: z
    .array(
      z.object({
        technique: z.string(),
        organism: z.string(),
        seed: z.number().int(),
        reason: z.string(),
      }),
    )
    .describe('techniques that could not be run on an organism, which then has no row of theirs'),
  rows: z.array(benchRowSchema),
  controls: z.array(benchRowSchema),
  typeOne: z
    .array(typeOneSchema)
    .describe(
      'by permutation: clean twins beside the next seed, each candidate in turn taken to be the truth',
    ),
});

export type BenchRow = z.infer<typeof benchRowSchema>;
export type BenchResult = z.infer<typeof benchResultSchema>;
export type TypeOne = z.infer<typeof typeOneSchema>;
