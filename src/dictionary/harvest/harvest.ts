/** @file Activations of a model as a set of rows: contexts in random order, rows shuffled in a bounded buffer. */
import type { LanguageModel } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import type { Context, Mask } from './contexts.ts';
import { ActivationReader, type HookColumn, type ReaderOptions } from './reader.ts';
import { type RowSet, remembering } from './rowSet.ts';
import { runsOf, shuffledOrder, shuffling } from './table.ts';

export interface HarvestOptions extends ReaderOptions {
  readonly hooks: readonly HookColumn[];
  readonly contexts: readonly Context[];
  readonly mask: Mask;
  /** Rows that are in memory together and shuffled among each other. */
  readonly buffer: number;
  readonly seed: number;
}

/** Rows in memory and shuffled together, unless told otherwise. */
export const BUFFER = 32_768;

/**
 * Rows of a model's activations. In each epoch the contexts of all documents are put into random order; the model
 * reads them until the buffer is full, and the rows in it are shuffled among each other.
 *
 * @throws TouchstoneError where all tokens are masked
 */
export function harvest(model: LanguageModel, options: HarvestOptions): RowSet {
  const { hooks, contexts, buffer, seed } = options;
  const reader = new ActivationReader(model, options);
  const counts = contexts.map((_, context) => reader.rowsOf(context));
  const rows = counts.reduce((sum, count) => sum + count, 0);
  if (rows === 0)
    badInput('all tokens of the texts are masked', "give other texts, or mask 'none'");
  const kept = remembering();
  return {
    rows,
    widths: new Map(hooks.map(({ name, width }) => [name, width])),
    *chunks(epoch) {
      const order = shuffledOrder(contexts.length, shuffling(seed, epoch));
      let number = 0;
      for (const { items, rows: count } of runsOf(order, (context) => counts[context]!, buffer)) {
        const stream = shuffling(seed, epoch).at('rows', number);
        const read = async () => ({
          table: await reader.read(items, count),
          order: shuffledOrder(count, stream),
        });
        yield kept(`${epoch}/${number++}`, { rows: count, read });
      }
    },
  };
}
