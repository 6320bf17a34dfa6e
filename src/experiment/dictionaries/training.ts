/** @file One dictionary trained for an experiment, and what is measured of it. */
import {
  type BatchSource,
  type Dictionary,
  type DictionaryConfig,
  type DictionarySums,
  directionsOf,
  gammaOfPenalty,
  measureRows,
  type Rows,
  recallOf,
  recoveryOf,
  rowCount,
  rowsInMemory,
  trainDictionaries,
  valuesOf,
} from '../../dictionary/index.ts';
import type { Bench } from '../experiment.ts';
import type { Activations } from './activations.ts';

/** How long and how fast. */
export interface TrainingLength {
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Step from which the rate falls to 0. Default: four fifths of the steps. */
  readonly decayFrom?: number;
  /** Whether rows are scaled in training. Default false: experiments scale theirs themselves. */
  readonly normalize?: boolean;
}

/** Steps at the end whose losses are averaged. */
const LAST = 50;

/** Trains a dictionary, on rows in memory or on any batches. The seed is that of weights and of the order of rows. */
export async function trained(
  { train }: { readonly train: Rows | BatchSource },
  config: DictionaryConfig,
  {
    steps,
    batch,
    learningRate,
    seed,
    decayFrom,
    normalize = false,
  }: TrainingLength & { readonly seed: number },
  { runtime, safePoint }: Bench,
): Promise<{ dictionary: Dictionary; loss: number }> {
  const plan = {
    ...{ name: config.architecture, config, seed, learningRate, normalize },
    ...(decayFrom !== undefined && { decayFrom }),
  };
  const source = 'data' in train ? rowsInMemory(train, { seed }) : train;
  const losses: number[] = [];
  const [dictionary] = await trainDictionaries([plan], source, {
    steps,
    batch,
    runtime,
    safePoint,
    onStep: ([entry]) => void losses.push(entry!.loss),
  });
  const last = losses.slice(-LAST);
  return { dictionary: dictionary!, loss: last.reduce((a, b) => a + b, 0) / last.length };
}

/** Measures by name; null where one is undefined. */
export type Values = Readonly<Record<string, number | null>>;

const NAMES = [
  'l0',
  'fve',
  'gamma_A',
  'gamma_pp',
  'gamma_B',
  'gamma_C',
  'gamma_v1',
  'rho2',
  'dead',
] as const;

/**
 * Measures on the rows for measuring. The gammas are about the mean of the rows for fitting; `gamma_C_bias` and
 * `gamma_C_expected` (equation E, for an L1 penalty) are about b_dec; `recall` is that of planted directions.
 */
export async function valuesFor(
  dictionary: Dictionary,
  activations: Pick<Activations, 'test'> & Partial<Pick<Activations, 'documents' | 'truth'>>,
): Promise<Values> {
  return (await measuredFor(dictionary, activations)).values;
}

/** {@link valuesFor}, and the sums that most of them are of. */
export async function measuredFor(
  dictionary: Dictionary,
  { test, documents = blocksOf(test), truth }: Parameters<typeof valuesFor>[1],
): Promise<{ values: Values; sums: DictionarySums }> {
  const sums = await measureRows(dictionary, test, { documents });
  const found = valuesOf(sums);
  const plain = NAMES.map((name) => [name, numberOr(found[name])] as const);
  const recall = truth && recallOf(recoveryOf(directionsOf(dictionary), truth.planted));
  const values = {
    ...Object.fromEntries(plain),
    ...(await shrinkage(dictionary, test)),
    ...(recall !== undefined && { recall }),
  };
  return { values, sums };
}

/** Planted rows are independent: blocks of 64 stand for documents, so that there are not too many of them. */
function blocksOf(rows: Rows): Int32Array {
  return Int32Array.from({ length: rowCount(rows) }, (_, row) => Math.floor(row / ROWS_OF_BLOCK));
}

const ROWS_OF_BLOCK = 64;

function numberOr(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

async function shrinkage(dictionary: Dictionary, test: Activations['test']): Promise<Values> {
  const { config, tensors } = dictionary;
  if (config.architecture !== 'standard') return {};
  const sums = await measureRows(dictionary, test, { about: tensors.get('b_dec')!.data });
  const total = sums.total();
  return {
    gamma_C_bias: numberOr(valuesOf(sums).gamma_C),
    gamma_C_expected: numberOr(gammaOfPenalty(total, Number(config.l1_coefficient))),
  };
}
