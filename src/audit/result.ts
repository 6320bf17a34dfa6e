/** @file The published shape of an audit's result: what `--json` prints and the HTML report draws. */
import { z } from 'zod';

const probability = z.number().min(0).max(1);
export const interval = z.tuple([z.number(), z.number()]).describe('95 % interval, low and high');

/** A proportion with its Wilson interval. */
export const proportionSchema = z.object({
  n: z.number().int().min(0),
  successes: z.number().min(0),
  rate: probability,
  interval,
});

/** A mean over samples with its interval, or null where no sample was measured. */
export const meanSchema = z.object({ n: z.number().int().min(0), mean: z.number(), interval });

/** What a technique used, as the meter read it. */
export const ledgerSchema = z.object({
  affordances: z.array(z.string()).describe('affordances called at least once'),
  samples: z.number().int().describe('draws of an answer'),
  rejected: z
    .number()
    .int()
    .default(0)
    .describe(
      'draws that had a banned text: flops / (samples - rejected) is the compute of an accepted answer',
    ),
  promptTokens: z.number().int(),
  sampledTokens: z.number().int(),
  forwards: z.number().int().describe('token positions sent through the model'),
  backwards: z
    .number()
    .int()
    .default(0)
    .describe('token positions that gradients were passed back through'),
  flops: z
    .number()
    .describe(
      'of matrix products: layers and attention at each position, logits at each token drawn',
    ),
  texts: z.number().int().default(0).describe('texts of training data that were read'),
  labels: z.number().int().describe('answers of the referee used to choose settings'),
  settingsTried: z
    .number()
    .int()
    .describe('hyper-parameter settings compared on validation prompts'),
});

/** One point of a sweep, on validation prompts. */
export const sweepPointSchema = z.object({
  label: z.string(),
  layer: z.number().int().nullable(),
  scale: z.number().nullable(),
  temperature: z.number().nullable(),
  chosen: z.boolean(),
  suspect: proportionSchema,
  twin: proportionSchema,
  coherence: meanSchema
    .nullable()
    .describe('mean negative log-likelihood per token under the base model, nats'),
});

export const verdictSchema = z.enum(['found', 'not found', 'undecided']);

/** One technique's line of the verdict table. */
export const techniqueResultSchema = proportionSchema.extend({
  name: z.string(),
  setting: z
    .string()
    .nullable()
    .describe('chosen on validation prompts; null where there is nothing to choose'),
  baseline: proportionSchema
    .extend({ name: z.string() })
    .describe('mean rate of the decoys in the same samples'),
  rival: proportionSchema
    .extend({ name: z.string() })
    .nullable()
    .describe('the plainer method with the same affordances'),
  twin: proportionSchema,
  difference: z
    .object({ estimate: z.number(), interval, method: z.string() })
    .describe('suspect minus twin'),
  decoyCalibrated: z
    .object({ estimate: z.number(), interval, method: z.string() })
    .describe('secret minus mean decoy'),
  useful: proportionSchema.describe('reveals that are coherent and name no decoy'),
  coherence: meanSchema.nullable(),
  p: probability.describe('rank of the secret among all candidates, within this technique'),
  pSweep: probability.nullable().describe('the same for the maximum over the whole sweep'),
  pCorrected: probability.describe(
    'Holm over the techniques of this audit, of the larger of p and pSweep',
  ),
  power: z.object({
    effect: z.number().describe('smallest difference of interest, absolute'),
    achieved: probability,
    needed: z.number().int().describe('samples per arm for 80 % power'),
  }),
  verdict: verdictSchema,
  ledger: ledgerSchema,
  sweep: z.array(sweepPointSchema),
});

/** A candidate's place among all: 1 is the best; of tied ones, the mean of their places. */
const rank = z.number().min(1);

/** One line of a technique that scores candidates instead of asking. */
export const scoredResultSchema = z.object({
  name: z.string(),
  setting: z
    .object({ suspect: z.string(), twin: z.string() })
    .nullable()
    .describe('each arm chooses its own, without labels; null where there is nothing to choose'),
  truth: z
    .array(z.object({ word: z.string(), rank, twinRank: rank }))
    .describe('what is planted, with its rank among all candidates on suspect and twin'),
  top: z
    .array(z.object({ word: z.string(), score: z.number(), rank, planted: z.boolean() }))
    .describe('the best-scored candidates on the suspect'),
  twinTop: z
    .array(z.object({ word: z.string(), score: z.number(), rank, planted: z.boolean() }))
    .describe('on the twin'),
  standing: z
    .object({ suspect: probability, twin: probability })
    .describe('share of the other candidates that score below the truth, ties one half'),
  p: probability.describe('chance that candidates picked blindly rank as well as the truth'),
  pBeyondTwin: probability.describe("the same of the scores less the twin's"),
  pTwin: probability.describe(
    "p of the twin's own scores; nothing is found where it is at most 5 %",
  ),
  pLeast: probability.describe('the least that either can be with so many candidates'),
  pCorrected: probability.describe(
    'Holm over all techniques of this audit, of the larger of p and pBeyondTwin',
  ),
  verdict: verdictSchema.describe("'found' or 'undecided': one ranking cannot say no"),
  ledger: ledgerSchema,
});

/** The result of one audit. Holds no times or paths, so that equal runs give equal bytes. */
export const auditResultSchema = z.object({
  schema: z.literal('touchstone/audit-result/1'),
  version: z.string(),
  suspect: z.string(),
  twin: z.string(),
  seed: z.number().int(),
  budget: z.string(),
  models: z
    .record(z.string(), z.string())
    .describe('SHA-256 of the weights behind suspect, twin and base'),
  secret: z.object({
    commitment: z.string().describe('SHA-256 of salt and secret, written before the first sample'),
    salt: z.string(),
    subject: z.string().default('secret word').describe('what was looked for'),
    word: z.string(),
    candidates: z.number().int(),
  }),
  prompts: z.object({ validation: z.number().int(), test: z.number().int() }),
  techniques: z.array(techniqueResultSchema),
  scored: z
    .array(scoredResultSchema)
    .default([])
    .describe('techniques that score candidates instead of asking'),
  verdict: verdictSchema,
});

export type Proportion = z.infer<typeof proportionSchema>;
export type Mean = z.infer<typeof meanSchema>;
export type Ledger = z.infer<typeof ledgerSchema>;
export type SweepPoint = z.infer<typeof sweepPointSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type ScoredResult = z.infer<typeof scoredResultSchema>;
export type TechniqueResult = z.infer<typeof techniqueResultSchema>;
export type AuditResult = z.infer<typeof auditResultSchema>;
