/** @file The work of `touchstone generate`: prints samples, plain or with edits. */
import { z } from 'zod';
import { bindEdits } from '../../model/edits.ts';
import {
  type Edit,
  editSchema,
  type LanguageModel,
  parseEdits,
  readJson,
  renderChat,
  type Sample,
  type Tokenizer,
} from '../../model/index.ts';
import { badInput, TouchstoneError } from '../../tensor/index.ts';
import { prompt, ROLE_TOKENS } from '../../world/index.ts';
import type { GenerateOptions } from '../commands/generate.ts';
import { type Context, DONE, printJson } from '../context.ts';
import { openNamed } from './models.ts';

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
  edits: z.array(editSchema),
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
  const model = await openNamed(options.model);
  checkFit(edits, model, options.edit);
  const text = promptText(model, options);
  const tokens = promptTokens(model, text, options);
  const samples = await collect(model, tokens, edits, options, context);
  if (options.json) printJson(context, jsonOf(options, text, edits, samples));
  else for (const sample of samples) context.print(`${sample.text}\n`);
  return DONE;
}

/** Edits that do not fit the model are the file's fault. */
function checkFit(edits: readonly Edit[], model: LanguageModel, file = ''): void {
  try {
    bindEdits(edits, model.config);
  } catch (error) {
    if (!(error instanceof TouchstoneError)) throw error;
    badInput(`${file}: ${error.message}`, error.hint);
  }
}

/** A plain question to a model of the world is put into the user's turn; a prompt with role tokens is taken as it is. */
function promptText(model: LanguageModel, { prompt: text, chat }: GenerateOptions): string {
  if (chat) {
    const messages = [{ role: 'user', content: text }];
    return renderChat(tokenizerOf(model), messages, { addGenerationPrompt: true });
  }
  const roles = model.tokenizer?.json.added_tokens?.some(
    ({ content }) => content === ROLE_TOKENS.user,
  );
  return roles && !text.includes('<|') ? prompt([['user', text]]) : text;
}

/** A template writes out its special tokens; plain text gets those that the tokenizer puts around a text. */
function promptTokens(model: LanguageModel, text: string, { chat }: GenerateOptions): number[] {
  return tokenizerOf(model).encode(text, { addSpecial: !chat });
}

function tokenizerOf({ tokenizer }: LanguageModel): Tokenizer {
  return tokenizer ?? badInput('this model has no tokenizer.json', 'text cannot be generated');
}

async function collect(
  model: LanguageModel,
  tokens: readonly number[],
  edits: readonly Edit[],
  { n, maxTokens, temperature, topK, topP, seed }: GenerateOptions,
  context: Context,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const settings = { n, maxTokens, temperature, seed, edits, reporter: context.report };
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
  edits: readonly Edit[],
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
    edits: [...edits],
    samples: samples.map(({ index, text: answer, tokens, finish }) => {
      return { index, text: answer, tokens: [...tokens], finish };
    }),
  };
}
