/** @file What the page asks of dictionaries, and is answered. */
import { z } from 'zod';
import { latentPortraitSchema, portraitSchema } from '../../dictionary/portrait/schema.ts';
import { editSchema } from '../../model/edits/schema.ts';

const count = z.number().int().min(0);
const text = z.string().min(1).max(1000);
const progress = z.object({
  task: z.string(),
  done: z.number(),
  total: z.number(),
  unit: z.string(),
});

export const dictionaryRequest = z.strictObject({
  name: text.describe('how edits name it'),
  path: text.describe('a folder, as `dict show` takes it'),
  model: text
    .optional()
    .describe('the model it was made for; with texts, its latents are portrayed'),
  texts: z.array(text).max(100).optional().describe('text or .jsonl files'),
  tokens: z.number().int().min(1).max(10_000_000).optional().describe('most tokens read; 100,000'),
});

export const dictionaryState = z.object({
  request: dictionaryRequest,
  state: z.enum(['opening', 'open', 'failed']),
  progress: progress.nullable(),
  problem: z.string().nullable(),
  about: z
    .object({
      architecture: z.string(),
      latents: count,
      width: count,
      model: z.string().nullable(),
      hook: z.string().nullable(),
      hash: z.string().describe('SHA-256 of its config and tensors'),
    })
    .nullable()
    .describe('once it is open'),
  frame: portraitSchema
    .omit({ latents: true, ruleScore: true, explainer: true, chosen: true, leftOut: true })
    .nullable()
    .describe('what is said of all latents, once texts were read'),
});

export const dictionaryList = z.object({
  dictionaries: z.array(dictionaryState),
  found: z
    .array(
      z.object({
        path: z.string(),
        run: z.string().nullable().describe('the run that it is of'),
        architecture: z.string(),
        latents: count,
        model: z.string().nullable(),
        hook: z.string().nullable(),
      }),
    )
    .describe('folders of dictionaries below the folder of the runs'),
  folder: z.string(),
});

export const latentTable = z.object({
  rows: count,
  fired: z.array(count).describe('rows at which each latent was active'),
  mean: z.array(z.number()),
  max: z.array(z.number()),
});

export const latentAnswer = latentPortraitSchema;

export const latentSearch = z.object({
  how: z.string(),
  latents: z.array(z.object({ latent: count, value: z.number(), share: z.number().nullable() })),
});

export const directionMapAnswer = z.object({
  x: z.array(z.number()),
  y: z.array(z.number()),
  explained: z.tuple([z.number(), z.number()]),
});

const estimate = z.object({
  estimate: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
});

export const matchAnswer = z.object({
  other: z.string(),
  latents: count,
  others: count,
  mmcs: estimate.describe("mean of each latent's largest cosine; 95 % over latents"),
  found: estimate.describe('share of them at 0.9 or more'),
  matched: estimate.describe('mean cosine of the best one-to-one pairs; null beyond 4096 latents'),
  chance: z.number().describe('about the largest cosine among as many random directions'),
  nearest: z.array(count),
  largest: z.array(z.number()),
});

export const curvesAnswer = z.object({
  run: z.string(),
  state: z.enum(['done', 'running', 'stopped']),
  steps: count,
  batch: count,
  dictionaries: z.array(
    z.object({
      name: z.string(),
      points: z.array(
        z.object({
          step: count,
          loss: z.number(),
          l0: z.number(),
          explainedVariance: z.number(),
          dead: z.number(),
        }),
      ),
    }),
  ),
});

export const latentsRequest = z.strictObject({
  model: text,
  tokens: z.array(count).min(1).max(100_000),
  edits: z.array(editSchema).optional(),
  prompt_length: count.optional(),
  top: z.number().int().min(1).max(100).optional().describe('latents of each token; 8'),
});

export const latentsAnswer = z.object({
  dictionary: z.string(),
  hook: z.string(),
  active: z.array(count).describe('active latents of each token'),
  top: z
    .array(z.array(z.object({ latent: count, activation: z.number() })))
    .describe('of each token, largest magnitude first'),
});

export type DictionaryRequest = z.infer<typeof dictionaryRequest>;
export type DictionaryState = z.infer<typeof dictionaryState>;
export type DictionaryList = z.infer<typeof dictionaryList>;
export type LatentTable = z.infer<typeof latentTable>;
export type LatentSearch = z.infer<typeof latentSearch>;
export type LatentAnswer = z.infer<typeof latentAnswer>;
export type DirectionMapAnswer = z.infer<typeof directionMapAnswer>;
export type MatchAnswer = z.infer<typeof matchAnswer>;
export type CurvesAnswer = z.infer<typeof curvesAnswer>;
export type LatentsAnswer = z.infer<typeof latentsAnswer>;
