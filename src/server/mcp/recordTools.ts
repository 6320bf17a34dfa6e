/** @file Tools that show what was found: results of experiments, and the bench's table. */
import { z } from 'zod';
import { type BenchResult, benchResultSchema, benchRowSchema } from '../../audit/bench/result.ts';
import { type ExperimentResult, experimentResultSchema } from '../../experiment/index.ts';
import { type AgentTool, agentTool, nothing } from './tool.ts';

/** Results that are shipped. */
export interface Records {
  experiments(): readonly {
    readonly name: string;
    readonly question: string;
    readonly result: boolean;
  }[];
  /** @throws TouchstoneError where there is no such experiment, or none of its results */
  experiment(name: string): ExperimentResult;
  /** @throws TouchstoneError where there is none */
  bench(): BenchResult;
}

/** Rows of one answer. */
const MOST_ROWS = 200;

const benchAnswer = benchResultSchema
  .pick({ version: true, seed: true, budget: true, topK: true })
  .extend({
    total: z.number().int().describe('rows that were asked for'),
    offset: z.number().int(),
    rows: z.array(benchRowSchema.omit({ bySeed: true })),
  });

const benchQuery = z.strictObject({
  organism: z.string().optional(),
  technique: z.string().optional(),
  decision: benchRowSchema.shape.decision.optional(),
  controls: z.boolean().optional().describe('rows of negative controls instead'),
  offset: z.number().int().min(0).optional(),
  limit: z.number().int().min(1).max(MOST_ROWS).optional().describe('default 40'),
});

/** Tools that read them. */
export function recordTools(records: Records): AgentTool[] {
  return [
    agentTool({
      name: 'list_experiments',
      description: 'Experiments, the question of each, and whether its result is at hand.',
      input: nothing,
      output: z.object({
        experiments: z.array(
          z.object({ name: z.string(), question: z.string(), result: z.boolean() }),
        ),
      }),
      run: async () => ({ experiments: records.experiments() }),
    }),
    agentTool({
      name: 'show_experiment',
      description:
        "An experiment's statement, tables and findings, with n, intervals and baselines.",
      input: z.strictObject({ name: z.string() }),
      output: experimentResultSchema,
      run: async ({ name }) => records.experiment(name),
    }),
    agentTool({
      name: 'show_bench',
      description:
        'The table of techniques by organisms: success beside clean twins, false accusations, AUROC, cost, decision.',
      ...{ input: benchQuery, output: benchAnswer },
      run: async (query) => rowsOf(records.bench(), query),
    }),
  ];
}

function rowsOf(bench: BenchResult, query: z.infer<typeof benchQuery>) {
  const { controls = false, offset = 0, limit = 40, ...wanted } = query;
  const rows = (controls ? bench.controls : bench.rows).filter((row) =>
    Object.entries(wanted).every(([field, value]) => row[field as keyof typeof wanted] === value),
  );
  return { ...bench, total: rows.length, offset, rows: rows.slice(offset, offset + limit) };
}
