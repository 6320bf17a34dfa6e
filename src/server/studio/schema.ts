/** @file What the studio's page asks and is answered. */
import { z } from 'zod';

const count = z.number().int().min(0);
const name = z.string().min(1).max(300);

/** What can be opened by name. What is planted in an organism is not told here. */
export const shelfAnswer = z.object({
  organisms: z.array(
    z.object({
      name: z.string(),
      roles: z.array(z.string()).describe("'organism', 'twin' and the names of further controls"),
      seeds: z.array(count),
      auditable: z.boolean().describe('whether a game is about what is planted in it'),
    }),
  ),
  bases: z.array(z.object({ model: z.string(), summary: z.string() })),
  cached: z.array(z.object({ model: z.string(), bytes: count })).describe('models of the hub here'),
  techniques: z.array(
    z.object({
      name: z.string(),
      summary: z.string(),
      affordances: z.array(z.string()),
      rival: z.string().nullable(),
      standard: z.boolean().describe('whether an audit runs it unless others are named'),
    }),
  ),
  runs: z.string().describe('the folder of the runs'),
});

export const openRequest = z.strictObject({ model: name.describe('as `generate` takes it') });

export const openAnswer = z.object({ model: z.string(), open: z.boolean() });

export const storyAnswer = z.object({
  model: z.string(),
  summary: z.string(),
  planted: z
    .record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]))
    .describe('the ground truth; of a twin, what it lacks'),
});

export const auditRequest = z.strictObject({
  suspect: name.describe('organism:NAME[@SEED], twin:NAME[@SEED], or a model of your own'),
  twin: name.optional().describe('of a model of your own: trained alike, without the secret'),
  base: name.optional().describe('of a model of your own: judges coherence; default the twin'),
  secret: name.optional().describe('of a model of your own: the word that it hides'),
  techniques: z.array(z.string()).min(1).optional().describe('default: the standard ones'),
  budget: z.union([z.enum(['quick', 'standard']), z.number().int().min(20).max(1_000_000)]),
  effect: z.number().gt(0).max(1).optional().describe('smallest difference of interest; 0.05'),
  seed: count,
  run: name
    .regex(/^[^./\\][^/\\]*$/, 'expected the name of a run folder, no path')
    .optional()
    .describe('a run that is to be gone on with'),
});

const progress = z.object({
  task: z.string(),
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  note: z.string().optional(),
});

export const auditState = z.object({
  id: z.string(),
  request: auditRequest,
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  progress: progress.nullable(),
  finished: z.array(z.string()).describe('tasks that ended, in their order'),
  run: z.string().nullable().describe('the run, once it is done'),
  problem: z.string().nullable(),
});

export const auditList = z.object({ audits: z.array(auditState) });

export const runEntry = z.object({
  name: z.string(),
  state: z.enum(['done', 'running', 'stopped']),
  kind: z.string(),
  settings: z.record(z.string(), z.unknown()),
  seeds: z.record(z.string(), z.number()),
  versions: z.record(z.string(), z.string()),
  hashes: z.record(z.string(), z.string()),
  path: z.string().describe('of its folder'),
  samples: z.boolean().describe('whether it has a table of samples'),
  page: z.boolean().describe('whether it has a report as one page'),
  command: z.string().nullable().describe('what goes on with it, where that can be said'),
});

export const runList = z.object({ folder: z.string(), runs: z.array(runEntry) });

export const deleteAnswer = z.object({ deleted: z.string() });

export const samplesAnswer = z.object({
  total: count.describe('rows that the query asks for'),
  offset: count,
  rows: z.array(
    z.object({
      arm: z.string(),
      technique: z.string(),
      setting: z.string().nullable(),
      split: z.string(),
      prompt: z.string(),
      index: count,
      text: z.string(),
      secretMentioned: z.boolean(),
      decoysMentioned: count,
      nll: z.number().nullable(),
    }),
  ),
});

export type ShelfAnswer = z.infer<typeof shelfAnswer>;
export type StoryAnswer = z.infer<typeof storyAnswer>;
export type AuditRequest = z.infer<typeof auditRequest>;
export type AuditState = z.infer<typeof auditState>;
export type RunAnswer = z.infer<typeof runEntry>;
export type SamplesAnswer = z.infer<typeof samplesAnswer>;
