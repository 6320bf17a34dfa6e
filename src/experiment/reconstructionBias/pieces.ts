/** @file The pieces of reconstruction-bias: one training each, and what is measured of it. */

import {
  type BatchSource,
  type Column,
  type Dictionary,
  type DictionarySums,
  type Rows,
  valuesOf,
} from '../../dictionary/index.ts';
import { type Activations, activationsOf } from '../dictionaries/activations.ts';
import { freshRows } from '../dictionaries/fresh.ts';
import { inModel } from '../dictionaries/inModel.ts';
import {
  measuredFor,
  type TrainingLength,
  trained,
  type Values,
  valuesFor,
} from '../dictionaries/training.ts';
import type { Bench, Piece } from '../experiment.ts';
import {
  ARMS,
  type Arm,
  type BiasSettings,
  configOf,
  DYING,
  dyingLength,
  lengthOf,
  type Space,
  VARIANTS,
} from './arms.ts';
import { type InventedValue, inventedPieces } from './invented.ts';

/** What was trained. */
export interface Trained {
  readonly kind: 'curve' | 'variant' | 'validation';
  readonly data: Space['data'];
  readonly arm: string;
  readonly sparsity: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Loss over the last steps: what learning rates are chosen by. */
  readonly loss: number;
  readonly values: Values;
  /** Of dictionaries of curves: sums over the rows of each document, and over the tokens of each text of the model. */
  readonly rows?: ByDocument;
  readonly tokens?: ByDocument;
}

/** Sums by name, a number for each document. */
export type ByDocument = Readonly<Record<string, readonly number[]>>;

export type BiasValue = Trained | InventedValue;

interface Job {
  readonly kind: Trained['kind'];
  readonly arm: Arm;
  readonly sparsity: number;
  readonly length: TrainingLength;
  readonly seed: number;
}

/** All pieces, cheap comparisons of learning rates first. */
export function biasPieces(settings: BiasSettings): Piece<BiasValue>[] {
  const trainings = settings.spaces.flatMap((space) =>
    jobsOf(space, settings).map((job) => pieceOf(job, space, settings)),
  );
  return [...inventedPieces(settings), ...trainings];
}

function jobsOf(space: Space, settings: BiasSettings): Job[] {
  const { seeds, validationSeed, learningRates } = settings;
  const rates = ARMS.flatMap((arm) =>
    learningRates.map((learningRate): Job => {
      const length = { ...lengthOf(arm, space), learningRate };
      const sparsity = space.middle[arm.curve];
      return { kind: 'validation', arm, sparsity, length, seed: validationSeed };
    }),
  );
  return [...rates, ...seeds.flatMap((seed) => jobsOfSeed(space, seed))];
}

function jobsOfSeed(space: Space, seed: number): Job[] {
  const job = (kind: Trained['kind'], arm: Arm, sparsity: number): Job => {
    const length = { ...lengthOf(arm, space), learningRate: space.learningRate[arm.curve] };
    return { kind, arm, sparsity, length, seed };
  };
  const curves = ARMS.flatMap((arm) =>
    space.sparsities[arm.curve].map((sparsity) => job('curve', arm, sparsity)),
  );
  const { gated } = space.middle;
  const variants = VARIANTS.map((arm) => job('variant', arm, gated));
  const { learningRate } = space.dying;
  const dying = {
    ...job('variant', DYING, gated),
    length: { ...dyingLength(space), learningRate },
  };
  return [...curves, ...variants, dying];
}

function pieceOf(job: Job, space: Space, settings: BiasSettings): Piece<Trained> {
  const { kind, arm, sparsity, length, seed } = job;
  const { learningRate } = length;
  const { data } = space;
  const rate = kind === 'validation' ? `, learning rate ${learningRate}` : '';
  const key = `${kind} ${data}, ${arm.name}, sparsity ${sparsity}${rate}, seed ${seed}`;
  return {
    key,
    run: async (bench) => {
      const measured = await measuredTraining(job, space, settings, bench);
      return { kind, data, arm: arm.name, sparsity, learningRate, seed, ...measured };
    },
  };
}

type Measurement = Pick<Trained, 'loss' | 'values' | 'rows' | 'tokens'>;

async function measuredTraining(
  { kind, arm, sparsity, length, seed }: Job,
  space: Space,
  settings: BiasSettings,
  bench: Bench,
): Promise<Measurement> {
  const part = kind === 'validation' ? 'validation' : 'report';
  const draw = { seed, plant: seed, part } as const;
  const activations = await activationsOf(space.data, settings.data, bench, draw);
  const config = configOf(arm, activations.train.width, space.latents, sparsity);
  const train = arm === DYING ? forDying(activations, seed) : activations.train;
  const { dictionary, loss } = await trained({ train }, config, { ...length, seed }, bench);
  const { values, sums } = await measuredFor(dictionary, activations);
  const rows = byDocument(sums, ['rows', 'l0', 'R', 'variation']);
  const fitted = arm === DYING ? await onFittedRows(dictionary, activations) : {};
  const where = { hook: settings.data.hook, contexts: settings.contexts };
  const spliced =
    space.data === 'base' && kind === 'curve'
      ? await inModel(dictionary, activations, bench, where)
      : undefined;
  await dictionary.release();
  if (kind !== 'curve') return { loss, values: { ...values, ...fitted } };
  return { loss, values: { ...values, ...recovered(spliced) }, rows, ...tokensOf(spliced) };
}

/** A gate that may close on rows one by one must not see them twice, where there is no end of rows. */
function forDying(activations: Activations, seed: number): Rows | BatchSource {
  const { train, truth } = activations;
  return truth ? freshRows(activations, truth, seed) : train;
}

/** Rows for fitting over which L0 is taken. */
const FITTED_ROWS = 16_384;

/** L0 on the rows for fitting: of a model, a gate learns to be closed on these, and only on these. */
async function onFittedRows(dictionary: Dictionary, { train }: Activations): Promise<Values> {
  const { data, width } = train;
  const test = { data: data.subarray(0, FITTED_ROWS * width), width };
  return { l0_fitted: (await valuesFor(dictionary, { test })).l0! };
}

function recovered(sums: DictionarySums | undefined): Values {
  const found = sums && valuesOf(sums).ce_recovered;
  return { ce_recovered: typeof found === 'number' ? found : null };
}

function tokensOf(sums: DictionarySums | undefined): Pick<Trained, 'tokens'> {
  return sums ? { tokens: byDocument(sums, ['ceOriginal', 'ceSpliced', 'ceZero']) } : {};
}

function byDocument(sums: DictionarySums, columns: readonly Column[]): ByDocument {
  const finished = sums.byDocument.finished();
  return Object.fromEntries(columns.map((name) => [name, finished.map((one) => one[name])]));
}
