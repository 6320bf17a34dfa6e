/** @file A dictionary's optimizer: Adam, with decoder rows kept at norm 1 and gradients clipped where the plan says so. */
import { AdamW, type AdamWState, globalNorm } from '../../tensor/index.ts';
import { trainedKindOf } from '../kinds/index.ts';
import { removeParallel, unitRows } from './decoderNorm.ts';
import type { Arrays } from './parameters.ts';
import type { FullPlan } from './plan.ts';

/** Updates the arrays that it was made for. */
export interface Optimizer {
  readonly state: AdamWState;
  /** One step. Returns false where the gradient is not finite; then nothing is changed. */
  step(gradients: Arrays, learningRate: number): boolean;
}

/** The arrays that gradients train. */
export function trainedArrays({ config }: FullPlan, parameters: Arrays): Arrays {
  const { follows = [] } = trainedKindOf(config.architecture).training;
  return new Map([...parameters].filter(([name]) => !follows.includes(name)));
}

/** Width of the rows that are kept at norm 1. */
export function unitWidth({ unitDecoder, config }: FullPlan): number | undefined {
  return unitDecoder ? (config.d_out ?? config.d_in) : undefined;
}

/** Plain loops, for arrays anywhere. */
export class PlainOptimizer implements Optimizer {
  readonly #adam: AdamW;
  readonly #decoder: Float32Array;
  readonly #plan: FullPlan;

  constructor(plan: FullPlan, parameters: Arrays) {
    const { betas } = trainedKindOf(plan.config.architecture).training;
    this.#adam = new AdamW(trainedArrays(plan, parameters), { betas });
    this.#decoder = parameters.get('W_dec')!;
    this.#plan = plan;
  }

  get state(): AdamWState {
    return this.#adam.state;
  }

  step(gradients: Arrays, learningRate: number): boolean {
    if (!Number.isFinite(globalNorm(gradients))) return false;
    const [unit, { clip }] = [unitWidth(this.#plan), this.#plan];
    if (unit) removeParallel(gradients.get('W_dec')!, this.#decoder, unit);
    const norm = clip === undefined ? 0 : globalNorm(gradients);
    this.#adam.step(gradients, learningRate, clipScale(norm, clip));
    if (unit) unitRows(this.#decoder, unit);
    return true;
  }
}

/** Factor that brings a norm down to the largest allowed. */
export function clipScale(norm: number, clip: number | undefined): number {
  return clip !== undefined && norm > clip ? clip / norm : 1;
}
