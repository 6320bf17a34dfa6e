/** @file What is to be trained, and how: one plan for each dictionary of a run. */
import { badUsage } from '../../tensor/index.ts';
import type { DictionaryConfig } from '../kind.ts';
import { trainedKindOf } from '../kinds/index.ts';

/** Revives latents that never fire (Bricken et al. 2023, "Neuron Resampling"). */
export interface Resampling {
  /** Steps between resamplings; what has not fired for half as many is dead. */
  readonly every: number;
  /** Step after which none is done. Default: half of the steps. */
  readonly until?: number;
}

/** One dictionary of a run. */
export interface DictionaryPlan {
  /** What the run calls it. */
  readonly name: string;
  /** The kind, its sizes and settings; what is left out has the kind's default. */
  readonly config: DictionaryConfig;
  /** Seed of the initial weights and of resampling. Default 0. */
  readonly seed?: number;
  /** Peak learning rate of Adam. Default 3e-4. */
  readonly learningRate?: number;
  /** Steps of the linear rise to the peak. Default: a twentieth of the steps, at most 1000. */
  readonly warmup?: number;
  /** Step from which the rate falls linearly to 0. Default: four fifths of the steps. */
  readonly decayFrom?: number;
  /** Steps of the linear rise of the sparsity penalty. Default: a tenth of the steps, at most 5000. */
  readonly sparsityWarmup?: number;
  /** Whether decoder rows are kept at norm 1, their gradient's parallel part removed. Default true. */
  readonly unitDecoder?: boolean;
  /** Gradients are scaled down to this norm. Default: they are not. */
  readonly clip?: number;
  /** Rows without firing after which a latent is dead. Default: a tenth of the run's, at most 10 million. */
  readonly deadAfter?: number;
  /**
   * Whether activations are scaled to a mean norm of sqrt(width) in training, so that coefficients mean
   * the same everywhere; the scale is taken out of the weights at the end. Default true.
   */
  readonly normalize?: boolean;
  readonly resample?: Resampling;
}

/** The length of a run. */
export interface RunLength {
  readonly steps: number;
  /** Rows of a step. */
  readonly batch: number;
}

/** A plan with nothing left open but clipping and resampling. */
export type FullPlan = Required<Omit<DictionaryPlan, 'clip' | 'resample'>> &
  Pick<DictionaryPlan, 'clip' | 'resample'>;

/** Fills in defaults. @throws TouchstoneError where a setting makes no sense */
export function fullPlan(plan: DictionaryPlan, { steps, batch }: RunLength): FullPlan {
  const kind = trainedKindOf(plan.config.architecture);
  const full: FullPlan = {
    seed: 0,
    learningRate: 3e-4,
    warmup: Math.min(1000, Math.ceil(steps / 20)),
    decayFrom: Math.floor(0.8 * steps),
    sparsityWarmup: Math.min(5000, Math.ceil(steps / 10)),
    unitDecoder: true,
    deadAfter: Math.min(10_000_000, Math.ceil((steps * batch) / 10)),
    normalize: true,
    ...plan,
    config: { ...kind.training.defaults, ...plan.config },
  };
  kind.shapes(full.config);
  checkPlan(full);
  return full;
}

function checkPlan({ name, learningRate, clip = 1, resample, deadAfter, ...plan }: FullPlan): void {
  const refuse = (what: string, expected: string) => badUsage(`${name}: ${what}`, expected);
  if (!(learningRate > 0 && learningRate < 10)) {
    refuse(`learning rate ${learningRate}`, 'it is above 0 and below 10');
  }
  if (!(clip > 0)) refuse(`clip ${clip}`, 'the largest norm of a gradient is above 0');
  if (!(deadAfter > 0)) refuse(`dead after ${deadAfter} rows`, 'it is above 0');
  for (const key of ['warmup', 'decayFrom', 'sparsityWarmup'] as const) {
    if (!(Number.isSafeInteger(plan[key]) && plan[key] >= 0)) {
      refuse(`${key} ${plan[key]}`, 'it is a whole number of steps from 0');
    }
  }
  if (resample && !(Number.isSafeInteger(resample.every) && resample.every >= 2)) {
    refuse(`resampling every ${resample.every} steps`, 'it is a whole number from 2');
  }
}

/** Refuses runs of no length and plans of one name. */
export function checkRun(plans: readonly DictionaryPlan[], { steps, batch }: RunLength): void {
  if (!Number.isSafeInteger(steps) || steps < 1) {
    badUsage(`${steps} steps`, 'steps is a whole number from 1');
  }
  if (!Number.isSafeInteger(batch) || batch < 1) {
    badUsage(`a batch of ${batch} rows`, 'a batch is a whole number of rows from 1');
  }
  if (plans.length === 0) badUsage('no dictionary to train', 'give one plan or more');
  const names = plans.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) badUsage(`two dictionaries are called '${twice}'`, 'name them apart');
}
