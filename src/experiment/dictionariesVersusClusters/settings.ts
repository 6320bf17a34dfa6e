/** @file The settings of dictionaries-versus-clusters: activations, and the sizes of every arm on them. */
import type { DataName, DataSettings } from '../dictionaries/activations.ts';
import type { Size } from '../statement.ts';
import { ARMS } from './arms.ts';

/** One place that activations come from. Plain JSON. */
export type Space = {
  readonly data: DataName;
  readonly seeds: readonly number[];
  /** Latents of autoencoders; components are as many as dimensions. */
  readonly latents: number;
  readonly batch: number;
  readonly steps: number;
  readonly learningRate: Readonly<Record<string, number>>;
  /** Sizes by arm; an arm that is not named is left out. */
  readonly sizes: Readonly<Record<string, readonly number[]>>;
  /** The size that failure modes are told of, by arm. */
  readonly main: Readonly<Record<string, number>>;
  /** Factors of the learning rate at the main size, for how much hangs on it. */
  readonly rateFactors: readonly number[];
};

export type VersusSettings = {
  readonly data: DataSettings;
  /** The seed of planted directions. */
  readonly plant: number;
  /** Bits that a latent's value is rounded to. */
  readonly valueBits: number;
  /** Bits of a row at which failure modes are compared. */
  readonly equalBits: readonly number[];
  /** Rows that clusterings are fitted to, the first ones. */
  readonly clusteringRows: number;
  readonly spaces: readonly Space[];
  /** Planted models of two dictionaries of equal variance explained. */
  readonly equal: {
    readonly width: number;
    readonly features: number;
    readonly rows: number;
    readonly block: number;
    readonly seeds: readonly number[];
  };
};

const FIVE = [1, 2, 3, 4, 5];
const COMPONENTS = [1, 2, 4, 8, 16];
const PLANTED = { width: 64, latents: 256, active: 3 };
const RATES = { topk: 0.01, standard: 0.02, gated: 0.02 };
const MODEL_RATES = { topk: 0.01, standard: 0.01, gated: 0.01 };

const MODEL_SIZES: Space['sizes'] = {
  topk: [1, 2, 4, 8],
  standard: [2.5, 5, 10],
  gated: [5, 10, 20],
  'topk wide': [1, 2],
  'gated wide': [10, 20],
  kmeans: [64, 256, 1024],
  spherical_kmeans: [64, 256, 1024],
  pca_kmeans: [64, 256, 1024],
  pca: COMPONENTS,
  ica: COMPONENTS,
  nmf: [1, 8, 64],
};

/** Every method, at sizes on both sides of the bits that are compared where it has them. */
const CONTROL_SIZES: Space['sizes'] = {
  topk: [1, 2, 8],
  standard: [5, 10, 20],
  gated: [5, 10, 20],
  kmeans: [256, 1024],
  spherical_kmeans: [256, 1024],
  pca_kmeans: [256, 1024],
  pca: [1, 2, 8],
  ica: [1, 2, 8],
  nmf: [1, 8, 64],
};

const FULL: VersusSettings = {
  data: {
    trainRows: 65_536,
    testRows: 4096,
    planted: PLANTED,
    unequal: { ...PLANTED, power: 0.7, families: 16, noise: 0.05 },
    hook: 'blocks.2.hook_resid_post',
  },
  plant: 1,
  valueBits: 2,
  equalBits: [10, 12],
  clusteringRows: 8192,
  spaces: [
    {
      data: 'planted',
      seeds: FIVE,
      latents: 384,
      batch: 256,
      steps: 1500,
      learningRate: RATES,
      sizes: { topk: [3], gated: [2], kmeans: [384], spherical_kmeans: [384], pca_kmeans: [384] },
      main: {},
      rateFactors: [],
    },
    {
      data: 'unequal',
      seeds: FIVE,
      latents: 256,
      batch: 128,
      steps: 1500,
      learningRate: RATES,
      sizes: {
        topk: [1, 2, 4, 8],
        standard: [0.8, 1.6, 3.2, 6.4],
        gated: [1, 2, 4, 8],
        kmeans: [64, 256, 1024],
        spherical_kmeans: [64, 256, 1024],
        pca_kmeans: [64, 256, 1024],
        pca: COMPONENTS,
        ica: COMPONENTS,
        nmf: [1, 8, 32, 64],
      },
      main: {
        topk: 2,
        standard: 1.6,
        gated: 2,
        kmeans: 256,
        spherical_kmeans: 256,
        pca_kmeans: 256,
        pca: 2,
        ica: 2,
        nmf: 32,
      },
      rateFactors: [0.3, 3],
    },
    modelSpace('base', MODEL_SIZES),
    modelSpace('random weights', CONTROL_SIZES),
    modelSpace('phases shuffled', CONTROL_SIZES),
  ],
  equal: { width: 48, features: 12, rows: 4096, block: 4, seeds: FIVE },
};

function modelSpace(data: DataName, sizes: Space['sizes']): Space {
  return {
    data,
    seeds: FIVE,
    latents: 256,
    batch: 128,
    steps: 600,
    learningRate: MODEL_RATES,
    sizes,
    main: {
      topk: 8,
      standard: 5,
      gated: 5,
      kmeans: 256,
      spherical_kmeans: 256,
      pca_kmeans: 256,
      pca: 8,
      ica: 8,
      nmf: 8,
    },
    rateFactors: [],
  };
}

const SMALL = { width: 16, latents: 32, active: 2 };

/** The same code at a size that CI can afford. */
const QUICK = (): VersusSettings => ({
  ...FULL,
  data: {
    ...FULL.data,
    trainRows: 4096,
    testRows: 1024,
    planted: SMALL,
    unequal: { ...SMALL, power: 0.7, families: 4, noise: 0.05 },
  },
  clusteringRows: 2048,
  spaces: FULL.spaces.map(smallSpace),
  equal: { ...FULL.equal, rows: 1024, seeds: [1, 2] },
});

/** Fewer seeds, sizes and steps; of models a few methods only. */
function smallSpace(space: Space): Space {
  const planted = space.data === 'planted' || space.data === 'unequal';
  const names = planted ? Object.keys(space.sizes) : ['topk', 'spherical_kmeans', 'pca'];
  const sizes = names.map((name): [string, number[]] => {
    const clusters = ARMS.find((arm) => arm.name === name)!.knob === 'd_sae';
    const few = space.sizes[name]!.slice(0, space.data === 'unequal' ? 2 : 1);
    return [name, clusters ? [32] : few];
  });
  return {
    ...space,
    seeds: [1, 2],
    latents: 64,
    batch: 64,
    steps: 120,
    sizes: Object.fromEntries(sizes),
    main: Object.fromEntries(sizes.map(([name, list]) => [name, list.at(-1)!])),
    rateFactors: space.rateFactors.slice(0, 1),
  };
}

export function versusSettings(size: Size): VersusSettings {
  return size === 'full' ? FULL : QUICK();
}
