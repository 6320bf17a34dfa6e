/** @file The work of `touchstone experiment`: lists, runs and shows experiments. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import {
  EXPERIMENTS,
  type Experiment,
  type ExperimentResult,
  experimentNamed,
  experimentResultSchema,
  renderExperiment,
  renderExperimentHtml,
  renderStatement,
  runExperiment,
  type Size,
} from '../../experiment/index.ts';
import { nodeRuntime } from '../../model/index.ts';
import { openRun, type RunSpec } from '../../store/index.ts';
import { badInput } from '../../tensor/index.ts';
import type {
  ExperimentListOptions,
  ExperimentRunOptions,
  ExperimentShowOptions,
} from '../commands/experiment.ts';
import { type Context, DONE, printJson } from '../context.ts';
import { packageFolder, version } from '../version.ts';
import { runtimeVersion, shippedShelf } from './models.ts';

/** The published shape of what `experiment list --json` prints. */
export const experimentListSchema = z.object({
  schema: z.literal('touchstone/experiment-list/1'),
  experiments: z.array(
    z.object({
      name: z.string(),
      question: z.string(),
      result: z.boolean().describe('whether the result of a full run is shipped'),
    }),
  ),
});

/** Prints the questions. */
export async function listExperiments(
  { json }: ExperimentListOptions,
  context: Context,
): Promise<number> {
  const experiments = experimentList();
  if (json) printJson(context, { schema: 'touchstone/experiment-list/1', experiments });
  else for (const { name, question } of experiments) context.print(`${name}: ${question}\n`);
  return DONE;
}

/** All experiments, and whether a full run's result is shipped. */
export function experimentList(): z.infer<typeof experimentListSchema>['experiments'] {
  return EXPERIMENTS.map(({ name, statement }) => ({
    name,
    question: statement.question,
    result: existsSync(shippedPath(name)),
  }));
}

/** Prints what an experiment says, and the shipped result. */
export async function showExperiment(
  { name, json }: ExperimentShowOptions,
  context: Context,
): Promise<number> {
  const { statement } = experimentNamed(name);
  if (json) {
    printJson(context, demandedResult(name));
    return DONE;
  }
  const result = shippedResult(name);
  context.print(renderStatement(statement, context));
  if (result) context.print(`\n${renderExperiment(result, context)}`);
  return DONE;
}

/** Runs an experiment, or goes on with it, and prints its tables. */
export async function runNamedExperiment(
  options: ExperimentRunOptions,
  context: Context,
): Promise<number> {
  const experiment = experimentNamed(options.name);
  const size: Size = options.quick ? 'quick' : 'full';
  const folder = options.out ?? join('runs', `experiment-${options.name}-${size}`);
  const result = await inFolder(experiment, size, folder, context);
  if (options.json) printJson(context, result);
  else context.print(renderExperiment(result, context));
  context.tell(`report: ${pathToFileURL(join(folder, 'report.html'))}`);
  return DONE;
}

async function inFolder(
  experiment: Experiment,
  size: Size,
  folder: string,
  context: Context,
): Promise<ExperimentResult> {
  const run = await openRun(folder, specOf(experiment, size));
  try {
    if (run.resumed > 0)
      context.tell(`going on with ${folder}: ${run.resumed} pieces of work are done`);
    const { report: reporter, safePoint } = context;
    // One thread more or less rounds sums otherwise: results are those of one thread.
    const runtime = nodeRuntime({ threads: 1 });
    const shelf = shippedShelf(runtime);
    const given = { size, journal: run, runtime, shelf, version: version(), reporter, safePoint };
    const result = await runExperiment(experiment, given);
    await run.finish({
      'report.json': `${JSON.stringify(result, null, 2)}\n`,
      'report.html': renderExperimentHtml(result),
    });
    return result;
  } finally {
    await run.close();
  }
}

function specOf({ name, settings }: Experiment, size: Size): RunSpec {
  return {
    kind: 'experiment',
    settings: { experiment: name, size, ...settings(size) },
    seeds: {},
    versions: { touchstone: version(), onnxruntime: runtimeVersion() },
    hashes: {},
  };
}

function shippedPath(name: string): string {
  return join(packageFolder(), 'results', `${name}.json`);
}

/** The same as {@link shippedResult}. @throws TouchstoneError where there is none */
export function demandedResult(name: string): ExperimentResult {
  experimentNamed(name);
  return (
    shippedResult(name) ??
    badInput(`no result of ${name} is shipped`, `touchstone experiment run ${name}`)
  );
}

/** The result of the full run that comes with the program. */
function shippedResult(name: string): ExperimentResult | undefined {
  const path = shippedPath(name);
  if (!existsSync(path)) return undefined;
  return experimentResultSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}
