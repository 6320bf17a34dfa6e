/** @file Rows to be measured as tables that can be read again: of a captured folder, or of a model. */
import type { LanguageModel } from '../../model/index.ts';
import type { CapturedActivations } from '../harvest/captured.ts';
import type { Context } from '../harvest/contexts.ts';
import { ActivationReader, hookColumns } from '../harvest/reader.ts';
import { runsOf, type Table } from '../harvest/table.ts';

/** Tables, the same in every call. */
export type Tables = () => AsyncIterable<Table>;

/** Rows of a table. */
const ROWS = 8192;
/** Numbers of activations that are kept for the second reading; beyond, the model runs twice. */
const KEPT = 2 ** 26;

/** All rows of a captured folder. */
export function capturedTables(captured: CapturedActivations, hooks: readonly string[]): Tables {
  return async function* () {
    for (const chunk of captured.rows(hooks, { buffer: ROWS }).chunks(0)) {
      yield (await chunk.read()).table;
    }
  };
}

/**
 * Activations of a model at all tokens of contexts, special ones too.
 *
 * @param onRows called after each pass with its rows; may throw to stop
 */
export function modelTables(
  model: LanguageModel,
  hooks: readonly string[],
  contexts: readonly Context[],
  onRows?: (rows: number) => Promise<void>,
): Tables {
  const columns = hookColumns(hooks, model.config);
  const mask = { rule: 'none', ids: [] } as const;
  const options = { hooks: columns, contexts, mask, ...(onRows && { onRows }) };
  const reader = new ActivationReader(model, options);
  const numbers = [...contexts.keys()];
  const rows = contexts.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const kept: Table[] = [];
  let whole = false;
  return async function* () {
    if (whole) return yield* kept;
    kept.length = 0;
    for (const run of runsOf(numbers, (context) => reader.rowsOf(context), ROWS)) {
      const table = await reader.read(run.items, run.rows);
      if (rows * width <= KEPT) kept.push(table);
      yield table;
    }
    whole = rows * width <= KEPT;
  };
}
