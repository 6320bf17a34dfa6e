/** @file Adam's arithmetic on four numbers at once, as all kernels of optimizers have it. */
import { type Code, wasm as w } from './encoder.ts';
import { assign, join } from './loops.ts';

/** A number in a local, four times. */
export const all = (number: number): Code => join(w.get(number), w.splatF32);
export const times = (a: Code, b: Code): Code => join(a, b, w.mulF32x4);
export const sum = (a: Code, b: Code): Code => join(a, b, w.addF32x4);

/** Locals of a step: three vectors, the gradient in the first; the others are numbers. */
export interface AdamLocals {
  readonly gradient: number;
  readonly first: number;
  readonly second: number;
  readonly beta1: number;
  readonly beta2: number;
  /** 1 - beta1, and 1 - beta2. */
  readonly rest1: number;
  readonly rest2: number;
  readonly rate: number;
  readonly epsilon: number;
}

/** Where a moment lies: `load` leaves it, `store` writes the vector of its local there. */
export interface Moment {
  readonly load: Code;
  readonly store: Code;
}

/**
 * m = beta1 m + (1 - beta1) g and v = beta2 v + (1 - beta2) g^2, stored; what is to be taken off the weights,
 * rate m / (sqrt v + epsilon), ends in `first` (Kingma and Ba 2015, algorithm 1, with the bias corrections in `rate` and
 * `epsilon`).
 */
export function adamChange(l: AdamLocals, first: Moment, second: Moment): Code {
  const g = w.get(l.gradient);
  const root = join(w.get(l.second), w.sqrtF32x4);
  return join(
    assign(l.first, sum(times(first.load, all(l.beta1)), times(g, all(l.rest1)))),
    first.store,
    assign(l.second, sum(times(second.load, all(l.beta2)), times(times(g, g), all(l.rest2)))),
    second.store,
    assign(l.second, sum(root, all(l.epsilon))),
    assign(l.first, join(times(w.get(l.first), all(l.rate)), w.get(l.second), w.divF32x4)),
  );
}
