/** @file What computes a step: loss, statistics and gradients of one batch. */
import type { Optimizer } from './optimizer.ts';
import type { Arrays } from './parameters.ts';
import type { Batch } from './source.ts';

/** Numbers that a step is fed beside the batch. */
export interface StepSettings {
  /** Factors on the activations. */
  readonly scales: { readonly input: number; readonly target: number };
  /** Factor on the sparsity penalty. */
  readonly sparsity: number;
  /** 1 for dead latents, else 0; undefined where none is. */
  readonly dead: Float32Array | undefined;
  /** Active latents a row in the step before; undefined at the first. */
  readonly l0Before: number | undefined;
}

/** What a step gives. Arrays may be overwritten by the next. */
export interface StepResult {
  readonly loss: number;
  /** The loss's terms before their coefficients. */
  readonly terms: Readonly<Record<string, number>>;
  /** Active latents a row. */
  readonly l0: number;
  /** Squared error of each row, summed over the width. */
  readonly rowErrors: Float32Array;
  /** Squared distance from the batch's mean, summed over rows and width. */
  readonly variance: number;
  /** Above 0 for latents that were active in some row. */
  readonly fired: Float32Array;
  readonly gradients: Arrays;
  /** New values of what is followed and not trained. */
  readonly followed: Arrays;
}

/** Computes steps on parameters that its optimizer updates. */
export interface StepEngine {
  /** Weights, updated in place. */
  readonly parameters: Arrays;
  readonly optimizer: Optimizer;
  run(batch: Batch, settings: StepSettings): Promise<StepResult>;
  close(): Promise<void>;
}
