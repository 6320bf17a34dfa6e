/**
 * @file Latents that reconstruct and that no model reads: dictionaries of a planted model with by-products, the
 * true one, ones with invented latents, and trained ones; what held-out rows say of them, and what ablation says.
 */
import {
  causalEffects,
  type Dictionary,
  DictionarySums,
  directionsOf,
  type Invention,
  knownDictionary,
  type LatentEffect,
  matchDirections,
  matchedProbe,
  plantXor,
  type Rows,
  valuesOf,
  type XorModel,
  xorRows,
} from '../../dictionary/index.ts';
import { trained, type Values, valuesFor } from '../dictionaries/training.ts';
import type { Bench, Piece } from '../experiment.ts';
import { ARMS, type Arm, type BiasSettings, configOf } from './arms.ts';

/** What held-out rows, ablation and probes say of one dictionary. */
export interface InventedValue {
  readonly kind: 'invented';
  readonly arm: string;
  readonly seed: number;
  readonly values: Values;
}

const KNOWN: readonly Invention[] = ['none', 'relu', 'gate'];

/** How known dictionaries are called in tables. */
const NAMES: Readonly<Record<Invention, string>> = {
  none: 'planted features alone',
  relu: 'with by-products by ReLU',
  gate: 'with by-products by a gate',
};

/** Penalties, and k as many as features and by-products are present in a row on average. */
const SPARSITY = { standard: 0.6, gated: 0.8, topk: 6 };
const LEARNING_RATE = 0.01;
const BATCH = 256;
/** A latent belongs to a planted direction from this cosine on. */
const BELONGS = 0.7;

export function inventedPieces(settings: BiasSettings): Piece<InventedValue>[] {
  return settings.seeds.flatMap((seed) => [
    ...KNOWN.map((invention) =>
      piece(NAMES[invention], seed, settings, async (model, { runtime }) =>
        knownDictionary(model, invention, runtime),
      ),
    ),
    ...ARMS.map((arm) =>
      piece(`${arm.name}, trained`, seed, settings, (model, bench) =>
        trainedOn(model, arm, seed, settings, bench),
      ),
    ),
  ]);
}

function piece(
  arm: string,
  seed: number,
  { xor }: BiasSettings,
  make: (model: XorModel, bench: Bench) => Promise<Dictionary>,
): Piece<InventedValue> {
  return {
    key: `invented ${arm}, seed ${seed}`,
    run: async (bench) => {
      const { width, features, pairs } = xor;
      const model = plantXor({ width, features, pairs, seed });
      const dictionary = await make(model, bench);
      const heldOut = xorRows(model, xor.testRows, 2 * seed + 1);
      const values = await judged(dictionary, model, heldOut);
      await dictionary.release();
      return { kind: 'invented', arm, seed, values };
    },
  };
}

async function trainedOn(
  model: XorModel,
  arm: Arm,
  seed: number,
  { xor }: BiasSettings,
  bench: Bench,
): Promise<Dictionary> {
  const train = xorRows(model, xor.rows, 2 * seed);
  const config = configOf(arm, xor.width, xor.latents, SPARSITY[arm.curve]);
  const length = { steps: xor.steps, batch: BATCH, learningRate: LEARNING_RATE, seed };
  const { dictionary } = await trained({ train }, config, { ...length, normalize: true }, bench);
  return dictionary;
}

/** What a latent's direction is: one that the model reads, a by-product's, or neither. */
type Nature = 'read' | 'unread' | 'mixed';

async function judged(dictionary: Dictionary, model: XorModel, test: Rows): Promise<Values> {
  const natures = await naturesOf(dictionary, model);
  const effects = await causalEffects(dictionary, model.downstream, test, { rows: 128 });
  const { fve, l0 } = await valuesFor(dictionary, { test });
  return {
    fve: fve!,
    l0: l0!,
    fve_gained: fve! - (await fveWithout(dictionary, test, effects)),
    ...verdictsOn(natures, effects),
    ...(await probesOf(dictionary, model, test, natures)),
  };
}

async function naturesOf(dictionary: Dictionary, { read, unread }: XorModel): Promise<Nature[]> {
  const directions = directionsOf(dictionary);
  const { runtime } = dictionary;
  const [reading, other] = [
    await matchDirections(directions, read, { runtime }),
    await matchDirections(directions, unread, { runtime }),
  ];
  return Array.from(reading.largest, (cosine, i) => {
    const otherCosine = other.largest[i]!;
    if (Math.max(cosine, otherCosine) < BELONGS) return 'mixed';
    return cosine > otherCosine ? 'read' : 'unread';
  });
}

/** Variance explained when the latents that ablation finds unread are left out. */
async function fveWithout(
  dictionary: Dictionary,
  test: Rows,
  effects: readonly LatentEffect[],
): Promise<number> {
  const left = effects.filter(({ verdict }) => verdict === 'unread').map(({ latent }) => latent);
  const data = await dictionary.encode(test);
  for (let row = 0; row < data.length; row += dictionary.size) {
    for (const latent of left) data[row + latent] = 0;
  }
  const reconstruction = await dictionary.decode({ data, width: dictionary.size });
  const sums = new DictionarySums(dictionary.config);
  sums.add({ x: test, reconstruction: { data: reconstruction, width: test.width } });
  return Number(valuesOf(sums).fve);
}

/** Of the latents of each nature: how many there are, and the share that ablation finds so. */
function verdictsOn(natures: readonly Nature[], effects: readonly LatentEffect[]): Values {
  const share = (nature: Nature, verdict: LatentEffect['verdict']) => {
    const own = effects.filter(({ latent }) => natures[latent] === nature);
    if (own.length === 0) return null;
    return own.filter((effect) => effect.verdict === verdict).length / own.length;
  };
  const count = (nature: Nature) => natures.filter((one) => one === nature).length;
  return {
    latents_read: count('read'),
    latents_unread: count('unread'),
    latents_mixed: count('mixed'),
    read_found_read: share('read', 'read'),
    unread_found_unread: share('unread', 'unread'),
    read_found_unread: share('read', 'unread'),
  };
}

/**
 * By how much the area under the ROC curve of a probe of activations is above that of one of outputs: means over latents
 * along features, and over by-products, whose probes ask whether any of the latents along them fires.
 */
async function probesOf(
  dictionary: Dictionary,
  model: XorModel,
  test: Rows,
  natures: readonly Nature[],
): Promise<Values> {
  const latents = await dictionary.encode(test);
  const outputs = await model.downstream(test);
  const lost = (asked: readonly number[]) => {
    const fires = firesOf(latents, asked, dictionary.size);
    const probe = matchedProbe(test, outputs, fires);
    return probe ? [probe.activations.estimate - probe.outputs.estimate] : [];
  };
  const features = natures.flatMap((nature, latent) => (nature === 'read' ? lost([latent]) : []));
  const byproducts = await byproductLatents(dictionary, model);
  return {
    probe_lost_read: meanOf(features),
    probe_lost_unread: meanOf(byproducts.flatMap((group) => (group.length > 0 ? lost(group) : []))),
  };
}

/** For each by-product, the latents along it. */
async function byproductLatents(dictionary: Dictionary, { unread }: XorModel): Promise<number[][]> {
  const directions = directionsOf(dictionary);
  const groups: number[][] = [];
  for (let at = 0; at < unread.data.length; at += unread.width) {
    const one = { data: unread.data.subarray(at, at + unread.width), width: unread.width };
    const { largest } = await matchDirections(directions, one, { runtime: dictionary.runtime });
    groups.push([...largest.keys()].filter((latent) => largest[latent]! >= BELONGS));
  }
  return groups;
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}

/** For each row, whether one of the latents fires. */
function firesOf(latents: Float32Array, asked: readonly number[], size: number): boolean[] {
  const fires: boolean[] = [];
  for (let at = 0; at < latents.length; at += size) {
    fires.push(asked.some((latent) => latents[at + latent] !== 0));
  }
  return fires;
}
