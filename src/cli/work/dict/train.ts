/** @file The work of `touchstone dict train`: fits dictionaries to activations and writes a folder for each. */
import { join } from 'node:path';
import { saveDictionary } from '../../../dictionary/folder.ts';
import { type DictionaryPlan, fit as fitAll } from '../../../dictionary/index.ts';
import { fileSource } from '../../../dictionary/training/fileSource.ts';
import { nodeRuntime } from '../../../model/index.ts';
import type { DictTrainOptions } from '../../commands/dict/train.ts';
import { type Context, DONE } from '../../context.ts';
import { parseShortForm, planOf } from './shortForm.ts';

/** Trains and saves. */
export async function trainDictionariesCommand(
  options: DictTrainOptions,
  context: Context,
): Promise<number> {
  const { steps, batch, seed, out } = options;
  const short = options.kind.map(parseShortForm);
  const source = await fileSource(options.activations, seed);
  const plans: DictionaryPlan[] = short.map((one) => planOf(one, source.width, seed));
  const { report: reporter, safePoint } = context;
  const runtime = nodeRuntime({ threads: 1 });
  const dictionaries = await fitAll(plans, source, { steps, batch, runtime, reporter, safePoint });
  for (const [i, dictionary] of dictionaries.entries()) {
    const folder = join(out, plans[i]!.name);
    await saveDictionary(dictionary, folder);
    context.print(`${folder}\n`);
  }
  return DONE;
}
