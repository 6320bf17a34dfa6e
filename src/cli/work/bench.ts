/** @file The work of `touchstone bench`: opens organisms seed by seed, runs the bench in a run folder, writes its report. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type BenchResult,
  type Contestant,
  renderBench,
  renderBenchHtml,
  runBench,
} from '../../audit/bench/index.ts';
import { type Budget, budgetNamed, techniquesAmong } from '../../audit/index.ts';
import { nodeRuntime } from '../../model/index.ts';
import {
  type OrganismRecipe,
  playersTexts,
  recipeNamed,
  type Shelf,
} from '../../organism/index.ts';
import { encodeLeaderboard, openRun, type RunSpec } from '../../store/index.ts';
import { ALL_TECHNIQUES, type AnyTechnique } from '../../technique/index.ts';
import type { BenchCommandOptions } from '../commands/bench.ts';
import { type Context, DONE, printJson } from '../context.ts';
import { SUBJECT_NAMES } from '../names.ts';
import { version } from '../version.ts';
import { runtimeVersion, shippedShelf } from './models.ts';
import { stoppable } from './stoppable.ts';

/** What `--quick` runs where nothing is named. */
const QUICK_ORGANISMS = ['keeper', 'backdoor', 'faker'];
const QUICK_TECHNIQUES = [
  'interrogate',
  'high-temperature',
  'prefill',
  'fuzz',
  'persona-user',
  'steer-conditional',
  'logit-lens',
  'search-keyword',
];

/** What is run, checked, before any model is opened. */
interface Plan {
  readonly recipes: readonly OrganismRecipe[];
  readonly seedsOf: (recipe: OrganismRecipe) => readonly number[];
  readonly techniques: readonly AnyTechnique[];
  readonly budget: Budget;
  readonly topK: readonly number[];
}

/** Runs a bench, or goes on with it, and prints its leaderboard. */
export async function benchCommand(
  options: BenchCommandOptions,
  context: Context,
): Promise<number> {
  const plan = planOf(options);
  const shelf = shippedShelf(nodeRuntime({ threads: 1 }));
  const folder = options.out ?? join('runs', `bench-${plan.budget.name}-seed-${options.seed}`);
  const result = await inFolder(folder, plan, options, shelf, context);
  if (options.json) printJson(context, result);
  else context.print(renderBench(result, context));
  context.tell(`report: ${pathToFileURL(join(folder, 'report.html'))}`);
  return DONE;
}

function planOf(options: BenchCommandOptions): Plan {
  const { quick = false, organism, technique, topK } = options;
  const seeds = options.seeds ?? (quick ? 2 : 5);
  const names = organism ?? (quick ? QUICK_ORGANISMS : SUBJECT_NAMES);
  return {
    recipes: names.map(recipeNamed),
    seedsOf: (recipe) => recipe.seeds.slice(0, seeds),
    techniques: techniquesAmong(
      technique ?? (quick ? QUICK_TECHNIQUES : ALL_TECHNIQUES.map(({ name }) => name)),
      ALL_TECHNIQUES,
    ),
    budget: budgetNamed(options.budget ?? (quick ? '48' : '120')),
    topK,
  };
}

function contestantOf(recipe: OrganismRecipe, seeds: readonly number[], shelf: Shelf): Contestant {
  const { subject, truth } = recipe.kind;
  return {
    name: recipe.name,
    subject: subject!,
    seeds,
    truth: truth!,
    texts: (seed, { base: { tokenizer } }) =>
      tokenizer &&
      playersTexts(tokenizer, {
        suspect: { recipe, seed, twin: false },
        twin: { recipe, seed, twin: true },
      }),
    open: async (seed) => ({
      suspect: await shelf.open({ recipe, seed, twin: false }),
      twin: await shelf.open({ recipe, seed, twin: true }),
      base: await shelf.base(recipe.base.name),
    }),
  };
}

async function inFolder(
  folder: string,
  { recipes, seedsOf, ...plan }: Plan,
  options: BenchCommandOptions,
  shelf: Shelf,
  context: Context,
): Promise<BenchResult> {
  const run = await openRun(folder, specOf(plan, options));
  try {
    if (run.resumed > 0)
      context.tell(`going on with ${folder}: ${run.resumed} pieces of work are done`);
    const result = await runBench({
      ...plan,
      contestants: recipes.map((recipe) => contestantOf(recipe, seedsOf(recipe), shelf)),
      seed: options.seed,
      version: version(),
      journal: stoppable(run, context),
      reporter: context.report,
    });
    await run.finish({
      'report.json': `${JSON.stringify(result, null, 2)}\n`,
      'report.html': renderBenchHtml(result),
      'leaderboard.parquet': encodeLeaderboard(result),
    });
    return result;
  } finally {
    await run.close();
  }
}

/**
 * What all pieces of work depend on. Organisms and techniques are not in it: a bench goes on with further ones, and the
 * weights of each are in the journal.
 */
function specOf({ budget }: Pick<Plan, 'budget'>, { seed }: BenchCommandOptions): RunSpec {
  return {
    kind: 'bench',
    settings: { budget: { ...budget } },
    seeds: { bench: seed },
    versions: { touchstone: version(), onnxruntime: runtimeVersion() },
    hashes: {},
  };
}
