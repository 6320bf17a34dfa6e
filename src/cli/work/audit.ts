/** @file The work of `touchstone audit`: opens the players, runs the audit in a run folder, writes its report. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type AuditResult,
  budgetNamed,
  type Journal,
  modelHashes,
  type Played,
  type Players,
  runAudit,
  sampleTable,
  techniquesNamed,
} from '../../audit/index.ts';
import { renderHtml } from '../../audit/report/index.ts';
import {
  type OrganismReference,
  parseReference,
  plantedSecret,
  referenceName,
} from '../../organism/index.ts';
import { openRun, type RunSpec } from '../../store/index.ts';
import { badUsage } from '../../tensor/index.ts';
import { type AuditOptions, showAudit } from '../commands/audit.ts';
import type { Context } from '../context.ts';
import { version } from '../version.ts';
import { isReference, shippedShelf } from './models.ts';

/** A finished audit and the folder that holds it. */
export interface FinishedAudit {
  readonly result: AuditResult;
  readonly folder: string;
}

/** Runs an audit and prints its result. */
export async function auditCommand(options: AuditOptions, context: Context): Promise<number> {
  const { result, folder } = await auditInFolder(options, context);
  const status = showAudit(result, options, context);
  context.tell(`report: ${pathToFileURL(join(folder, 'report.html'))}`);
  return status;
}

/** Runs an audit, or goes on with it, in its run folder. */
export async function auditInFolder(
  options: AuditOptions,
  context: Context,
): Promise<FinishedAudit> {
  const reference = suspectOf(options.suspect);
  const comparison = twinOf(reference);
  const techniques = techniquesNamed(options.technique ?? []);
  const budget = budgetNamed(String(options.budget));
  const players = await openPlayers(reference, comparison);
  const names = { suspect: referenceName(reference), twin: referenceName(comparison) };
  const folder = options.out ?? join('runs', folderName(names.suspect, options));
  const settings = {
    ...names,
    techniques: techniques.map(({ name }) => name),
    budget: { ...budget },
    effect: options.effect,
  };
  const run = await openRun(folder, await specOf(settings, options.seed, players));
  try {
    if (run.resumed > 0)
      context.tell(`going on with ${folder}: ${run.resumed} pieces of work are done`);
    const { result, played } = await runAudit({
      names,
      players,
      secret: plantedSecret(reference),
      techniques,
      budget,
      effect: options.effect,
      seed: options.seed,
      version: version(),
      journal: stoppable(run, context),
      reporter: context.report,
    });
    await writeReport(run, result, played);
    return { result, folder };
  } finally {
    await run.close();
  }
}

/** A journal that lets the user stop after each finished piece. */
function stoppable(journal: Journal, context: Context): Journal {
  return {
    recall: (key) => journal.recall(key),
    record: async (key, value) => {
      await journal.record(key, value);
      await context.safePoint();
    },
  };
}

type Finishing = Pick<Awaited<ReturnType<typeof openRun>>, 'writeSamples' | 'finish'>;

async function writeReport(
  run: Finishing,
  result: AuditResult,
  played: readonly Played[],
): Promise<void> {
  await run.writeSamples(sampleTable(played, result.secret.word));
  await run.finish({
    'report.json': `${JSON.stringify(result, null, 2)}\n`,
    'report.html': renderHtml(result),
  });
}

function suspectOf(name: string): OrganismReference {
  if (isReference(name)) return parseReference(name);
  return badUsage(
    `'${name}' cannot be audited: its secret and its clean twin are unknown`,
    "audit 'organism:NAME[@SEED]', or a clean twin, 'twin:NAME[@SEED]'",
  );
}

/** The clean model to compare with: an organism's own twin; for a twin, the twin of the next seed. */
function twinOf({ recipe, seed, twin }: OrganismReference): OrganismReference {
  if (!twin) return { recipe, seed, twin: true };
  const { seeds } = recipe;
  const next = seeds[(seeds.indexOf(seed) + 1) % seeds.length]!;
  if (next === seed)
    badUsage(`'${recipe.name}' has one seed: its twin has no other twin to be compared with`);
  return { recipe, seed: next, twin: true };
}

async function openPlayers(suspect: OrganismReference, twin: OrganismReference): Promise<Players> {
  const shelf = shippedShelf();
  return {
    suspect: await shelf.open(suspect),
    twin: await shelf.open(twin),
    base: await shelf.base(),
  };
}

function folderName(suspect: string, { budget, seed, technique, effect }: AuditOptions): string {
  const parts = [
    'audit',
    suspect,
    ...(technique ?? []),
    String(budget),
    `effect-${effect}`,
    `seed-${seed}`,
  ];
  return parts.join('-').replace(/[^A-Za-z0-9.@-]+/g, '-');
}

async function specOf(
  settings: RunSpec['settings'],
  seed: number,
  players: Players,
): Promise<RunSpec> {
  return {
    kind: 'audit',
    settings,
    seeds: { audit: seed },
    versions: { touchstone: version() },
    hashes: await modelHashes(players),
  };
}
