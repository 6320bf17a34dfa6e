/** @file The pieces of dictionaries-versus-clusters: one method at one size on one kind of activations, with all seeds. */
import {
  absorptionOf,
  Dictionary,
  DictionarySums,
  directionsOf,
  fitDictionary,
  matchDirections,
  quartersOf,
  type Rows,
  recallOf,
  recoveryOf,
  valuesOf,
} from '../../dictionary/index.ts';
import { type Activations, activationsOf } from '../dictionaries/activations.ts';
import { trained, type Values } from '../dictionaries/training.ts';
import type { Bench, Piece } from '../experiment.ts';
import { ARMS, type Arm, configOf, isTrained } from './arms.ts';
import { type EqualValue, equalPieces } from './equal.ts';
import { codedRows, rangesOf } from './quantised.ts';
import type { Space, VersusSettings } from './settings.ts';

/** What one method at one size made of one kind of activations. */
export interface Fitted {
  readonly kind: 'fitted';
  readonly data: Space['data'];
  readonly arm: string;
  readonly size: number;
  /** Factor of the learning rate, 1 but for how much hangs on it. */
  readonly rate: number;
  readonly seeds: readonly Values[];
  /** Mean cosine of latents paired one to one, of each seed and the next, in a ring; at main sizes only. */
  readonly stability: readonly number[];
}

export type VersusValue = Fitted | EqualValue;

interface Job {
  readonly arm: Arm;
  /** Several where one fit serves them all: k of components. */
  readonly sizes: readonly number[];
  readonly rate: number;
}

export function versusPieces(settings: VersusSettings): Piece<VersusValue[]>[] {
  const fits = settings.spaces.flatMap((space) =>
    jobsOf(space).map((job) => pieceOf(job, space, settings)),
  );
  return [...equalPieces(settings), ...fits];
}

function jobsOf({ sizes, main, rateFactors }: Space): Job[] {
  return ARMS.flatMap((arm): Job[] => {
    const own = sizes[arm.name] ?? [];
    if (own.length === 0) return [];
    if (arm.group === 'components') return [{ arm, sizes: own, rate: 1 }];
    const jobs = own.map((size) => ({ arm, sizes: [size], rate: 1 }));
    const size = main[arm.name];
    if (size === undefined || !isTrained(arm)) return jobs;
    return [...jobs, ...rateFactors.map((rate) => ({ arm, sizes: [size], rate }))];
  });
}

function pieceOf(job: Job, space: Space, settings: VersusSettings): Piece<Fitted[]> {
  const { arm, sizes, rate } = job;
  const { data } = space;
  const factor = rate === 1 ? '' : `, learning rate x ${rate}`;
  return {
    key: `${data}, ${arm.name}, size ${sizes.join(' ')}${factor}`,
    run: async (bench) => {
      const found: Found[] = [];
      for (const seed of space.seeds) found.push(await one(job, space, settings, seed, bench));
      const main = sizes.find((size) => space.main[arm.name] === size);
      const stability = rate === 1 && main ? await stabilityOf(found, arm, bench) : [];
      return sizes.map((size, at) => ({
        kind: 'fitted' as const,
        data,
        arm: arm.name,
        size,
        rate,
        seeds: found.map(({ values }) => values[at]!),
        stability: size === main ? stability : [],
      }));
    },
  };
}

interface Found {
  /** At each size. */
  readonly values: readonly Values[];
  readonly directions: Rows;
}

async function one(
  job: Job,
  space: Space,
  settings: VersusSettings,
  seed: number,
  bench: Bench,
): Promise<Found> {
  const { plant } = settings;
  const activations = await activationsOf(space.data, settings.data, bench, {
    seed,
    plant,
    part: 'report',
  });
  const dictionary = await fitted(job, space, settings, { seed, activations, bench });
  const values: Values[] = [];
  for (const size of job.sizes) {
    const sized = job.sizes.length === 1 ? dictionary : withSize(dictionary, size);
    values.push(await valuesOfOne(sized, activations, job.arm, settings));
    await sized.release();
  }
  return { values, directions: directionsOf(dictionary) };
}

/** The same components with another number of them kept in a row. */
function withSize({ config, tensors, runtime }: Dictionary, k: number): Dictionary {
  return new Dictionary({ ...config, k: Math.min(k, config.d_sae) }, tensors, runtime);
}

interface Given {
  readonly seed: number;
  readonly activations: Activations;
  readonly bench: Bench;
}

async function fitted(
  { arm, sizes, rate }: Job,
  space: Space,
  { clusteringRows }: VersusSettings,
  { seed, activations, bench }: Given,
): Promise<Dictionary> {
  const { data, width } = activations.train;
  const config = configOf(arm, width, space.latents, sizes[0]!);
  const { runtime, safePoint } = bench;
  if (!isTrained(arm)) {
    const rows = { data: data.subarray(0, clusteringRows * width), width };
    return fitDictionary(config, rows, { seed, runtime, safePoint });
  }
  const { steps, batch, learningRate } = space;
  const length = { steps, batch, learningRate: rate * learningRate[arm.kind]!, seed };
  return (await trained(activations, config, length, bench)).dictionary;
}

/** Rows that ranges of latents are taken from. */
const RANGE_ROWS = 2048;

async function valuesOfOne(
  dictionary: Dictionary,
  { train, test, truth }: Activations,
  { signed }: Arm,
  { valueBits }: VersusSettings,
): Promise<Values> {
  const some = { data: train.data.subarray(0, RANGE_ROWS * train.width), width: train.width };
  const ranges = await rangesOf(dictionary, some);
  const { latents, coded } = await codedRows(dictionary, test, ranges, valueBits);
  const exact = { data: await dictionary.decode(latents), width: test.width };
  const measured = (reconstruction: Rows) => {
    const sums = new DictionarySums(dictionary.config, { valueBits });
    sums.add({ x: test, reconstruction, latents });
    return valuesOf(sums);
  };
  const [plain, rounded] = [measured(exact), measured(coded)];
  const number = (value: unknown) => (typeof value === 'number' ? value : null);
  return {
    bits: number(rounded.bits),
    l0: number(plain.l0),
    fve: number(plain.fve),
    fve_coded: number(rounded.fve),
    dead: number(plain.dead),
    ...(truth && recovered(dictionary, truth, latents, signed)),
  };
}

function recovered(
  dictionary: Dictionary,
  { planted, coefficients }: NonNullable<Activations['truth']>,
  latents: Rows,
  signed: boolean,
): Values {
  const recovery = recoveryOf(directionsOf(dictionary), planted, { signed });
  const { common, rare } = quartersOf(planted);
  const found = [...recovery.alike].filter((count) => count > 0);
  const absorbed = absorptionOf(recovery, planted, latents, coefficients);
  return {
    recall: recallOf(recovery),
    recall_common: recallOf(recovery, common),
    recall_rare: recallOf(recovery, rare),
    mmcs: recovery.largest.reduce((sum, value) => sum + value, 0) / recovery.largest.length,
    split: found.length === 0 ? null : found.filter((n) => n > 1).length / found.length,
    absorbed: absorbed ?? null,
  };
}

/** Of each seed and the next, in a ring: mean cosine of latents paired one to one. */
async function stabilityOf(
  found: readonly Found[],
  { signed }: Arm,
  { runtime }: Bench,
): Promise<number[]> {
  const cosines: number[] = [];
  for (const [i, { directions }] of found.entries()) {
    if (found.length === 2 && i === 1) break;
    const next = found[(i + 1) % found.length]!.directions;
    const { paired } = await matchDirections(directions, next, { signed, runtime });
    cosines.push(paired!.reduce((sum, value) => sum + value, 0) / paired!.length);
  }
  return cosines;
}
