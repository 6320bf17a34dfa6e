/** @file The published shape of what `touchstone dict eval --json` prints. */
import { z } from 'zod';

const natural = z.number().int().min(0);

export const measureSchema = z.object({
  name: z.string(),
  formula: z.string(),
  source: z.string().describe('where the definition comes from, and who else uses it'),
  estimate: z.number().nullable().describe('null where it is not defined: see why'),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  method: z.string().describe('how the interval is formed'),
  n: natural.describe('rows, tokens or directions of each dictionary'),
  documents: natural,
  seeds: natural.describe('dictionaries that the estimate is the mean over'),
  why: z.string().nullable().describe('why there is no estimate or no interval'),
});

const setSchema = z.object({
  mask: z.enum(['special', 'none']),
  ids: z.array(natural).describe('token ids that are left out'),
  measures: z.array(measureSchema),
});

const evaluatedSchema = z.object({
  dictionaries: z.array(z.string()).min(1).describe('as they were asked for'),
  architecture: z.string(),
  d_in: natural,
  d_sae: natural,
  d_out: natural,
  hook: z.string(),
  target: z.string(),
  sets: z
    .array(setSchema)
    .min(1)
    .max(2)
    .describe('figures without special tokens and, where there are such rows, with them'),
  directions: z
    .array(measureSchema)
    .nullable()
    .describe('comparison of its directions with those of the dictionary that was named'),
});

const stabilitySchema = z.object({
  measures: z.array(measureSchema).describe('means over pairs of dictionaries, with intervals'),
  pairs: z.array(
    z.object({
      dictionaries: z.tuple([z.string(), z.string()]),
      mmcs: z.number().describe('mean of the largest cosines of both sides'),
      matched_cosine: z
        .number()
        .nullable()
        .describe('mean cosine of one-to-one pairs; null where there are too many to pair'),
    }),
  ),
});

export const dictEvalSchema = z.object({
  schema: z.literal('touchstone/dictionary-evaluation/1'),
  rows: z.object({
    activations: z.string().nullable().describe('folder of captured activations'),
    model: z.string().nullable(),
    modelSha256: z.string().nullable(),
    texts: z.string().nullable().describe('SHA-256 of the token ids of the documents'),
    documents: natural,
  }),
  about: z.enum(['zero', 'b_dec']).describe('where X, H, P and the gammas have their 0'),
  valueBits: natural,
  resamples: natural,
  level: z.number(),
  seed: natural.describe('of the resampling'),
  against: z.string().nullable(),
  evaluated: z.array(evaluatedSchema).min(1),
  overSeeds: evaluatedSchema.nullable().describe('the mean over all of them, with --seeds'),
  stability: stabilitySchema
    .nullable()
    .describe('how alike the directions of the dictionaries are to each other, with --seeds'),
});

export type DictEvaluation = z.infer<typeof dictEvalSchema>;
export type EvaluatedRecord = z.infer<typeof evaluatedSchema>;
