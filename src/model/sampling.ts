/** @file Sampling with a key-value cache; edits act on the prompt and on every decoding step. */
import { badUsage, randomStream, silent } from '../tensor/index.ts';
import { Schedule } from './cohort.ts';
import { type Decoding, type Row, samplingProgram } from './decoding.ts';
import { type BoundEdit, bindEdits } from './edits.ts';
import type { LanguageModel } from './languageModel.ts';
import { checkOptions, checkPrompt, type SampleOptions } from './sampleOptions.ts';

export type { SampleOptions };

export interface Sample {
  /** Index of the prompt in the call. */
  readonly prompt: number;
  /** Which sample of that prompt. */
  readonly index: number;
  /** Sampled tokens, without the one that ended the sample. */
  readonly tokens: readonly number[];
  readonly text: string;
  /** 'stop': a stop token ended it. 'length': it ran into maxTokens. */
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
  prompts.forEach(
    (prompt, i) => void checkPrompt(model.config, prompt, i, decoding.options.maxTokens),
  );
  const rows = makeRows(prompts, options);
  let yielded = 0;
  for await (const _ of new Schedule(decoding, rows, batchSize).run()) {
    const done = rows.reduce((count, { finish }) => count + Number(finish !== undefined), 0);
    reporter({ task: 'sampling', done, total: rows.length, unit: 'samples' });
    for (; rows[yielded]?.finish; yielded++) yield finished(model, rows[yielded]!);
  }
}

function openDecoding(model: LanguageModel, options: SampleOptions): Decoding {
  checkOptions(options);
  const edits = bindEdits(options.edits ?? [], model.config, options);
  checkEdits(edits);
  return {
    model,
    edits,
    options: {
      maxTokens: options.maxTokens ?? 64,
      temperature: options.temperature ?? 1,
      stop:
        options.stop ??
        [model.config.eos_token_id].flat().filter((id) => id !== undefined && id !== null),
      ...(options.topK !== undefined && { topK: options.topK }),
      ...(options.topP !== undefined && { topP: options.topP }),
    },
    prefill: samplingProgram(model, edits, 'prefill'),
    step: samplingProgram(model, edits, 'step'),
  };
}

/** Whole sequences of values belong to one pass: while sampling, the sequence grows. */
function checkEdits(edits: readonly BoundEdit[]): void {
  const whole = edits.find((edit) => edit.whole);
  if (whole)
    badUsage(
      `'set' at '${whole.hook}' has more than one position`,
      'in sampling, give one position',
    );
}

function makeRows(prompts: readonly (readonly number[])[], options: SampleOptions): Row[] {
  const { n = 1, first = 0, seed = 0 } = options;
  const streams = randomStream(seed, 'sampling');
  return prompts.flatMap((promptTokens, prompt) => {
    const own = streams.at(promptTokens.join(','));
    return Array.from({ length: n }, (_, i): Row => {
      const stream = own.at(first + i);
      const identity = Math.floor(stream.at('identity').uniform(0) * 2 ** 53);
      return {
        prompt,
        index: first + i,
        promptTokens,
        identity,
        stream,
        tokens: [],
        fired: new Set(),
      };
    });
  });
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
