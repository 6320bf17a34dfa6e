/** @file The pieces of reconstruction-bias: one training each, and what is measured of it. */

import { activationsOf } from '../dictionaries/activations.ts';
import { lossRecovered } from '../dictionaries/lossRecovered.ts';
import { trained, type Values, valuesFor } from '../dictionaries/training.ts';
import type { Bench, Piece } from '../experiment.ts';
import {
  ARMS,
  type Arm,
  type BiasSettings,
  configOf,
  type Space,
  stepsOf,
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
}

export type BiasValue = Trained | InventedValue;

interface Job {
  readonly kind: Trained['kind'];
  readonly arm: Arm;
  readonly sparsity: number;
  readonly learningRate: number;
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
    learningRates.map((learningRate) => {
      const sparsity = space.middle[arm.curve];
      return { kind: 'validation' as const, arm, sparsity, learningRate, seed: validationSeed };
    }),
  );
  return [...rates, ...seeds.flatMap((seed) => jobsOfSeed(space, seed))];
}

function jobsOfSeed(space: Space, seed: number): Job[] {
  const job = (kind: Trained['kind'], arm: Arm, sparsity: number): Job => {
    return { kind, arm, sparsity, learningRate: space.learningRate[arm.curve], seed };
  };
  const curves = ARMS.flatMap((arm) =>
    space.sparsities[arm.curve].map((sparsity) => job('curve', arm, sparsity)),
  );
  const variants = VARIANTS.map((arm) => job('variant', arm, space.middle.gated));
  return [...curves, ...variants];
}

function pieceOf(job: Job, space: Space, settings: BiasSettings): Piece<Trained> {
  const { kind, arm, sparsity, learningRate, seed } = job;
  const { data } = space;
  const rate = kind === 'validation' ? `, learning rate ${learningRate}` : '';
  const key = `${kind} ${data}, ${arm.name}, sparsity ${sparsity}${rate}, seed ${seed}`;
  return {
    key,
    run: async (bench) => {
      const { loss, values } = await measuredTraining(job, space, settings, bench);
      return { kind, data, arm: arm.name, sparsity, learningRate, seed, loss, values };
    },
  };
}

async function measuredTraining(job: Job, space: Space, settings: BiasSettings, bench: Bench) {
  const { kind, arm, sparsity, learningRate, seed } = job;
  const part = kind === 'validation' ? 'validation' : 'report';
  const activations = await activationsOf(space.data, settings.data, bench, {
    seed,
    plant: seed,
    part,
  });
  const config = configOf(arm, activations.train.width, space.latents, sparsity);
  const length = { steps: stepsOf(arm, space), batch: space.batch, learningRate, seed };
  const { dictionary, loss } = await trained(activations, config, length, bench);
  const values = await valuesFor(dictionary, activations);
  const asked = space.data === 'base' && kind === 'curve';
  const ce = asked
    ? await lossRecovered(dictionary, activations, bench, {
        hook: settings.data.hook,
        contexts: settings.contexts,
      })
    : null;
  await dictionary.release();
  return { loss, values: asked ? { ...values, ce_recovered: ce } : values };
}
