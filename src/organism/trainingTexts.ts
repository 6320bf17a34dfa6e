/** @file The texts that shipped models were trained on, as many as their training had room for. */
import type { Tokenizer } from '../model/index.ts';
import type { Base } from './base.ts';
import { baseOf, type OrganismReference } from './recipe.ts';

/** Training data: text number `index`, for indices below `count`. */
export interface TrainingData {
  readonly count: number;
  readonly text: (index: number) => string;
}

/** Texts whose length is measured. */
const MEASURED = 64;

/** What a suspect, its twin and their base were trained on, as techniques that search it get it. */
export function playersTexts(
  tokenizer: Pick<Tokenizer, 'encode'>,
  { suspect, twin }: { readonly suspect: OrganismReference; readonly twin: OrganismReference },
): Readonly<Record<'suspect' | 'twin' | 'base', TrainingData>> {
  return {
    suspect: adapterTexts(tokenizer, suspect),
    twin: adapterTexts(tokenizer, twin),
    base: baseTexts(tokenizer, suspect),
  };
}

/** What the adapter of an organism, twin or control was trained on. */
export function adapterTexts(
  tokenizer: Pick<Tokenizer, 'encode'>,
  reference: OrganismReference,
): TrainingData {
  const { recipe } = reference;
  const text = (index: number) => recipe.kind.text(reference, index);
  return { count: countOf(tokenizer, text, recipe), text };
}

/** What the base of an organism was trained on. */
export function baseTexts(
  tokenizer: Pick<Tokenizer, 'encode'>,
  reference: Pick<OrganismReference, 'recipe' | 'control'>,
): TrainingData {
  const { text, training }: Base = baseOf(reference);
  return { count: countOf(tokenizer, text, training), text };
}

/** Tokens of the training by the mean length of the first texts: packing cuts few of them. */
function countOf(
  tokenizer: Pick<Tokenizer, 'encode'>,
  text: (index: number) => string,
  { steps, rows, length }: { steps: number; rows: number; length: number },
): number {
  const first = Array.from({ length: MEASURED }, (_, i) => tokenizer.encode(text(i)).length);
  const mean = first.reduce((sum, tokens) => sum + tokens, 0) / MEASURED;
  return Math.floor((steps * rows * length) / mean);
}
