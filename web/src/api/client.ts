/** @file Asks the server that the page came from. */
import type { z } from 'zod';
import type { errorAnswer } from '../../../src/server/schema/answers.ts';

const KEY = 'touchstone-token';

/** What the server says is wrong. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** Takes the token out of the link, so that a link that is handed on has none. */
export function takeToken(): void {
  const found = /^#token=([^&]+)$/.exec(location.hash)?.[1];
  if (found === undefined) return;
  localStorage.setItem(KEY, decodeURIComponent(found));
  history.replaceState(null, '', `${location.pathname}#/models`);
}

export function hasToken(): boolean {
  return localStorage.getItem(KEY) !== null;
}

/** Keeps a token, or the one of a link. */
export function keepToken(text: string): void {
  const found = /#token=([^&\s]+)/.exec(text)?.[1];
  localStorage.setItem(KEY, found === undefined ? text.trim() : decodeURIComponent(found));
}

export interface Asking {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

/** @throws ApiError with the server's own words */
async function respond(path: string, { method, body, signal }: Asking): Promise<Response> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${localStorage.getItem(KEY) ?? ''}`,
  };
  if (body) headers['content-type'] = 'application/json';
  const response = await fetch(path, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers,
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, 'the studio does not answer: start it again with touchstone studio');
  });
  if (response.ok) return response;
  throw new ApiError(response.status, await wordsOf(response));
}

async function wordsOf(response: Response): Promise<string> {
  try {
    return ((await response.json()) as z.infer<typeof errorAnswer>).error.message;
  } catch {
    return `the server answered ${response.status}`;
  }
}

/** A JSON answer. */
export async function ask<Answer>(path: string, asking: Asking = {}): Promise<Answer> {
  return (await (await respond(path, asking)).json()) as Answer;
}

/** Saves an answer as a file. */
export async function save(path: string, name: string): Promise<void> {
  const url = URL.createObjectURL(await (await respond(path, {})).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Server-sent events, each as its text. */
export async function* events(path: string, asking: Asking = {}): AsyncGenerator<string> {
  const response = await respond(path, asking);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop()!;
    for (const part of parts) yield part.replace(/^data: /, '');
  }
}

/** What went wrong, in words; nothing where the user left off. */
export function wordsFor(error: unknown): string {
  if (error instanceof DOMException && error.name === 'AbortError') return '';
  return error instanceof Error ? error.message : String(error);
}
