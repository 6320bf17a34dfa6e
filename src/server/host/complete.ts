/** @file Completions, step by step. */
import { bindEdits } from '../../model/edits.ts';
import {
  type Dictionaries,
  type LanguageModel,
  type StreamedToken,
  type StreamStep,
  streamSamples,
} from '../../model/index.ts';
import type { LikelyToken } from '../../model/tokenLog.ts';
import { TouchstoneError } from '../../tensor/index.ts';
import type { CompleteOrder, Echo, Result, StepReport, TokenReport } from '../line.ts';
import { Problem } from '../problem.ts';
import { echoOf } from './echo.ts';
import { tokensOf } from './prompts.ts';
import type { TokenTexts } from './tokenTexts.ts';

/** A model and what goes with it. */
export interface Served {
  readonly model: LanguageModel;
  readonly dictionaries: Dictionaries;
  /** Hook points that dictionaries are of, where they are known. */
  readonly places: Readonly<Record<string, string>>;
  readonly texts: TokenTexts | undefined;
}

/** What completions bring: first that they have started, then each step. */
export async function* complete(served: Served, order: CompleteOrder): AsyncGenerator<Result> {
  const { model } = served;
  checkEdits(served, order);
  const prompts = order.prompts.map((prompt) => tokensOf(model, prompt));
  const limits = prompts.map((prompt) => limitOf(model, prompt.length, order.maxTokens));
  const echoes: Echo[] = [];
  if (order.echo) for (const prompt of prompts) echoes.push(await echoOf(served, prompt, order));
  if (order.maxTokens === 0) {
    yield { kind: 'started', prompts, echoes };
    yield { kind: 'steps', steps: nothing(prompts.length * order.n) };
    return;
  }
  const steps = streamSamples(model, prompts, optionsOf(served, order, limits));
  // What is wrong with the request shows by the first step.
  const first = await steps.next();
  yield { kind: 'started', prompts, echoes };
  if (!first.done) yield { kind: 'steps', steps: reportsOf(served, order.n, first.value) };
  for await (const step of steps) {
    yield { kind: 'steps', steps: reportsOf(served, order.n, step) };
  }
}

/** Completions without a token. */
function nothing(count: number): StepReport[] {
  return Array.from({ length: count }, (_, choice) => {
    return { choice, text: '', tokens: [], ids: [], drawn: 0, finish: 'length' };
  });
}

/** @throws Problem where edits do not fit the model */
export function checkEdits(
  { model, dictionaries }: Served,
  { edits }: Pick<CompleteOrder, 'edits'>,
): void {
  try {
    bindEdits(edits, model.config, { dictionaries });
  } catch (error) {
    if (!(error instanceof TouchstoneError)) throw error;
    const unnamed = Object.keys(dictionaries).length === 0 && error.hint?.includes('dictionaries');
    const hint = unnamed ? 'the server was started without dictionaries' : error.hint;
    throw new Problem(400, hint ? `${error.message} (${hint})` : error.message, { param: 'edits' });
  }
}

/** Tokens that a completion may have. @throws Problem where the model has not so many positions */
function limitOf({ config }: LanguageModel, length: number, maxTokens?: number): number {
  const left = config.max_position_embeddings - length;
  if (length > 0 && left >= Math.max(1, maxTokens ?? 1)) return maxTokens ?? left;
  if (length === 0) throw new Problem(400, 'a prompt has no tokens, expected at least one');
  throw new Problem(
    400,
    `this model has ${config.max_position_embeddings} positions; the prompt has ${length} tokens, and ${maxTokens ?? 1} are to be drawn`,
    { code: 'context_length_exceeded' },
  );
}

function optionsOf({ dictionaries }: Served, order: CompleteOrder, maxTokens: number[]) {
  const { n, seed, temperature, topP, topK, stopTexts, bias, edits, logProbabilities } = order;
  return {
    ...{ n, seed, temperature, stopTexts, bias, edits, maxTokens, dictionaries },
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(logProbabilities !== undefined && { logProbabilities }),
  };
}

function reportsOf({ texts }: Served, n: number, steps: readonly StreamStep[]): StepReport[] {
  return steps.map(({ prompt, index, text, tokens, drawn, finish }) => ({
    choice: prompt * n + index,
    text,
    tokens: tokens.flatMap((token) => reportOf(texts, token) ?? []),
    ids: tokens.map(({ token }) => token),
    drawn,
    ...(finish && { finish }),
  }));
}

/** A token with its log probability; undefined where none was asked for. */
function reportOf(
  texts: TokenTexts | undefined,
  { log, start }: Pick<StreamedToken, 'log' | 'start'>,
): TokenReport | undefined {
  if (!log) return undefined;
  return { ...read(texts, log), start, top: log.top.map((token) => read(texts, token)) };
}

/** A token as it reads; without a tokenizer it reads as its id. */
export function read(
  texts: TokenTexts | undefined,
  { token, logProbability }: Pick<LikelyToken, 'token'> & { logProbability: number | null },
): Omit<TokenReport, 'start' | 'top'> {
  if (texts) return { text: texts.text(token), bytes: texts.bytes(token), logProbability };
  const text = String(token);
  return { text, bytes: [...new TextEncoder().encode(text)], logProbability };
}
