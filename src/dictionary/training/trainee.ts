/** @file One dictionary under training: its engine and what it remembers of its latents. */
import { type Runtime, randomStream, TouchstoneError } from '../../tensor/index.ts';
import { Dictionary } from '../dictionary.ts';
import type { GradientTraining } from '../kind.ts';
import { trainedKindOf } from '../kinds/index.ts';
import type { StepEngine, StepResult } from './engine.ts';
import type { Measured } from './history.ts';
import { asTensors, type Scales, unscaled } from './parameters.ts';
import type { FullPlan, RunLength } from './plan.ts';
import { resample } from './resampling.ts';
import { learningRateAt, resamplesAfter, sparsityAt } from './schedule.ts';
import type { Batch } from './source.ts';
import { geometricMedian, normalizingScale } from './start.ts';

/** One dictionary under training. Close it. */
export class Trainee {
  readonly plan: FullPlan;
  readonly engine: StepEngine;
  /** Steps since each latent fired last; whole numbers. */
  readonly idle: Float32Array;
  scales: Scales = { input: 1, target: 1 };
  /** Active latents a row in the last step. */
  l0: number | undefined;
  readonly #length: RunLength;

  constructor(plan: FullPlan, engine: StepEngine, length: RunLength) {
    this.plan = plan;
    this.engine = engine;
    this.#length = length;
    this.idle = new Float32Array(plan.config.d_sae);
  }

  get name(): string {
    return this.plan.name;
  }

  get #training(): GradientTraining {
    return trainedKindOf(this.plan.config.architecture).training;
  }

  /** Takes scales and b_dec's start from the first batches. */
  begin(batches: readonly Batch[]): void {
    const targets = batches.map(({ x, target = x }) => target);
    if (this.plan.normalize) {
      const input = normalizingScale(batches.map(({ x }) => x));
      this.scales = { input, target: normalizingScale(targets) };
    }
    if (this.#training.centre === 'zero') return;
    const { target } = this.scales;
    const median = geometricMedian(targets[0]!).map((value) => value * target);
    this.engine.parameters.get('b_dec')!.set(median);
  }

  /**
   * One step on one batch; `step` counts from 0.
   *
   * @throws TouchstoneError where a gradient is not finite; then nothing is changed
   */
  async step(batch: Batch, step: number): Promise<Measured> {
    const result = await this.engine.run(batch, {
      scales: this.scales,
      sparsity: sparsityAt(this.plan, step),
      dead: this.#deadMask(),
      l0Before: this.l0,
    });
    const learningRate = learningRateAt(this.plan, step, this.#length.steps);
    this.#update(result, learningRate, step);
    this.#count(result.fired);
    this.l0 = result.l0;
    const measured = { ...measures(result), dead: this.#dead().length, learningRate };
    const resampled = this.#resample(batch, result.rowErrors, step + 1);
    return { ...measured, ...(resampled > 0 && { resampled }) };
  }

  /** The dictionary as trained so far, for activations as they come. */
  dictionary(runtime: Runtime): Dictionary {
    const { config } = this.plan;
    const plain = unscaled(config, asTensors(config, this.engine.parameters), this.scales);
    const finished = this.#training.finish?.(plain.config, plain.tensors) ?? plain;
    return new Dictionary(finished.config, finished.tensors, runtime);
  }

  async close(): Promise<void> {
    await this.engine.close();
  }

  #update({ gradients, followed, loss }: StepResult, learningRate: number, step: number): void {
    const { parameters, optimizer } = this.engine;
    if (!optimizer.step(gradients, learningRate)) diverged(this.name, step, loss);
    for (const [name, values] of followed) parameters.get(name)!.set(values);
  }

  #count(fired: Float32Array): void {
    for (let i = 0; i < fired.length; i++) this.idle[i] = fired[i]! > 0 ? 0 : this.idle[i]! + 1;
  }

  /** Latents that have not fired for long. */
  #dead(steps = this.plan.deadAfter / this.#length.batch): number[] {
    const dead: number[] = [];
    for (let i = 0; i < this.idle.length; i++) if (this.idle[i]! >= steps) dead.push(i);
    return dead;
  }

  #deadMask(): Float32Array | undefined {
    if (!(Number(this.plan.config.aux_loss_coefficient ?? 0) > 0)) return undefined;
    const dead = this.#dead();
    if (dead.length === 0) return undefined;
    const mask = new Float32Array(this.idle.length);
    for (const latent of dead) mask[latent] = 1;
    return mask;
  }

  #resample(batch: Batch, rowErrors: Float32Array, done: number): number {
    const { plan } = this;
    if (!plan.resample || !resamplesAfter(plan, done, this.#length.steps)) return 0;
    const dead = this.#dead(plan.resample.every / 2);
    const state = {
      config: plan.config,
      parameters: this.engine.parameters,
      optimizer: this.engine.optimizer.state,
      scales: this.scales,
    };
    const stream = randomStream(plan.seed, 'resample').at(done);
    const count = resample(state, dead, batch, rowErrors, stream);
    for (const latent of dead.slice(0, count)) this.idle[latent] = 0;
    return count;
  }
}

/** What a step measures before its update. */
function measures(result: StepResult): Omit<Measured, 'dead' | 'learningRate'> {
  const { loss, terms, l0, rowErrors, variance } = result;
  const error = rowErrors.reduce((sum, value) => sum + value, 0);
  return { loss, terms, l0, explainedVariance: 1 - error / variance };
}

function diverged(name: string, step: number, loss: number): never {
  throw new TouchstoneError(
    'failed',
    `${name}: training diverged: no finite gradient at step ${step} (loss ${loss})`,
    { hint: 'lower the learning rate, or look for activations that are not finite' },
  );
}
