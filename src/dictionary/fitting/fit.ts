/** @file Fits any kind: by gradients where the kind says how, else from rows in memory. */
import { nodeRuntime } from '../../model/index.ts';
import { badUsage, type Reporter, type Runtime, randomStream, silent } from '../../tensor/index.ts';
import { Dictionary } from '../dictionary.ts';
import { type DictionaryConfig, type Rows, rowCount } from '../kind.ts';
import { fittedKindOf, kindOf } from '../kinds/index.ts';
import type { DictionaryPlan } from '../training/plan.ts';
import { type BatchSource, rowsInMemory } from '../training/source.ts';
import { type TrainingOptions, trainDictionaries } from '../training/train.ts';
import { checkFinite } from './rows.ts';

/** Options of a fit. */
export interface FittingOptions {
  /** Seed of all random numbers. Default 0. */
  readonly seed?: number;
  /** Rows that are taken of a source, which are held in memory. Default 65,536. Rows given as such are all taken. */
  readonly rows?: number;
  /** Rows that are asked of a source at once. Default 1024. */
  readonly batch?: number;
  readonly runtime?: Runtime;
  readonly reporter?: Reporter;
  /** Called between iterations; may throw to stop. */
  readonly safePoint?: () => Promise<void>;
}

const MOST_ROWS = 65_536;

/**
 * Fits one dictionary of a kind that no gradient trains. The same config, rows and seed give the same bytes.
 *
 * @returns a dictionary whose config says in `fitted` how it went
 * @throws TouchstoneError where a setting makes no sense, rows are not finite, too few or of another width
 */
export async function fitDictionary(
  config: DictionaryConfig,
  source: Rows | BatchSource,
  options: FittingOptions = {},
): Promise<Dictionary> {
  const { seed = 0, runtime = nodeRuntime() } = options;
  const { fitting } = fittedKindOf(config.architecture);
  const full = checkFitting(config, source);
  const rows = 'data' in source ? source : await rowsOf(source, options);
  checkFinite(rows);
  const stream = randomStream(seed, 'fit');
  const progress = progressOf(full, options);
  const { tensors, outcome } = await fitting.fit({ rows, config: full, stream, runtime, progress });
  const fitted = { rows: rowCount(rows), seed, ...outcome };
  return new Dictionary({ ...full, fitted }, tensors, runtime);
}

/** The whole config of a fit. @throws TouchstoneError where a setting makes no sense, or the source does not fit */
export function checkFitting(
  config: DictionaryConfig,
  source: Rows | BatchSource,
): DictionaryConfig {
  const { fitting, shapes } = fittedKindOf(config.architecture);
  const full = { ...fitting.defaults, ...config };
  shapes(full);
  checkSource(full, source);
  return full;
}

/** Options of {@link fit}: of training, and of what is not trained. */
export interface AnyFitOptions extends TrainingOptions, Pick<FittingOptions, 'rows'> {}

/**
 * Fits dictionaries of any kinds: those of gradients side by side from one pass, then each of the others from as many
 * rows as the steps take, at most `rows`.
 *
 * @returns the dictionaries in the order of the plans
 */
export async function fit(
  plans: readonly DictionaryPlan[],
  source: Rows | BatchSource,
  options: AnyFitOptions,
): Promise<Dictionary[]> {
  const batches = 'data' in source ? rowsInMemory(source) : source;
  const isTrained = (plan: DictionaryPlan) => kindOf(plan.config.architecture).training;
  const trained = plans.filter(isTrained);
  const done = new Map<DictionaryPlan, Dictionary>();
  const dictionaries = trained.length > 0 ? await trainDictionaries(trained, batches, options) : [];
  trained.forEach((plan, i) => void done.set(plan, dictionaries[i]!));
  const { steps, batch, rows = MOST_ROWS } = options;
  for (const plan of plans.filter((one) => !isTrained(one))) {
    const own = { ...options, seed: plan.seed ?? 0, rows: Math.min(rows, steps * batch) };
    done.set(plan, await fitDictionary(plan.config, source, own));
  }
  return plans.map((plan) => done.get(plan)!);
}

function checkSource({ architecture, d_in }: DictionaryConfig, source: Rows | BatchSource): void {
  if (source.width !== d_in) badUsage(`d_in ${d_in}`, `the activations have width ${source.width}`);
  if ('data' in source || source.targetWidth === undefined) return;
  badUsage(`a ${architecture} of what to what?`, 'it decodes what it encodes: give no target');
}

/** The first rows of a source, none twice where it says how many there are. */
async function rowsOf(
  source: BatchSource,
  { rows: most = MOST_ROWS, batch = 1024 }: FittingOptions,
): Promise<Rows> {
  if (!Number.isSafeInteger(most) || most < 1) {
    badUsage(`${most} rows`, 'rows is a whole number from 1');
  }
  const all = source.rows ?? most;
  const size = Math.min(batch, most, all);
  const count = Math.min(most, Math.floor(all / size) * size);
  const data = new Float32Array(count * source.width);
  let filled = 0;
  for await (const { x } of source.batches(size, 0)) {
    const part = x.data.subarray(0, data.length - filled);
    data.set(part, filled);
    filled += part.length;
    if (filled === data.length) break;
  }
  return { data: data.subarray(0, filled), width: source.width };
}

function progressOf(config: DictionaryConfig, { reporter = silent, safePoint }: FittingOptions) {
  const task = `fitting ${config.architecture}`;
  return async (done: number, total: number, note: string) => {
    reporter({ task, done, total, unit: 'iterations', note });
    await safePoint?.();
  };
}
