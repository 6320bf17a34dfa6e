/** @file A model behind an OpenAI-compatible endpoint for chat completions: asked, timed out, asked again. */
import { z } from 'zod';
import { badInput, badUsage, TouchstoneError } from '../../tensor/errors.ts';

/** Where a model is, and how it is asked. */
export interface EndpointOptions {
  /** The base of the API, such as `http://127.0.0.1:8000/v1`; `/chat/completions` is added where it is missing. */
  readonly url: string;
  /** The model's name there. */
  readonly model: string;
  /** Sent as a bearer token; never shown. */
  readonly key?: string;
  /** How long one answer may take. Default 60,000. */
  readonly timeoutMs?: number;
  /** How often a question is asked again after a failure that may pass. Default 4. */
  readonly retries?: number;
  /** Pause before the first repetition; each further one is twice as long. Default 500. */
  readonly pauseMs?: number;
  /** Questions under way at once. Default 4. */
  readonly parallel?: number;
  readonly signal?: AbortSignal;
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** One question. What is asked, and nothing else, is its identity. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** Default 0. */
  readonly temperature?: number;
  /** Longest answer in tokens. Default 512. */
  readonly maxTokens?: number;
  readonly seed?: number;
}

/** What came back. A refusal is an answer, too. */
export interface ChatAnswer {
  readonly text: string;
  /** Whether the endpoint says that it was withheld or cut off by a filter. */
  readonly refused: boolean;
  /** Why it ended, as the endpoint says it: 'stop', 'length', ... */
  readonly finish: string;
  readonly promptTokens: number;
  readonly answerTokens: number;
}

const answerSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z
    .object({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish() })
    .nullish(),
});

/** A failure that may pass by itself; `afterMs` is how long the endpoint asks to wait. */
class Passing extends Error {
  readonly afterMs: number | undefined;

  constructor(message: string, afterMs?: number) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** A client of one model. */
export class ChatEndpoint {
  readonly url: string;
  readonly model: string;
  readonly #options: Required<Omit<EndpointOptions, 'key' | 'signal' | 'url' | 'model'>>;
  readonly #key: string | undefined;
  readonly #signal: AbortSignal | undefined;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @throws TouchstoneError where the URL is none */
  constructor({ url, model, key, signal, ...options }: EndpointOptions) {
    this.url = completionsUrl(url);
    this.model = model;
    this.#key = key;
    this.#signal = signal;
    this.#options = { timeoutMs: 60_000, retries: 4, pauseMs: 500, parallel: 4, ...options };
    this.#free = this.#options.parallel;
  }

  /** The request as it is sent; equal bodies to equal URLs are one question. */
  bodyOf({ messages, temperature = 0, maxTokens = 512, seed }: ChatRequest) {
    return {
      model: this.model,
      messages,
      temperature,
      max_tokens: maxTokens,
      ...(seed !== undefined && { seed }),
    };
  }

  /**
   * Asks, and asks again after timeouts, lost connections, 429 and 5xx.
   *
   * @throws TouchstoneError (`input`) where the endpoint refuses the request itself, (`failed`) where it does
   * not answer
   */
  async ask(request: ChatRequest): Promise<ChatAnswer> {
    await this.#enter();
    try {
      return await this.#persist(JSON.stringify(this.bodyOf(request)));
    } finally {
      this.#leave();
    }
  }

  async #persist(body: string): Promise<ChatAnswer> {
    const { retries, pauseMs } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(body);
      } catch (error) {
        this.#signal?.throwIfAborted();
        if (!(error instanceof Passing)) throw error;
        if (attempt >= retries) this.#giveUp(error, attempt + 1);
        await pause(error.afterMs ?? pauseMs * 2 ** attempt, this.#signal);
      }
    }
  }

  #giveUp(cause: Error, attempts: number): never {
    throw new TouchstoneError('failed', `${this.url}: ${cause.message}, ${attempts} times`, {
      hint: 'is the endpoint up? What was answered is kept: run the same command to go on',
      cause,
    });
  }

  async #once(body: string): Promise<ChatAnswer> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs);
    const signal = this.#signal ? AbortSignal.any([this.#signal, timeout]) : timeout;
    const headers = {
      'content-type': 'application/json',
      ...(this.#key !== undefined && { authorization: `Bearer ${this.#key}` }),
    };
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.url, { method: 'POST', headers, body, signal });
      text = await response.text();
    } catch (error) {
      throw new Passing(timeout.aborted ? 'no answer in time' : `no connection (${reason(error)})`);
    }
    if (response.ok) return answerOf(text, this.url);
    if (response.status === 429 || response.status === 408 || response.status >= 500) {
      throw new Passing(`status ${response.status}`, waitOf(response));
    }
    return badInput(
      `${this.url} answers with status ${response.status}: ${complaint(text)}`,
      response.status === 401 || response.status === 403
        ? 'is the key right, and in the environment?'
        : 'check the URL and the name of the model',
    );
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}

function completionsUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    return badUsage(
      `'${url}' is no URL of an endpoint`,
      'give one such as http://127.0.0.1:8000/v1',
    );
  }
  const plain = url.replace(/\/+$/, '');
  return plain.endsWith('/chat/completions') ? plain : `${plain}/chat/completions`;
}

/** An answer that is no completion may be a proxy's page: it may pass. */
function answerOf(text: string, url: string): ChatAnswer {
  const parsed = answerSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new Passing(`${url} gives no chat completion`);
  const { choices, usage } = parsed.data;
  const { message, finish_reason: finish } = choices[0]!;
  return {
    text: message.content ?? '',
    refused: Boolean(message.refusal) || finish === 'content_filter',
    finish: finish ?? '',
    promptTokens: usage?.prompt_tokens ?? 0,
    answerTokens: usage?.completion_tokens ?? 0,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an endpoint says is wrong, in one short line. */
function complaint(text: string): string {
  const error = z
    .object({ error: z.union([z.string(), z.object({ message: z.string() })]) })
    .safeParse(jsonOf(text));
  const said = error.success ? error.data.error : text;
  const line = (typeof said === 'string' ? said : said.message).replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}...` : line || 'nothing more';
}

/** Longest time that an endpoint may ask to be left alone. */
const LONGEST_WAIT_MS = 60_000;

function waitOf({ headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds)
    ? Math.min(Math.max(0, 1000 * seconds), LONGEST_WAIT_MS)
    : undefined;
}

function reason(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? String(error);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
