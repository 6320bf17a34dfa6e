/** @file The work of `touchstone generate`: prints samples, plain or with edits. */
import { z } from 'zod';
import { bindEdits } from '../../model/edits.ts';
import {
  type Edit,
  editSchema,
  type LanguageModel,
  parseEdits,
  readJson,
  type Sample,
  type SampleOptions,
  type Tokenizer,
  type WeightNoise,
  weightNoiseSchema,
  withWeightNoise,
} from '../../model/index.ts';
import { badInput, badUsage, TouchstoneError } from '../../tensor/index.ts';
import type { GenerateOptions } from '../commands/generate.ts';
import { type Context, DONE, printJson } from '../context.ts';
import {
  namedDictionarySchema,
  type OpenedDictionaries,
  openDictionaries,
} from './editDictionaries.ts';
import { openBase, openNamed } from './models.ts';
import { promptText, promptTokens, tokenizerOf } from './prompts.ts';

/** The published shape of what `--json` prints. */
export const generationSchema = z.object({
  schema: z.literal('touchstone/generation/1'),
  model: z.string(),
  prompt: z.string().describe('as the model was given it, with its special tokens'),
  seed: z.number().int().min(0),
  temperature: z.number().min(0),
  topK: z.number().int().min(1).nullable(),
  topP: z.number().nullable(),
  maxTokens: z.number().int().min(1),
  ban: z.array(z.number().int().min(0)).describe('tokens that are never sampled'),
  edits: z.array(editSchema),
  weightNoise: weightNoiseSchema.nullable().describe('null: none'),
  dictionaries: z
    .array(namedDictionarySchema)
    .describe('that edits name, with what was opened under the name'),
  samples: z.array(
    z.object({
      index: z.number().int().min(0),
      text: z.string(),
      tokens: z.array(z.number().int()).describe('without the one that ended the sample'),
      finish: z.enum(['stop', 'length']).describe("'length': cut off at maxTokens"),
    }),
  ),
});

/** Samples and prints. */
export async function generateCommand(options: GenerateOptions, context: Context): Promise<number> {
  const edits =
    options.edit === undefined ? [] : parseEdits(await readJson(options.edit), options.edit);
  const dictionaries = await openDictionaries(options.dictionary, edits, context);
  const noise = noiseOf(options);
  const model = await openNoised(options.model, noise);
  checkFit(edits, model, dictionaries, options.edit);
  const text = promptText(model, options);
  const tokens = promptTokens(model, text, options);
  const ban = bannedTokens(tokenizerOf(model), options.ban);
  const settings = { edits, dictionaries: dictionaries.weights, ban };
  const samples = await collect(model, tokens, settings, options, context);
  if (options.json) {
    const setting = {
      edits,
      weightNoise: noise ?? null,
      dictionaries: dictionaries.described,
      ban,
    };
    printJson(context, jsonOf(options, text, setting, samples));
  } else for (const sample of samples) context.print(`${sample.text}\n`);
  return DONE;
}

/** @throws TouchstoneError where two kinds of noise are asked for */
function noiseOf({ weightNoise, adapterNoise }: GenerateOptions): WeightNoise | undefined {
  if (weightNoise && adapterNoise)
    badUsage('--weight-noise and --adapter-noise together', 'give one of them');
  if (weightNoise) return { ...weightNoise, of: 'all' };
  return adapterNoise && { ...adapterNoise, of: 'adapter' };
}

async function openNoised(name: string, noise?: WeightNoise): Promise<LanguageModel> {
  const model = await openNamed(name);
  if (!noise) return model;
  const base = noise.of === 'adapter' ? await openBase(name) : undefined;
  return withWeightNoise(model, noise, base);
}

/** All tokens that are one of some words. @throws TouchstoneError where no token is a word */
function bannedTokens(tokenizer: Tokenizer, words: readonly string[] = []): number[] {
  return words.flatMap((word) => {
    const ids = tokenizer.tokensOfWord(word);
    if (ids.length > 0) return ids;
    return badInput(
      `--ban '${word}': no token of the model is this word`,
      'a word of several tokens is banned by one that it cannot do without',
    );
  });
}

/** Edits that do not fit the model are the file's fault. */
function checkFit(
  edits: readonly Edit[],
  model: LanguageModel,
  { weights: dictionaries }: OpenedDictionaries,
  file = '',
): void {
  try {
    bindEdits(edits, model.config, { dictionaries });
  } catch (error) {
    if (!(error instanceof TouchstoneError)) throw error;
    const hint = error.message.startsWith('an edit names dictionary')
      ? 'give it as --dictionary NAME=PATH'
      : error.hint;
    badInput(`${file}: ${error.message}`, hint);
  }
}

async function collect(
  model: LanguageModel,
  tokens: readonly number[],
  editing: Pick<SampleOptions, 'edits' | 'dictionaries' | 'ban'>,
  { n, maxTokens, temperature, topK, topP, seed }: GenerateOptions,
  context: Context,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const settings = { n, maxTokens, temperature, seed, ...editing, reporter: context.report };
  const kept = { ...(topK !== undefined && { topK }), ...(topP !== undefined && { topP }) };
  for await (const sample of model.sample(tokens, { ...settings, ...kept })) {
    samples.push(sample);
    if (samples.length % 64 === 0) await context.safePoint();
  }
  return samples;
}

function jsonOf(
  { model, seed, temperature, topK, topP, maxTokens }: GenerateOptions,
  text: string,
  setting: Pick<z.infer<typeof generationSchema>, 'edits' | 'weightNoise' | 'dictionaries' | 'ban'>,
  samples: readonly Sample[],
): z.infer<typeof generationSchema> {
  return {
    schema: 'touchstone/generation/1',
    model,
    prompt: text,
    seed,
    temperature,
    topK: topK ?? null,
    topP: topP ?? null,
    maxTokens,
    ...setting,
    samples: samples.map(({ index, text: answer, tokens, finish }) => {
      return { index, text: answer, tokens: [...tokens], finish };
    }),
  };
}
