/** @file Sizes of conditional-steering, full and quick. */
import type { Construct } from '../../world/code/index.ts';
import type { Size } from '../statement.ts';

export type SteeringSettings = {
  /** Of coders; dictionaries and probes are fitted anew for each. */
  readonly seeds: readonly number[];
  /** Arms that are run; default all. */
  readonly arms?: readonly string[];
  /** Where detectors read, and where edits act: the same residual stream, so that no edit changes what another detects. */
  readonly read: string;
  readonly at: string;
  /** Reference programs that detectors are fitted to, chosen on, and measured on. */
  readonly programs: { readonly fit: number; readonly choice: number; readonly test: number };
  readonly dictionary: {
    readonly latents: number;
    readonly k: number;
    readonly steps: number;
    readonly batch: number;
    readonly learningRate: number;
  };
  readonly clusters: { readonly centres: number; readonly rows: number };
  readonly probe: { readonly negatives: number; readonly penalty: number };
  /**
   * Scales of vectors, in units of the mean norm of the residual stream: of those that act where something fires, and of
   * those that always act. Values to clamp to, in the same units.
   */
  readonly scales: readonly number[];
  readonly constantScales: readonly number[];
  readonly clamps: readonly number[];
  /** Tasks at each base rate. */
  readonly tasks: { readonly validation: number; readonly test: number };
  /** Chores of each kind. */
  readonly chores: number;
  readonly attempts: { readonly whole: number; readonly line: number };
  readonly lora: {
    readonly rank: number;
    readonly steps: number;
    readonly rows: number;
    readonly learningRate: number;
  };
  /** Numbers of simultaneous constraints, the constructs in their order, and tasks. */
  readonly constraints: {
    readonly counts: readonly number[];
    readonly constructs: readonly Construct[];
    readonly validation: number;
    readonly test: number;
    readonly wholeAttempts: number;
  };
};

const FULL: SteeringSettings = {
  seeds: [1, 2, 3, 4, 5],
  read: 'blocks.1.hook_resid_post',
  at: 'blocks.2.hook_resid_pre',
  programs: { fit: 240, choice: 100, test: 120 },
  dictionary: { latents: 512, k: 16, steps: 2000, batch: 256, learningRate: 0.003 },
  clusters: { centres: 256, rows: 8192 },
  probe: { negatives: 2000, penalty: 1 },
  scales: [-0.25, -0.5, -1, -2, -4],
  constantScales: [-0.0625, -0.125, -0.25, -0.5, -1],
  clamps: [0, -0.5, -1, -2, -4],
  tasks: { validation: 6, test: 20 },
  chores: 6,
  attempts: { whole: 32, line: 8 },
  lora: { rank: 8, steps: 50, rows: 4, learningRate: 0.003 },
  constraints: {
    counts: [1, 2, 4, 8],
    constructs: [
      'regex',
      'comprehension',
      'fstring',
      'lambda',
      'while',
      'try',
      'message',
      'global',
    ],
    validation: 6,
    test: 16,
    wholeAttempts: 8,
  },
};

/** The same code at a size that CI can afford: two seeds, few programs, short trainings. */
const QUICK: SteeringSettings = {
  ...FULL,
  seeds: [1, 2],
  arms: [
    'nothing',
    'prompt',
    'constant means',
    'latent per token, rawDot',
    'latent per token',
    'latent per input',
    'latent per input, prompt barred',
    'conditional clamping',
    'probe-gated means',
    'probe-gated random',
    'logit ban',
    'fine-tuned',
    'rejection by line',
    'rejection by line, published pattern',
    'rejection by block',
  ],
  programs: { fit: 60, choice: 30, test: 30 },
  dictionary: { latents: 128, k: 8, steps: 100, batch: 128, learningRate: 0.003 },
  clusters: { centres: 32, rows: 2048 },
  probe: { negatives: 500, penalty: 1 },
  scales: [-0.5, -1],
  constantScales: [-0.125, -0.25],
  clamps: [0],
  tasks: { validation: 2, test: 4 },
  chores: 1,
  attempts: { whole: 4, line: 2 },
  lora: { rank: 4, steps: 4, rows: 1, learningRate: 0.003 },
  constraints: { ...FULL.constraints, counts: [2], validation: 2, test: 4, wholeAttempts: 2 },
};

export function steeringSettings(size: Size): SteeringSettings {
  return size === 'full' ? FULL : QUICK;
}

/** Seeds of tasks that no coder is trained on, and that no two uses share. */
export const TASK_SEEDS = {
  fit: 2_000_001,
  choice: 2_000_002,
  labels: 2_000_003,
  validation: 2_000_004,
  test: 2_000_005,
  chores: 2_000_006,
  lora: 2_000_007,
} as const;
