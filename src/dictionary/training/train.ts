/** @file Training: several dictionaries from one pass over the activations. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { nodeRuntime } from '../../model/index.ts';
import { badInput, badUsage, type Reporter, type Runtime, silent } from '../../tensor/index.ts';
import type { Dictionary } from '../dictionary.ts';
import { rowCount } from '../kind.ts';
import { loadTraining, saveTraining } from './checkpoint.ts';
import type { StepEngine } from './engine.ts';
import { GraphEngine } from './graphEngine.ts';
import { History, type HistoryEntry } from './history.ts';
import { checkRun, type DictionaryPlan, type FullPlan, fullPlan, type RunLength } from './plan.ts';
import type { Batch, BatchSource } from './source.ts';
import { isSparse, SparseEngine } from './sparse/sparseEngine.ts';
import { Trainee } from './trainee.ts';

/** Options of a run. */
export interface TrainingOptions extends RunLength {
  readonly runtime?: Runtime;
  /** Where the state is kept, so that the same call goes on after a crash. */
  readonly checkpoint?: {
    readonly path: string /** Steps between checkpoints. */;
    readonly every: number;
  };
  /** Where the history is appended, a line of JSON for each step of each dictionary. */
  readonly history?: string;
  readonly reporter?: Reporter;
  /** Called after each step with what it measured, a line for each dictionary. */
  readonly onStep?: (entries: readonly HistoryEntry[]) => void | Promise<void>;
  /** Called between steps; may throw to stop, after a checkpoint was written. */
  readonly safePoint?: () => Promise<void>;
}

/**
 * Checks what {@link trainDictionaries} would refuse before its first step.
 *
 * @throws TouchstoneError where a plan makes no sense, or does not fit the source
 */
export function checkTraining(
  plans: readonly DictionaryPlan[],
  source: BatchSource,
  length: RunLength,
): void {
  if (plans.length > 0) fullPlans(plans, source, length);
}

function fullPlans(plans: readonly DictionaryPlan[], source: BatchSource, length: RunLength) {
  checkRun(plans, length);
  if (source.rows !== undefined && source.rows < length.batch) {
    badUsage(`batches of ${length.batch} rows out of ${source.rows}`, 'take a smaller batch');
  }
  return plans.map((plan) => fullPlan(forSource(plan, source), length));
}

/** Batches that scales are taken from. */
const FIRST_BATCHES = 4;

/**
 * Trains dictionaries side by side, each batch being read once. The same plans, source and length give the
 * same weights, whether or not the run was stopped and taken up in between.
 *
 * @returns the dictionaries in the order of the plans, for activations as they come
 * @throws TouchstoneError where plans and source do not fit, the data end early, or a gradient is not finite
 */
export async function trainDictionaries(
  plans: readonly DictionaryPlan[],
  source: BatchSource,
  options: TrainingOptions,
): Promise<Dictionary[]> {
  const full = fullPlans(plans, source, options);
  const runtime = options.runtime ?? nodeRuntime();
  const trainees = full.map((plan) => new Trainee(plan, engineOf(plan, options, runtime), options));
  try {
    await trainAll(trainees, source, options);
    return trainees.map((trainee) => trainee.dictionary(runtime));
  } finally {
    for (const trainee of trainees) await trainee.close();
  }
}

function engineOf(plan: FullPlan, { batch }: RunLength, runtime: Runtime): StepEngine {
  const Engine = isSparse(plan.config, batch) ? SparseEngine : GraphEngine;
  return new Engine(plan, batch, runtime);
}

/** A plan with the source's target width; sizes that do not fit are refused. */
function forSource(plan: DictionaryPlan, source: BatchSource): DictionaryPlan {
  const { d_in, d_out, architecture } = plan.config;
  const { width, targetWidth } = source;
  const refuse = (what: string, expected: string) => badUsage(`${plan.name}: ${what}`, expected);
  if (d_in !== width) refuse(`d_in ${d_in}`, `the activations have width ${width}`);
  if (targetWidth === undefined && (d_out !== undefined || architecture === 'transcoder')) {
    refuse(`a ${architecture} of what to what?`, 'the activations have no target beside them');
  }
  if (targetWidth !== undefined && d_out !== undefined && d_out !== targetWidth) {
    refuse(`d_out ${d_out}`, `the targets have width ${targetWidth}`);
  }
  if (targetWidth === undefined) return plan;
  const config = { apply_b_dec_to_input: false, ...plan.config, d_out: targetWidth };
  return { ...plan, config };
}

/** What a checkpoint belongs to. */
function recipeOf(trainees: readonly Trainee[], source: BatchSource, length: RunLength): string {
  const { steps, batch } = length;
  const plans = trainees.map(({ plan }) => plan);
  return JSON.stringify({ steps, batch, source: source.identity, plans });
}

async function trainAll(
  trainees: readonly Trainee[],
  source: BatchSource,
  options: TrainingOptions,
): Promise<void> {
  const { steps, checkpoint, history: path } = options;
  const recipe = recipeOf(trainees, source, options);
  const done = checkpoint ? await loadTraining(checkpoint.path, recipe, steps, trainees) : 0;
  if (done === 0) await begin(trainees, source, options);
  for (const file of [path, checkpoint?.path]) {
    if (file !== undefined) await mkdir(dirname(file), { recursive: true });
  }
  const history = path === undefined ? undefined : await History.open(path, done, trainees.length);
  try {
    await loop(trainees, source, options, { done, recipe, history });
  } finally {
    await history?.close();
  }
}

async function begin(
  trainees: readonly Trainee[],
  source: BatchSource,
  { batch }: RunLength,
): Promise<void> {
  const first: Batch[] = [];
  for await (const item of source.batches(batch, 0)) {
    if (first.push(item) === FIRST_BATCHES) break;
  }
  if (first.length === 0) badInput('no activations to train on', `a batch has ${batch} rows`);
  for (const trainee of trainees) trainee.begin(first);
}

interface Running {
  readonly done: number;
  readonly recipe: string;
  readonly history: History | undefined;
}

async function loop(
  trainees: readonly Trainee[],
  source: BatchSource,
  options: TrainingOptions,
  { done, recipe, history }: Running,
): Promise<void> {
  const { steps, batch: rows, checkpoint } = options;
  let step = done;
  if (step === steps) return;
  const keep = async () => {
    if (!checkpoint) return;
    await history?.flush();
    await saveTraining(checkpoint.path, recipe, step, trainees);
  };
  for await (const batch of source.batches(rows, step)) {
    const entries = await stepAll(trainees, checked(batch, source, rows), step++);
    await history?.append(entries);
    await tell(options, entries, step);
    if (step === steps || (checkpoint && step % checkpoint.every === 0)) await keep();
    if (step === steps) return;
    await options.safePoint?.().catch(async (reason: unknown) => {
      await keep();
      throw reason;
    });
  }
  badInput(`the activations end after ${step} batches of ${rows} rows`, `${steps} steps need more`);
}

async function stepAll(
  trainees: readonly Trainee[],
  batch: Batch,
  step: number,
): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for (const trainee of trainees) {
    const measured = await trainee.step(batch, step);
    entries.push({ dictionary: trainee.name, step: step + 1, ...measured });
  }
  return entries;
}

async function tell(
  { reporter = silent, onStep, steps }: TrainingOptions,
  entries: readonly HistoryEntry[],
  step: number,
): Promise<void> {
  await onStep?.(entries);
  const { loss, l0, explainedVariance, dead } = entries[0]!;
  const note = `loss ${loss.toPrecision(4)}, L0 ${l0.toFixed(1)}, explained ${explainedVariance.toFixed(3)}, dead ${dead}`;
  reporter({ task: 'training dictionaries', done: step, total: steps, unit: 'steps', note });
}

/** A source that gives other rows than it promised is a bug. */
function checked(batch: Batch, { width, targetWidth }: BatchSource, rows: number): Batch {
  const { x, target } = batch;
  const fits = x.width === width && target?.width === targetWidth;
  if (fits && [x, target ?? x].every((part) => rowCount(part) === rows)) return batch;
  throw new Error(`internal: a batch of ${rowCount(x)} rows of ${x.width}, expected ${rows}`);
}
