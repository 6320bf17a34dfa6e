/** @file Sampling with a key-value cache; edits act on the prompt and on every decoding step. */
import { silent } from '../tensor/index.ts';
import { Schedule } from './cohort.ts';
import type { Row } from './decoding.ts';
import type { LanguageModel } from './languageModel.ts';
import { checkPrompts, type SampleOptions } from './sampleOptions.ts';
import { makeRows, openDecoding } from './sampleRows.ts';
import { samplingThreads } from './threads/crew.ts';

export type { SampleOptions };

export interface Sample {
  /** Index of the prompt in the call. */
  readonly prompt: number;
  /** Which sample of that prompt. */
  readonly index: number;
  /** Sampled tokens, without the one that ended the sample. */
  readonly tokens: readonly number[];
  readonly text: string;
  /** 'stop': a stop token or `until` ended it. 'length': it ran into maxTokens. */
  readonly finish: 'stop' | 'length';
}

/**
 * Samples continuations. A sample is a function of (prompt, index, seed, options) alone: it is the same
 * whatever else is in its batch, so that equal prompts get equal samples (`n` gives several). Samples are
 * yielded in order, prompt by prompt, each as soon as those before it have ended.
 *
 * @throws TouchstoneError before the first sample where an option, an edit or a prompt is wrong
 */
export async function* sample(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  options: SampleOptions = {},
): AsyncGenerator<Sample> {
  const { reporter = silent, batchSize = 64 } = options;
  const decoding = openDecoding(model, options);
  checkPrompts(model.config, prompts, options);
  const rows = makeRows(prompts, options);
  const threads = samplingThreads(model, rows, options);
  const work = threads
    ? threads.run(prompts, options, rows)
    : new Schedule(decoding, rows, batchSize).run();
  let yielded = 0;
  for await (const _ of work) {
    const done = rows.reduce((count, { finish }) => count + Number(finish !== undefined), 0);
    reporter({ task: 'sampling', done, total: rows.length, unit: 'samples' });
    for (; rows[yielded]?.finish; yielded++) yield finished(model, rows[yielded]!);
  }
}

function finished(model: LanguageModel, row: Row): Sample {
  const text = model.tokenizer?.decode(row.tokens) ?? row.tokens.join(' ');
  return {
    prompt: row.prompt,
    index: row.index,
    tokens: row.tokens,
    text,
    finish: row.finish!,
  };
}
