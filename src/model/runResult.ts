/** @file What one pass of a model gives: logits and the activations that were read. */
import { freeArrays } from '../tensor/index.ts';

/** Values read at a hook point. */
export interface Activation {
  /** [batch, position, ...]; scores and patterns are [batch, head, query, key]. */
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export class RunResult<Name extends string = string> {
  readonly tokens: readonly (readonly number[])[];
  readonly activations: Readonly<Record<Name, Activation>>;
  /** [batch, position, vocabulary]. */
  readonly logits?: Activation;

  constructor(
    tokens: readonly (readonly number[])[],
    activations: Readonly<Record<Name, Activation>>,
    logits?: Activation,
  ) {
    this.tokens = tokens;
    this.activations = activations;
    if (logits) this.logits = logits;
  }

  /**
   * Gives the memory of logits and activations back at once; they are empty afterwards. Without it, the garbage
   * collector does so some passes later.
   */
  release(): void {
    const all = [
      ...Object.values<Activation>(this.activations),
      ...(this.logits ? [this.logits] : []),
    ];
    freeArrays(all.map(({ data }) => data));
  }
}
