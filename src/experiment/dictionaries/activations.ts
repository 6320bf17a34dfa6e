/** @file The activations that experiments on dictionaries are about: planted ones, and those of models. */
import {
  type PlantedDictionary,
  type PlantOptions,
  phaseShuffled,
  plantDictionary,
  plantedRows,
  type Rows,
} from '../../dictionary/index.ts';
import type { Bench } from '../experiment.ts';
import { harvested } from './harvest.ts';

/** Where activations come from. */
export type DataName = 'planted' | 'unequal' | 'base' | 'random weights' | 'phases shuffled';

/** Sizes and sources of a data set; plain JSON. */
export type DataSettings = {
  readonly trainRows: number;
  readonly testRows: number;
  /** Directions that are equally frequent, and directions by a power law with families. */
  readonly planted: PlantOptions;
  readonly unequal: PlantOptions;
  /** Where models are read. */
  readonly hook: string;
};

/**
 * Rows for fitting and others for measuring, of mean 0 (that of the rows for fitting is taken off both) and scaled to
 * E|x|^2 = width on the rows for fitting: coefficients of penalties mean the same everywhere.
 */
export interface Activations {
  readonly train: Rows;
  readonly test: Rows;
  /** Of the rows for measuring: the number of each one's text. Planted rows are each one by itself. */
  readonly documents: Int32Array | undefined;
  readonly truth: Truth | undefined;
  /** x as given here is scale (x as read - mean). */
  readonly scale: number;
  readonly mean: Float64Array;
}

/** What was planted. */
export interface Truth {
  readonly planted: PlantedDictionary;
  /** Coefficients of the rows for measuring, [testRows, latents]. */
  readonly coefficients: Rows;
}

/** Which of the rows of a source. */
export interface Draw {
  /** Of planted rows, and of shuffled phases; a model's rows are the same for all seeds. */
  readonly seed: number;
  /** The seed of planted directions. */
  readonly plant: number;
  /** The part of the texts. */
  readonly part: Part;
}

/** As many seeds as a piece goes through. */
const KEPT = 5;
const kept = new Map<string, Promise<Activations>>();

/** A data set. The last five are kept in memory, for the next piece often wants them too. */
export function activationsOf(
  name: DataName,
  settings: DataSettings,
  bench: Bench,
  draw: Draw,
): Promise<Activations> {
  const key = JSON.stringify([name, settings, draw]);
  const found = kept.get(key) ?? made(name, settings, bench, draw);
  kept.set(key, found);
  if (kept.size > KEPT) kept.delete([...kept.keys()][0]!);
  return found;
}

async function made(
  name: DataName,
  settings: DataSettings,
  bench: Bench,
  { seed, plant, part }: Draw,
): Promise<Activations> {
  if (name === 'planted' || name === 'unequal') {
    return plantedActivations({ ...settings[name], seed: plant }, settings, seed);
  }
  const model = name === 'random weights' ? 'random' : 'base';
  const { hook, trainRows, testRows } = settings;
  const found = await harvested(bench, { hook, trainRows, testRows, model, part });
  const { documents } = found;
  if (name !== 'phases shuffled') return standardised(found.train, found.test, { documents });
  const both = [found.train, found.test].map((rows, i) => phaseShuffled(rows, 2 * seed + i));
  return standardised(both[0]!, both[1]!, {});
}

/** Texts for choosing settings, and texts for what is reported. */
export type Part = 'validation' | 'report';

function plantedActivations(
  options: PlantOptions,
  { trainRows, testRows }: DataSettings,
  seed: number,
): Activations {
  const planted = plantDictionary(options);
  const train = plantedRows(planted, trainRows, 2 * seed);
  const { rows, coefficients } = plantedRows(planted, testRows, 2 * seed + 1);
  return standardised(train.rows, rows, { truth: { planted, coefficients } });
}

export function standardised(
  train: Rows,
  test: Rows,
  { documents, truth }: Partial<Pick<Activations, 'documents' | 'truth'>>,
): Activations {
  const { width } = train;
  const mean = meanOf(train);
  const centred = [train, test].map((rows) => rows.data.map((v, i) => v - mean[i % width]!));
  const squares = centred[0]!.reduce((sum, value) => sum + value * value, 0);
  const scale = Math.sqrt(train.data.length / squares);
  const [one, other] = centred.map((data) => ({ data: data.map((v) => v * scale), width }));
  return { train: one!, test: other!, documents, truth, scale, mean };
}

function meanOf({ data, width }: Rows): Float64Array {
  const sums = new Float64Array(width);
  data.forEach((value, i) => {
    sums[i % width] = sums[i % width]! + value;
  });
  return sums.map((sum) => (sum * width) / data.length);
}
