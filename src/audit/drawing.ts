/** @file How a suspect's answers are drawn and metered: once each, or anew while a banned text is in them. */
import {
  type LanguageModel,
  type Sample,
  type SampleOptions,
  sampleAccepted,
} from '../model/index.ts';
import type { Meter } from './meter.ts';
import type { CheckedRequest } from './request.ts';

/** What is kept of a sample. */
export type Drawn = Pick<Sample, 'prompt' | 'index' | 'text' | 'finish'>;

/** `n` samples of each prompt, each drawn once. */
export async function* sampling(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  options: SampleOptions,
  meter: Meter,
): AsyncGenerator<Drawn> {
  for await (const sample of model.sample(prompts, options)) {
    const drawn = sample.tokens.length + (sample.finish === 'stop' ? 1 : 0);
    meter.sample(model.config, prompts[sample.prompt]!.length, drawn);
    yield sample;
  }
}

/** `n` samples of each prompt, drawn anew while a banned text is in them; every draw is metered. */
export async function* rejecting(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  { banned, restart, attempts }: NonNullable<CheckedRequest['reject']>,
  { n = 1, first = 0, ...options }: SampleOptions,
  meter: Meter,
): AsyncGenerator<Drawn> {
  const violates = (text: string) => banned.some((words) => text.includes(words));
  const rule = { violates, restart, attempts };
  for (let index = first; index < first + n; index++) {
    const rows = await sampleAccepted(model, prompts, { ...options, ...rule, first: index });
    for (const { prompt, text, finish, accepted, passes } of rows) {
      for (const [read, drawn] of passes) meter.sample(model.config, read, drawn);
      meter.reject(passes.length - Number(accepted));
      yield { prompt, index, text, finish };
    }
  }
}
