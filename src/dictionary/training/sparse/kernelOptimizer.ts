/** @file The optimizer for arrays in a kernels' memory: one pass over each row. */
import type { AdamWState } from '../../../tensor/index.ts';
import { bytesFor, type SparseMemory } from '../../kernels/sparse.ts';
import { trainedKindOf } from '../../kinds/index.ts';
import { removeParallel } from '../decoderNorm.ts';
import { clipScale, type Optimizer, trainedArrays, unitWidth } from '../optimizer.ts';
import type { Arrays } from '../parameters.ts';
import type { FullPlan } from '../plan.ts';

/** As `AdamW` has it. */
const EPSILON = 1e-8;

/** Adam by kernel. Moments and gradients lie in the memory too. */
export class KernelOptimizer implements Optimizer {
  readonly state: AdamWState = { step: 0, first: new Map(), second: new Map() };
  /** Where gradients are wanted; others are copied here. */
  readonly gradients: Arrays = new Map();
  readonly #trained: Arrays;
  readonly #plan: FullPlan;
  readonly #memory: SparseMemory;

  constructor(plan: FullPlan, parameters: Arrays, memory: SparseMemory) {
    this.#plan = plan;
    this.#memory = memory;
    this.#trained = trainedArrays(plan, parameters);
    for (const [name, { length }] of this.#trained) {
      this.state.first.set(name, memory.floats(length));
      this.state.second.set(name, memory.floats(length));
      this.gradients.set(name, memory.floats(length));
    }
  }

  /** Memory for the moments and the gradient of arrays of such lengths. */
  static bytes(lengths: readonly number[]): number {
    return lengths.reduce((sum, length) => sum + 3 * bytesFor(length), 0);
  }

  step(gradients: Arrays, learningRate: number): boolean {
    for (const [name, own] of this.gradients) {
      const given = gradients.get(name)!;
      if (given !== own) own.set(given);
    }
    if (!Number.isFinite(this.#norm())) return false;
    const scale = this.#clipScale();
    const { betas } = trainedKindOf(this.#plan.config.architecture).training;
    const step = ++this.state.step;
    const correction = Math.sqrt(1 - betas[1] ** step);
    const rate = (learningRate * correction) / (1 - betas[0] ** step);
    const numbers = { betas, rate, epsilon: EPSILON * correction, scale };
    for (const [name, weight] of this.#trained) {
      const unit = name === 'W_dec' ? unitWidth(this.#plan) : undefined;
      this.#memory.adam({ weight, unit, ...this.#companions(name) }, numbers);
    }
    return true;
  }

  #companions(name: string) {
    const { first, second } = this.state;
    return {
      gradient: this.gradients.get(name)!,
      first: first.get(name)!,
      second: second.get(name)!,
    };
  }

  #norm(): number {
    let sum = 0;
    for (const gradient of this.gradients.values()) sum += this.#memory.squares(gradient);
    return Math.sqrt(sum);
  }

  /** Clipping measures the gradient without its parallel part. */
  #clipScale(): number {
    const { clip } = this.#plan;
    if (clip === undefined) return 1;
    const unit = unitWidth(this.#plan);
    if (unit) removeParallel(this.gradients.get('W_dec')!, this.#trained.get('W_dec')!, unit);
    return clipScale(this.#norm(), clip);
  }
}
