/** @file White-box reading: activations at hook points, and logits. */

import { checkHook, type HookName, hookSizes, type ModelConfig } from '../../model/index.ts';
import type { ReadOrder, ReadValue, Result } from '../line.ts';
import { Problem } from '../problem.ts';
import { checkEdits, read, type Served } from './complete.ts';
import { tokensOf } from './prompts.ts';

/** Values that are read in one pass. */
export async function* readValues(served: Served, order: ReadOrder): AsyncGenerator<Result> {
  const { model, dictionaries } = served;
  checkEdits(served, order);
  const { edits, logits, promptLength } = order;
  const hooks = order.hooks.map((name) => checkHook(name, model.config));
  const rows = model.rows(order.rows.map((row) => tokensOf(model, row)));
  checkAmount(model.config, hooks, rows, order);
  yield { kind: 'started', prompts: rows, echoes: [] };
  const found = await model.run(rows, {
    ...{ read: hooks, edits, dictionaries, logits },
    ...(promptLength !== undefined && { promptLength }),
  });
  const values: Record<string, ReadValue> = { ...found.activations };
  if (found.logits) values.logits = found.logits;
  const texts = rows.map((row) =>
    row.map((token) => read(served.texts, { token, logProbability: null }).text),
  );
  yield { kind: 'values', tokens: rows, texts, values };
}

/** @throws Problem where more would be read than is told at once */
function checkAmount(
  config: ModelConfig,
  hooks: readonly HookName[],
  rows: readonly (readonly number[])[],
  { logits, mostNumbers }: ReadOrder,
): void {
  const length = rows[0]!.length;
  const position = (hook: HookName) =>
    hookSizes(hook, config)?.reduce((a, b) => a * b, 1) ?? config.num_attention_heads * length;
  const each = hooks.map(position).reduce((a, b) => a + b, logits ? config.vocab_size : 0);
  const numbers = each * length * rows.length;
  if (numbers <= mostNumbers) return;
  throw new Problem(
    400,
    `${numbers} numbers would be read, of which there may be ${mostNumbers}: read fewer hooks or a shorter text`,
    { param: 'hooks' },
  );
}
