/** @file What is made of one coder before anything is steered: dictionaries, detectors and vectors. */
import {
  type Dictionary,
  dictionaryWeights,
  fitDictionary,
  type Rows,
} from '../../dictionary/index.ts';
import type { Dictionaries, LanguageModel } from '../../model/index.ts';
import { openCoder } from '../../organism/index.ts';
import type { Construct } from '../../world/code/index.ts';
import { trained } from '../dictionaries/training.ts';
import type { Bench } from '../experiment.ts';
import { type Codes, type Tools, toolsFor } from './detectors.ts';
import { type Labelled, labelledPrograms } from './labelled.ts';
import { type SteeringSettings, TASK_SEEDS } from './settings.ts';

/** One coder with everything that arms take. */
export interface Kit {
  readonly seed: number;
  readonly model: LanguageModel;
  readonly settings: SteeringSettings;
  /** 'sae' and 'clusters', as edits name them. */
  readonly dictionaries: Dictionaries;
  /** Mean norm of the residual stream where edits act: the unit of scales. */
  readonly norm: number;
  readonly tools: (construct: Construct) => Tools;
  /** Programs that the fits were made from: their answers say which tokens come with a construct alone. */
  readonly answers: Labelled['answers'];
  /** Mean squared error of the dictionary, as a share of the variance of the rows for choosing. */
  readonly unexplained: number;
}

const known = new WeakMap<Bench['shelf'], { key: string; kit: Promise<Kit> }>();

/** The kit of a coder; that of the coder asked for last is kept. */
export function kitOf(bench: Bench, settings: SteeringSettings, seed: number): Promise<Kit> {
  const key = JSON.stringify([settings, seed]);
  const kept = known.get(bench.shelf);
  if (kept?.key === key) return kept.kit;
  const kit = made(bench, settings, seed, kept?.kit);
  known.set(bench.shelf, { key, kit });
  return kit;
}

async function made(
  bench: Bench,
  settings: SteeringSettings,
  seed: number,
  before: Promise<Kit> | undefined,
): Promise<Kit> {
  await (await before)?.model.release();
  const model = await openCoder(bench.shelf.folder, seed, bench.runtime);
  const { programs, read, constraints } = settings;
  const { constructs } = constraints;
  const labelled = (name: 'fit' | 'choice' | 'labels', count: number) =>
    labelledPrograms(model, { seed: TASK_SEEDS[name], count, read }, constructs);
  const fit = await labelled('fit', programs.fit);
  const choice = await labelled('choice', programs.choice);
  const test = await labelled('labels', programs.test);
  const { dictionary, clusters } = await dictionariesOf(fit.rows, settings, seed, bench);
  const codes = async ({ rows }: Labelled): Promise<Codes> => ({
    latents: { data: await dictionary.encode(rows), width: dictionary.config.d_sae },
    clusters: { data: await clusters.encode(rows), width: clusters.config.d_sae },
  });
  const both = { choice: await codes(choice), test: await codes(test) };
  const materials = { fit, choice, test, dictionary, clusters, codes: both };
  const tools = new Map(
    constructs.map((one) => [one, toolsFor(one, materials, settings, seed)] as const),
  );
  const kit = {
    seed,
    model,
    settings,
    dictionaries: { sae: dictionaryWeights(dictionary), clusters: dictionaryWeights(clusters) },
    norm: meanNorm(fit.rows),
    tools: (construct: Construct) => tools.get(construct)!,
    answers: fit.answers,
    unexplained: await unexplained(dictionary, choice.rows),
  };
  await dictionary.release();
  await clusters.release();
  return kit;
}

async function dictionariesOf(rows: Rows, settings: SteeringSettings, seed: number, bench: Bench) {
  const { runtime, safePoint } = bench;
  const { latents, k, ...length } = settings.dictionary;
  const [d_in, d_sae] = [rows.width, latents];
  const config = { architecture: 'topk', d_in, d_sae, k };
  const { dictionary } = await trained({ train: rows }, config, { ...length, seed }, bench);
  const { centres, rows: most } = settings.clusters;
  const clusters = await fitDictionary(
    { architecture: 'kmeans', d_in, d_sae: centres },
    spaced(rows, most),
    { seed, runtime, safePoint },
  );
  return { dictionary, clusters };
}

/** At most so many rows, evenly spaced. */
function spaced({ data, width }: Rows, most: number): Rows {
  const count = data.length / width;
  const taken = Math.min(most, count);
  const out = new Float32Array(taken * width);
  for (let i = 0; i < taken; i++) {
    const row = Math.floor((i * count) / taken);
    out.set(data.subarray(row * width, (row + 1) * width), i * width);
  }
  return { data: out, width };
}

function meanNorm({ data, width }: Rows): number {
  const count = data.length / width;
  let sum = 0;
  for (let row = 0; row < count; row++) {
    sum += Math.hypot(...data.subarray(row * width, (row + 1) * width));
  }
  return sum / count;
}

async function unexplained(dictionary: Dictionary, rows: Rows): Promise<number> {
  const rebuilt = await dictionary.reconstruct(rows);
  const { data, width } = rows;
  const mean = new Float64Array(width);
  data.forEach((value, i) => {
    mean[i % width]! += (value * width) / data.length;
  });
  let [error, spread] = [0, 0];
  data.forEach((value, i) => {
    error += (value - rebuilt[i]!) ** 2;
    spread += (value - mean[i % width]!) ** 2;
  });
  return error / spread;
}
