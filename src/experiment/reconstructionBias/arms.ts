/** @file The arms of reconstruction-bias: three kinds over their sparsities, and the disputed variants of one. */
import type { DictionaryConfig } from '../../dictionary/index.ts';
import type { DataSettings } from '../dictionaries/activations.ts';
import type { Size } from '../statement.ts';

/** Kinds whose curves are compared. */
export const CURVES = ['standard', 'gated', 'topk'] as const;
export type Curve = (typeof CURVES)[number];

/** One architecture: its settings, and what a step costs. */
export interface Arm {
  readonly name: string;
  readonly curve: Curve;
  readonly settings: Readonly<Record<string, boolean | number | string>>;
  /**
   * Products of a batch with a matrix of d_in x d_sae that a dense step takes, forward and backward: 1 to encode and 1
   * for its gradient (the input needs none), 3 to decode; the auxiliary decoder 2 where it is frozen, 3 else.
   */
  readonly products: number;
}

const PLAIN = 5;
const FROZEN = 7;
const UNFROZEN = 8;

export const ARMS: readonly Arm[] = [
  {
    name: 'standard',
    curve: 'standard',
    settings: { apply_b_dec_to_input: false },
    products: PLAIN,
  },
  { name: 'gated', curve: 'gated', settings: {}, products: FROZEN },
  { name: 'topk', curve: 'topk', settings: {}, products: PLAIN },
];

/** The variants that were disputed, each at one coefficient. */
export const VARIANTS: readonly Arm[] = [
  variant('no auxiliary', { auxiliary: 'none' }, PLAIN),
  variant('soft gate', { auxiliary: 'none', gate: 'soft' }, PLAIN),
  variant('straight-through', { auxiliary: 'none', gate: 'straight_through' }, PLAIN),
  variant('rescale', { auxiliary: 'none', gate: 'rescale' }, PLAIN),
  variant('rescale and shift', { gate: 'rescale_and_shift' }, FROZEN),
  variant('unfrozen auxiliary', { auxiliary: 'unfrozen' }, UNFROZEN),
];

/** The paper's gate without its auxiliary loss, trained for as long as it takes to die. */
export const DYING: Arm = variant('no auxiliary, long', { auxiliary: 'none' }, PLAIN);

function variant(name: string, settings: Arm['settings'], products: number): Arm {
  return { name, curve: 'gated', settings, products };
}

/** One place that activations come from, and how dictionaries of them are trained. Plain JSON. */
export type Space = {
  readonly data: 'planted' | 'base';
  readonly latents: number;
  readonly batch: number;
  /** Products of 128 rows that every training may spend. */
  readonly products: number;
  /** Share of the steps after which the learning rate falls to 0. */
  readonly decayFrom: number;
  /** Chosen on validation data among `learningRates`. */
  readonly learningRate: Readonly<Record<Curve, number>>;
  /** Sparsities: l1_coefficient, or k. */
  readonly sparsities: Readonly<Record<Curve, readonly number[]>>;
  /** Sparsity of the variants, and of the comparison of learning rates. */
  readonly middle: Readonly<Record<Curve, number>>;
  /** How long the gate without auxiliary loss is trained, at the middle penalty. */
  readonly dying: {
    readonly steps: number;
    readonly batch: number;
    readonly learningRate: number;
    /** Share of the steps after which its rate falls to 0. */
    readonly decayFrom: number;
  };
};

export type BiasSettings = {
  readonly seeds: readonly number[];
  readonly validationSeed: number;
  readonly learningRates: readonly number[];
  readonly data: DataSettings;
  readonly spaces: readonly Space[];
  /** Contexts of the model that its loss is taken over. */
  readonly contexts: number;
  /** The planted model with by-products: its width, features and pairs, and the dictionaries of it. */
  readonly xor: {
    readonly width: number;
    readonly features: number;
    readonly pairs: number;
    readonly rows: number;
    readonly testRows: number;
    readonly latents: number;
    readonly steps: number;
  };
};

const PLANTED = { width: 64, latents: 256, active: 3 };

const DATA: DataSettings = {
  trainRows: 65_536,
  testRows: 4096,
  planted: PLANTED,
  unequal: PLANTED,
  hook: 'blocks.2.hook_resid_post',
};

const FULL: BiasSettings = {
  seeds: [1, 2, 3, 4, 5],
  validationSeed: 100,
  learningRates: [0.005, 0.01, 0.02],
  data: DATA,
  spaces: [
    {
      data: 'planted',
      latents: 384,
      batch: 64,
      products: 12_500,
      decayFrom: 0.25,
      learningRate: { standard: 0.02, gated: 0.01, topk: 0.01 },
      sparsities: {
        standard: [0.25, 0.5, 1, 1.8, 3, 4.5],
        gated: [1, 2, 3, 4, 6, 8],
        topk: [1, 2, 3, 4, 6, 10],
      },
      middle: { standard: 1, gated: 4, topk: 3 },
      dying: { steps: 12_000, batch: 256, learningRate: 0.02, decayFrom: 0.25 },
    },
    {
      data: 'base',
      latents: 256,
      batch: 64,
      products: 6000,
      decayFrom: 0.25,
      learningRate: { standard: 0.01, gated: 0.01, topk: 0.01 },
      sparsities: {
        standard: [0.5, 0.9, 1.5, 2.5, 4, 7],
        gated: [1, 1.7, 3, 5, 8, 13],
        topk: [2, 4, 8, 16, 32, 64],
      },
      middle: { standard: 2.5, gated: 5, topk: 8 },
      dying: { steps: 15_000, batch: 32, learningRate: 0.02, decayFrom: 0.75 },
    },
  ],
  contexts: 16,
  xor: {
    width: 48,
    features: 12,
    pairs: 3,
    rows: 16_384,
    testRows: 4096,
    latents: 32,
    steps: 1500,
  },
};

/** The same code at a size that CI can afford: fewer seeds, sparsities and rows, shorter trainings. */
const QUICK: BiasSettings = {
  ...FULL,
  seeds: [1, 2],
  learningRates: [0.02],
  data: {
    ...DATA,
    trainRows: 4096,
    testRows: 1024,
    planted: { width: 16, latents: 32, active: 2 },
  },
  spaces: [
    {
      ...FULL.spaces[0]!,
      latents: 32,
      batch: 64,
      products: 700,
      sparsities: { standard: [0.5, 1.5], gated: [1, 2], topk: [2, 4] },
      middle: { standard: 1.5, gated: 2, topk: 2 },
      dying: { ...FULL.spaces[0]!.dying, steps: 400, batch: 64 },
    },
    {
      ...FULL.spaces[1]!,
      latents: 64,
      batch: 64,
      products: 280,
      sparsities: { standard: [2.5], gated: [5], topk: [8] },
      dying: { ...FULL.spaces[1]!.dying, steps: 400 },
    },
  ],
  contexts: 2,
  xor: { ...FULL.xor, rows: 4096, testRows: 1024, steps: 200 },
};

export function biasSettings(size: Size): BiasSettings {
  return size === 'full' ? FULL : QUICK;
}

/** A dictionary's config: the arm's, of a width, at a sparsity. */
export function configOf(
  { curve, settings }: Arm,
  d_in: number,
  d_sae: number,
  sparsity: number,
): DictionaryConfig {
  const sparse = curve === 'topk' ? { k: sparsity } : { l1_coefficient: sparsity };
  return { architecture: curve, d_in, d_sae, ...settings, ...sparse };
}

/** Rows of a product that is counted. */
const PRODUCT_ROWS = 128;

/** Steps that cost what every training may spend, and how the rate moves over them. */
export function lengthOf({ products }: Arm, { batch, decayFrom, ...space }: Space) {
  const steps = Math.round((space.products * PRODUCT_ROWS) / (batch * products));
  return { steps, batch, decayFrom: Math.floor(decayFrom * steps) };
}

/** The same for the gate that is to die. */
export function dyingLength({ dying: { steps, batch, decayFrom } }: Space) {
  return { steps, batch, decayFrom: Math.floor(decayFrom * steps) };
}
