/** @file What an experiment says before it is run, and the published shape of what comes out. */
import { z } from 'zod';

/** One side of a comparison. */
export const armSchema = z.object({
  name: z.string(),
  what: z.string(),
  affordances: z.array(z.string()).describe('what it is given, such as activations or labels'),
});

/** A quantity that is reported. */
export const measureSchema = z.object({
  name: z.string(),
  definition: z.string().describe('formula and source'),
});

/** Question, arms, measures, sizes and decision rule: fixed in the source before any run. */
export const statementSchema = z.object({
  question: z.string(),
  hypothesis: z.string(),
  arms: z.array(armSchema),
  measures: z.array(measureSchema),
  samples: z.string().describe('sample sizes, seeds and what they have the power to show'),
  decision: z.string().describe('what will be concluded from which numbers'),
});

/** A number that never travels without its interval. */
export const estimateSchema = z.object({
  estimate: z.number(),
  interval: z.tuple([z.number(), z.number()]).describe('95 % interval'),
  n: z.number().int().describe('independent units that the interval is over'),
});

const cellSchema = z.union([z.string(), z.number(), estimateSchema, z.null()]);

/** A table: text columns name the row, the others hold numbers. */
export const tableSchema = z.object({
  name: z.string(),
  caption: z.string().describe('what the intervals are over, and what the numbers rest on'),
  columns: z.array(z.string()),
  rows: z.array(z.array(cellSchema)),
  plot: z
    .object({
      x: z.string(),
      y: z.string(),
      by: z.string(),
      logX: z.boolean().default(false),
    })
    .optional()
    .describe('columns that a figure shows'),
});

/** What the decision rule says of one claim. */
export const findingSchema = z.object({
  claim: z.string(),
  outcome: z.enum(['supported', 'refuted', 'undecided']),
  because: z.string().describe('the numbers that the outcome rests on'),
});

/** The published shape of an experiment's result. */
export const experimentResultSchema = z.object({
  schema: z.literal('touchstone/experiment-result/1'),
  experiment: z.string(),
  command: z.string().describe('what runs it again'),
  size: z.enum(['quick', 'full']),
  version: z.string(),
  statement: statementSchema,
  settings: z.record(z.string(), z.json()),
  tables: z.array(tableSchema),
  findings: z.array(findingSchema),
});

export type Statement = z.infer<typeof statementSchema>;
export type Estimated = z.infer<typeof estimateSchema>;
export type Cell = z.infer<typeof cellSchema>;
export type Table = z.infer<typeof tableSchema>;
export type Finding = z.infer<typeof findingSchema>;
export type ExperimentResult = z.infer<typeof experimentResultSchema>;
export type Size = ExperimentResult['size'];
