/** @file Has a model answer, token by token, and reads what it computed. */
import type { Message, Setup } from '../state/setup.ts';
import { ask, events } from './client.ts';
import type { ChatChunk, Comparison, CompletionChunk, Edit, Hooks, Lens, Read } from './types.ts';

/** What a model said. */
export interface Answer {
  readonly text: string;
  readonly prompt: readonly number[];
  readonly ids: readonly number[];
  readonly finish: string;
}

type Chunk = (ChatChunk | CompletionChunk) & { readonly error?: { readonly message: string } };

/** Streams an answer; `onText` is told all that is there. @throws Error with what went wrong */
export async function generate(
  setup: Setup,
  edits: readonly Edit[],
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<Answer> {
  const { path, body } = requestOf(setup, edits);
  let answer: Answer = { text: '', prompt: [], ids: [], finish: '' };
  for await (const event of events(path, { body, signal })) {
    if (event === '[DONE]') break;
    const chunk = JSON.parse(event) as Chunk;
    if (chunk.error) throw new Error(chunk.error.message);
    answer = extended(answer, chunk);
    onText(answer.text);
  }
  return answer;
}

function requestOf(setup: Setup, edits: readonly Edit[]) {
  const { model, mode, seed, temperature, maxTokens: max_tokens } = setup;
  const common = { model, seed, temperature, max_tokens, edits, stream: true };
  const body = { ...common, return_token_ids: true };
  if (mode === 'text') return { path: '/v1/completions', body: { ...body, prompt: setup.text } };
  return { path: '/v1/chat/completions', body: { ...body, messages: chatOf(setup) } };
}

function chatOf({ messages, prefill }: Setup): readonly Message[] {
  return prefill === '' ? messages : [...messages, { role: 'assistant', content: prefill }];
}

function extended(answer: Answer, { choices: [choice], prompt_token_ids: prompts }: Chunk): Answer {
  const prompt = prompts?.[0] ?? answer.prompt;
  if (!choice) return { ...answer, prompt };
  const text = 'delta' in choice ? (choice.delta.content ?? '') : choice.text;
  return {
    text: answer.text + text,
    prompt,
    ids: [...answer.ids, ...(choice.token_ids ?? [])],
    finish: choice.finish_reason ?? answer.finish,
  };
}

/** A text that can be looked into: its tokens, and how many of them are the prompt. */
export interface Looked {
  readonly model: string;
  readonly tokens: readonly number[];
  readonly prompt_length: number;
  readonly edits: readonly Edit[];
}

export function compare(looked: Looked, signal: AbortSignal): Promise<Comparison> {
  return ask('/v1/touchstone/compare', { body: looked, signal });
}

export function lens(looked: Looked, signal: AbortSignal): Promise<Lens> {
  return ask('/v1/touchstone/lens', { body: looked, signal });
}

export function hooksOf(model: string): Promise<Hooks> {
  return ask(`/v1/touchstone/hooks?model=${encodeURIComponent(model)}`);
}

/** Values of one hook point, with their shape without the batch. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export async function readHook(
  looked: Omit<Looked, 'tokens' | 'prompt_length'> & { tokens?: readonly number[]; text?: string },
  hook: string,
  signal?: AbortSignal,
): Promise<Values> {
  const body = { ...looked, hooks: [hook], encoding: 'base64' };
  const { values } = await ask<Read>('/v1/touchstone/read', { body, signal });
  const { shape, data } = values[hook]!;
  const bytes = Uint8Array.from(atob(data as string), (character) => character.charCodeAt(0));
  return { shape: shape.slice(1), data: new Float32Array(bytes.buffer) };
}
