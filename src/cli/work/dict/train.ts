/** @file The work of `touchstone dict train`: fits dictionaries to activations and writes a folder for each. */
import { rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import {
  type AnyFitOptions,
  checkFitting,
  checkTraining,
  type DictionaryPlan,
  fitDictionary,
  kindOf,
  openDictionary,
  saveDictionary,
  trainDictionaries,
} from '../../../dictionary/index.ts';
import { join, removeHalfWritten } from '../../../model/index.ts';
import { openRun, type Run, type RunSpec } from '../../../store/index.ts';
import type { DictTrainOptions } from '../../commands/dict/train.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { version } from '../../version.ts';
import { runtimeVersion } from '../models.ts';
import { type Activations, configOf, openActivations } from './activations.ts';
import { HISTORY, LiveCurves } from './curves.ts';
import { curvesPage } from './curvesPage.ts';
import { plansOf } from './plans.ts';
import { type DictionaryTraining, readCurves, summaryOf, summaryText } from './summary.ts';

const CHECKPOINT = 'checkpoint.safetensors';

/** A run that has been checked and may begin. */
interface Job {
  readonly activations: Activations;
  readonly plans: readonly DictionaryPlan[];
  readonly steps: number;
  readonly options: DictTrainOptions;
}

/** Trains, or goes on, and says what came out. */
export async function trainDictionariesCommand(
  options: DictTrainOptions,
  context: Context,
): Promise<number> {
  const activations = await openActivations(options, context);
  try {
    const training = await inFolder(await jobOf(activations, options), context);
    if (options.json) printJson(context, training);
    else context.print(summaryText(training));
    context.tell(`curves: ${pathToFileURL(join(options.out, 'curves.html'))}`);
    return DONE;
  } finally {
    await activations.release();
  }
}

/** All that can be wrong is told before anything is written. */
async function jobOf(activations: Activations, options: DictTrainOptions): Promise<Job> {
  const { source, origin } = activations;
  const { batch } = options;
  const plans = await plansOf(options, configOf(origin, source.width));
  const steps = options.steps ?? Math.max(1, Math.floor(origin.rows / batch));
  checkTraining(plans.filter(isTrained), source, { steps, batch });
  for (const plan of plans) if (!isTrained(plan)) checkFitting(plan.config, source);
  return { activations, plans, steps, options };
}

function isTrained({ config }: DictionaryPlan): boolean {
  return kindOf(config.architecture).training !== undefined;
}

async function inFolder(job: Job, context: Context): Promise<DictionaryTraining> {
  const { out } = job.options;
  const run = await openRun(out, specOf(job));
  try {
    await removeHalfWritten(out);
    if (!run.recall('trained')) {
      await trainAll(job, context);
      await run.record('trained', true);
    }
    await fitRest(run, job, context);
    const training = await finish(run, job);
    await rm(join(out, CHECKPOINT), { force: true });
    return training;
  } finally {
    await run.close();
  }
}

function specOf({ activations, plans, steps, options }: Job): RunSpec {
  const { batch, fitRows } = options;
  const { modelSha256, textsSha256, shuffleSeed, ...origin } = activations.origin;
  return {
    kind: 'dictionaries',
    settings: { ...origin, steps, batch, fitRows, identity: activations.source.identity, plans },
    seeds: { shuffle: shuffleSeed },
    versions: versions(),
    hashes: { model: modelSha256, texts: textsSha256 },
  };
}

function versions() {
  return { touchstone: version(), onnxruntime: runtimeVersion() };
}

/** Those that gradients train, side by side. */
async function trainAll({ activations, plans, steps, options }: Job, context: Context) {
  const trained = plans.filter(isTrained);
  if (trained.length === 0) return;
  const { batch, out, checkpointEvery: every } = options;
  const dictionaries = await trainDictionaries(trained, activations.source, {
    steps,
    batch,
    checkpoint: { path: join(out, CHECKPOINT), every },
    history: join(out, HISTORY),
    ...watched(context),
  });
  for (const [i, dictionary] of dictionaries.entries()) {
    await saveDictionary(dictionary, join(out, trained[i]!.name), { overwrite: true });
    await dictionary.release();
  }
}

/** Progress with curves. */
function watched({
  report,
  safePoint,
}: Context): Required<Pick<AnyFitOptions, 'reporter' | 'onStep' | 'safePoint'>> {
  const curves = new LiveCurves();
  return {
    onStep: (entries) => curves.add(entries),
    reporter: (progress) =>
      report({ ...progress, task: 'training', note: curves.note(performance.now()) }),
    safePoint,
  };
}

/** The others, one after another, each kept once it is done. */
async function fitRest(run: Run, { activations, plans, steps, options }: Job, context: Context) {
  const { batch, fitRows, out } = options;
  const { report: reporter, safePoint } = context;
  for (const { name, config, seed = 0 } of plans.filter((plan) => !isTrained(plan))) {
    if (run.recall(`fitted/${name}`)) continue;
    const rows = Math.min(fitRows, steps * batch);
    const own = { seed, rows, reporter, safePoint };
    const dictionary = await fitDictionary(config, activations.source, own);
    await saveDictionary(dictionary, join(out, name), { overwrite: true });
    await run.record(`fitted/${name}`, true);
  }
}

async function finish(run: Run, job: Job): Promise<DictionaryTraining> {
  const { activations, plans, steps, options } = job;
  const names = plans.filter(isTrained).map(({ name }) => name);
  const { points, last } = await readCurves(join(options.out, HISTORY), names, steps);
  const { mask, prefix, ...origin } = activations.origin;
  const training: DictionaryTraining = {
    schema: 'touchstone/dictionary-training/1',
    activations: { ...origin, prefix: [...prefix], mask: { ...mask, ids: [...mask.ids] } },
    steps,
    batch: options.batch,
    dictionaries: [],
    versions: versions(),
  };
  for (const plan of plans) {
    const { config } = await openDictionary(join(options.out, plan.name));
    training.dictionaries.push(summaryOf(plan, config, last.get(plan.name) ?? []));
  }
  await run.finish({
    'summary.json': `${JSON.stringify(training, null, 2)}\n`,
    'curves.html': curvesPage(training, points, version()),
  });
  return training;
}
