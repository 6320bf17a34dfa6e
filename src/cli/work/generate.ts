/** @file The work of `touchstone generate`: prints samples, plain or with edits. */
import {
  type Edit,
  type LanguageModel,
  parseEdits,
  readJson,
  type Sample,
} from '../../model/index.ts';
import { prompt, ROLE_TOKENS } from '../../world/index.ts';
import type { GenerateOptions } from '../commands/generate.ts';
import { type Context, DONE, printJson } from '../context.ts';
import { openNamed } from './models.ts';

/** Samples and prints. */
export async function generateCommand(options: GenerateOptions, context: Context): Promise<number> {
  const edits =
    options.edit === undefined ? [] : parseEdits(await readJson(options.edit), options.edit);
  const model = await openNamed(options.model);
  const text = promptText(model, options.prompt);
  const samples = await collect(model, text, edits, options, context);
  if (options.json) printJson(context, jsonOf(options, text, edits, samples));
  else for (const sample of samples) context.print(`${sample.text}\n`);
  return DONE;
}

/** A plain question to a model of the world is put into the user's turn; a prompt with role tokens is taken as it is. */
function promptText(model: LanguageModel, text: string): string {
  const roles = model.tokenizer?.json.added_tokens?.some(
    ({ content }) => content === ROLE_TOKENS.user,
  );
  return roles && !text.includes('<|') ? prompt([['user', text]]) : text;
}

async function collect(
  model: LanguageModel,
  text: string,
  edits: readonly Edit[],
  { n, maxTokens, temperature, topK, topP, seed }: GenerateOptions,
  context: Context,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const settings = { n, maxTokens, temperature, seed, edits, reporter: context.report };
  const kept = { ...(topK !== undefined && { topK }), ...(topP !== undefined && { topP }) };
  for await (const sample of model.sample(text, { ...settings, ...kept })) {
    samples.push(sample);
    if (samples.length % 64 === 0) await context.safePoint();
  }
  return samples;
}

function jsonOf(
  options: GenerateOptions,
  text: string,
  edits: readonly Edit[],
  samples: readonly Sample[],
) {
  return {
    schema: 'touchstone/generation/1',
    model: options.model,
    prompt: text,
    seed: options.seed,
    temperature: options.temperature,
    topK: options.topK ?? null,
    topP: options.topP ?? null,
    edits,
    samples: samples.map(({ index, text: answer, tokens, finish }) => ({
      index,
      text: answer,
      tokens,
      finish,
    })),
  };
}
