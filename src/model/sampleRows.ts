/** @file What a call of `sample` comes to: its rows, each with random numbers of its own, and how they are decoded. */
import { badUsage, randomStream } from '../tensor/index.ts';
import { biasFeed, type Decoding, type Row, samplingProgram } from './decoding.ts';
import { type BoundEdit, bindEdits } from './edits.ts';
import type { LanguageModel } from './languageModel.ts';
import { checkBias, checkOptions, limitOf, type SampleOptions } from './sampleOptions.ts';

/** Options with their defaults, edits bound. @throws TouchstoneError naming what is wrong */
export function openDecoding(model: LanguageModel, options: SampleOptions): Decoding {
  checkOptions(options);
  checkBias(options, model.config);
  const edits = bindEdits(options.edits ?? [], model.config, options);
  checkEdits(edits);
  const bias = biasFeed(model, options);
  const extras = { biased: bias !== undefined, scored: options.logProbabilities !== undefined };
  return {
    model,
    edits,
    bias,
    options: {
      temperature: options.temperature ?? 1,
      stop:
        options.stop ??
        [model.config.eos_token_id].flat().filter((id) => id !== undefined && id !== null),
      ...(options.topK !== undefined && { topK: options.topK }),
      ...(options.topP !== undefined && { topP: options.topP }),
      ...(options.until && { until: options.until }),
      ...(extras.scored && { logProbabilities: options.logProbabilities! }),
    },
    prefill: samplingProgram(model, edits, 'prefill', extras),
    step: samplingProgram(model, edits, 'step', extras),
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

/** All samples of a call, prompt by prompt. */
export function makeRows(prompts: readonly (readonly number[])[], options: SampleOptions): Row[] {
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
        limit: limitOf(options, prompt),
        identity,
        stream,
        tokens: [],
        fired: new Set(),
        logs: [],
      };
    });
  });
}
