/** @file Contexts that a model reads together. */
import type { Context } from './contexts.ts';

/** Contexts are padded to a multiple of this many tokens, on the right, where no earlier position sees it. */
const PADDING = 16;

/** Contexts of one padded length. */
export interface ContextPass {
  readonly length: number;
  /** Numbers of the contexts. */
  readonly contexts: readonly number[];
}

/** How much is read at once. */
export interface PassLimits {
  /** Positions that the model has. */
  readonly longest: number;
  /** Tokens of a pass, with padding; a context that is longer is a pass by itself. */
  readonly tokens: number;
}

/** Passes over some contexts: those of one padded length, as many as a pass takes. */
export function* passesOf(
  contexts: readonly Context[],
  numbers: Iterable<number>,
  { longest, tokens }: PassLimits,
): Generator<ContextPass> {
  const byLength = new Map<number, number[]>();
  for (const number of numbers) {
    const own = contexts[number]!.tokens.length;
    const length = Math.min(longest, PADDING * Math.ceil(own / PADDING));
    byLength.set(length, [...(byLength.get(length) ?? []), number]);
  }
  for (const [length, all] of byLength) {
    const size = Math.max(1, Math.floor(tokens / length));
    for (let i = 0; i < all.length; i += size) yield { length, contexts: all.slice(i, i + size) };
  }
}

/** A context's tokens, padded to a length. */
export function padded({ tokens }: Context, length: number): number[] {
  return [...tokens, ...new Array<number>(length - tokens.length).fill(tokens[0]!)];
}
