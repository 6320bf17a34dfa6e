/** @file The work of `touchstone audit`: opens the players, runs the audit in a run folder, writes its report. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type AuditResult,
  type Budget,
  budgetNamed,
  checkEffect,
  modelHashes,
  type Played,
  type Players,
  runAudit,
  type SampleTableRow,
  sampleTable,
  sha256,
  techniquesNamed,
} from '../../audit/index.ts';
import { renderHtml } from '../../audit/report/index.ts';
import { openRun, type RunSpec } from '../../store/index.ts';
import type { AnyTechnique } from '../../technique/index.ts';
import { type AuditOptions, showAudit } from '../commands/audit.ts';
import type { Context } from '../context.ts';
import { version } from '../version.ts';
import { type Entrants, entrantsOf, openEntrants, ownEntrants, textsOf } from './entrants.ts';
import { runtimeVersion } from './models.ts';
import { stoppable } from './stoppable.ts';

/** A finished audit and the folder that holds it. */
export interface FinishedAudit {
  readonly result: AuditResult;
  /** Every answer behind the result. */
  readonly played: readonly Played[];
  readonly folder: string;
}

/** Runs an audit and prints its result. */
export async function auditCommand(options: AuditOptions, context: Context): Promise<number> {
  const { result, folder } = await auditInFolder(options, context);
  const status = showAudit(result, options, context);
  context.tell(`report: ${pathToFileURL(join(folder, 'report.html'))}`);
  return status;
}

/** What is audited, checked, before any model is opened. */
interface Plan {
  readonly entrants: Entrants;
  readonly names: { readonly suspect: string; readonly twin: string };
  readonly techniques: readonly AnyTechnique[];
  readonly budget: Budget;
}

/**
 * Runs an audit, or goes on with it, in its run folder.
 *
 * @param runs where the folder is made, if the options do not name it
 */
export async function auditInFolder(
  options: AuditOptions,
  context: Context,
  runs = 'runs',
): Promise<FinishedAudit> {
  const plan = await planOf(options);
  const players = await openEntrants(plan.entrants);
  const spec = await specOf(plan, options, players);
  const folder = options.out ?? join(runs, await folderName(plan, options.seed, spec));
  const run = await openRun(folder, spec);
  try {
    if (run.resumed > 0)
      context.tell(`going on with ${folder}: ${run.resumed} pieces of work are done`);
    const texts = textsOf(plan.entrants, players);
    const { result, played } = await runAudit({
      ...plan,
      players,
      ...(texts && { texts }),
      target: plan.entrants.target,
      effect: options.effect,
      seed: options.seed,
      version: version(),
      journal: stoppable(run, context),
      reporter: context.report,
    });
    await writeReport(run, result, sampleTable(played, plan.entrants.target));
    return { result, played, folder };
  } finally {
    await run.close();
  }
}

async function planOf(options: AuditOptions): Promise<Plan> {
  const { technique = [], budget, effect } = options;
  checkEffect(effect);
  const entrants = (await ownEntrants(options)) ?? entrantsOf(options);
  return {
    entrants,
    names: { suspect: entrants.suspect, twin: entrants.twin },
    techniques: techniquesNamed(technique),
    budget: budgetNamed(String(budget)),
  };
}

type Finishing = Pick<Awaited<ReturnType<typeof openRun>>, 'writeSamples' | 'finish'>;

async function writeReport(
  run: Finishing,
  result: AuditResult,
  rows: readonly SampleTableRow[],
): Promise<void> {
  await run.writeSamples(rows);
  await run.finish({
    'report.json': `${JSON.stringify(result, null, 2)}\n`,
    'report.html': renderHtml(result),
  });
}

async function specOf(
  { names, techniques, budget }: Plan,
  { effect, seed }: AuditOptions,
  players: Players,
): Promise<RunSpec> {
  return {
    kind: 'audit',
    settings: {
      ...names,
      techniques: techniques.map(({ name }) => name),
      budget: { ...budget },
      effect,
    },
    seeds: { audit: seed },
    versions: { touchstone: version(), onnxruntime: runtimeVersion() },
    hashes: await modelHashes(players),
  };
}

/** A name for people, and a hash of all that the outcome depends on: other work never lies in the way. */
async function folderName({ names, budget }: Plan, seed: number, spec: RunSpec): Promise<string> {
  const hash = (await sha256(JSON.stringify(spec))).slice(0, 8);
  const parts = ['audit', names.suspect, budget.name, 'seed', seed, hash];
  return parts.join('-').replace(/[^A-Za-z0-9.@-]+/g, '-');
}
