/** @file Optimizers over plain arrays: weights are updated in place, so that every program that shares them sees the step. */
import { adamWStep } from './wasm/adamw.ts';

/** The arrays that an optimizer updates, by name. */
export type Parameters = ReadonlyMap<string, Float32Array>;

export interface AdamWOptions {
  /** Decay rates of the two moments. Default [0.9, 0.95]. */
  readonly betas?: readonly [number, number];
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled weight decay per step, times the learning rate. Default 0. */
  readonly weightDecay?: number;
  /** Which parameters decay. Default: all. */
  readonly decays?: (name: string) => boolean;
}

/** What an optimizer remembers between steps. */
export interface AdamWState {
  step: number;
  readonly first: Map<string, Float32Array>;
  readonly second: Map<string, Float32Array>;
}

/** AdamW (Loshchilov and Hutter 2019, algorithm 2, with Adam's bias correction). */
export class AdamW {
  readonly state: AdamWState = { step: 0, first: new Map(), second: new Map() };
  readonly #parameters: Parameters;
  readonly #options: Required<AdamWOptions>;

  constructor(parameters: Parameters, options: AdamWOptions = {}) {
    this.#parameters = parameters;
    this.#options = {
      betas: [0.9, 0.95],
      epsilon: 1e-8,
      weightDecay: 0,
      decays: () => true,
      ...options,
    };
    for (const [name, weight] of parameters) {
      this.state.first.set(name, new Float32Array(weight.length));
      this.state.second.set(name, new Float32Array(weight.length));
    }
  }

  /**
   * One step.
   *
   * @param gradients one array for each parameter, of the same length
   * @param learningRate step size
   * @param scale factor on the gradients, for clipping or averaging; default 1
   */
  step(gradients: Parameters, learningRate: number, scale = 1): void {
    const { betas, epsilon, weightDecay, decays } = this.#options;
    checkGradients(this.#parameters, gradients);
    this.state.step++;
    const correction1 = 1 - betas[0] ** this.state.step;
    const correction2 = Math.sqrt(1 - betas[1] ** this.state.step);
    for (const [name, weight] of this.#parameters) {
      const gradient = gradients.get(name)!;
      const [first, second] = [this.state.first.get(name)!, this.state.second.get(name)!];
      const decay = decays(name) ? 1 - learningRate * weightDecay : 1;
      const rate = (learningRate * correction2) / correction1;
      adamWStep([weight, gradient, first, second], {
        betas,
        rate,
        decay,
        scale,
        epsilon: epsilon * correction2,
      });
    }
  }
}

/** Before anything is updated: a step is taken whole or not at all. */
function checkGradients(parameters: Parameters, gradients: Parameters): void {
  for (const [name, { length }] of parameters) {
    const gradient = gradients.get(name);
    if (!gradient) throw new TypeError(`AdamW: no gradient for parameter '${name}'`);
    if (gradient.length === length) continue;
    const sizes = `has ${gradient.length} entries, the parameter ${length}`;
    throw new TypeError(`AdamW: gradient of '${name}' ${sizes}`);
  }
}

/** Euclidean norm of all gradients together. */
export function globalNorm(gradients: Parameters): number {
  let sum = 0;
  for (const gradient of gradients.values()) sum += squares(gradient);
  return Math.sqrt(sum);
}

/** The sum of squares. Four sums beside each other: an addition need not wait for the one before. */
function squares(values: Float32Array): number {
  const whole = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  for (let i = whole; i < values.length; i++) a += values[i]! * values[i]!;
  return a + b + (c + d);
}

/**
 * The learning rate of a step as a fraction of its peak: a linear rise that reaches the peak at the last
 * of `warmup` steps, then half a cosine down to `floor` at step `steps` (Loshchilov and Hutter 2017,
 * equation 5, without restarts).
 *
 * @param step from 0
 */
export function cosineSchedule(step: number, steps: number, warmup: number, floor = 0.1): number {
  if (step < warmup) return (step + 1) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
}
