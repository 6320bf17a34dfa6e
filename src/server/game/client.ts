/** @file A blind game over HTTP, as its player holds it. */
import { z } from 'zod';
import {
  type CallRecord,
  type Cost,
  callRecordSchema,
  costSchema,
  type GameHandle,
  type GameResult,
  type GameRules,
  gameResultSchema,
  gameRulesSchema,
  Refusal,
  type RefusalCode,
} from '../../audit/blind/index.ts';
import { badInput, badUsage, TouchstoneError } from '../../tensor/index.ts';
import { errorAnswer } from '../schema/answers.ts';

const CODES: readonly string[] = [
  'not_granted',
  'budget_spent',
  'game_over',
  'unknown_tool',
] satisfies RefusalCode[];

export interface GameClientOptions {
  /** Where the host says that the game is. */
  readonly url: string;
  readonly token: string;
  readonly signal?: AbortSignal;
}

/** The player's end. */
export class GameClient implements GameHandle {
  readonly #base: string;
  readonly #token: string;
  readonly #signal: AbortSignal | undefined;

  /** @throws TouchstoneError where the URL is none */
  constructor({ url, token, signal }: GameClientOptions) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      badUsage(`'${url}' is no URL of a game`, 'give the one that game host prints');
    this.#base = url.replace(/\/+$/, '').replace(/\/v1(\/game)?$/, '');
    this.#token = token;
    this.#signal = signal;
  }

  rules(): Promise<GameRules> {
    return this.#ask('/v1/game', gameRulesSchema);
  }

  async calls(): Promise<readonly CallRecord[]> {
    const { calls } = await this.#ask(
      '/v1/game/calls',
      z.object({ calls: callRecordSchema.array() }),
    );
    return calls;
  }

  call(tool: string, input: unknown): Promise<CallRecord> {
    return this.#ask(`/v1/game/tools/${encodeURIComponent(tool)}`, callRecordSchema, input);
  }

  price(tool: string, input: unknown): Promise<Cost> {
    return this.#ask(`/v1/game/tools/${encodeURIComponent(tool)}/price`, costSchema, input);
  }

  submit(guesses: readonly string[]): Promise<GameResult> {
    return this.#ask('/v1/game/submit', gameResultSchema, { guesses });
  }

  /** The opened seal, once guesses are in. */
  result(): Promise<GameResult> {
    return this.#ask('/v1/game/result', gameResultSchema);
  }

  async #ask<T>(path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const { status, text } = await this.#fetch(path, body);
    if (status >= 400) refuse(status, text);
    const parsed = schema.safeParse(parsedJson(text));
    if (parsed.success) return parsed.data;
    return badInput(`${this.#base} answers with what is no game's answer`, 'is the URL right?');
  }

  async #fetch(path: string, body: unknown): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(`${this.#base}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(this.#signal && { signal: this.#signal }),
      });
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      this.#signal?.throwIfAborted();
      throw new TouchstoneError('failed', `no answer from the game at ${this.#base}`, {
        hint: 'is the host up? What was spent is kept: run the same command to go on',
        cause,
      });
    }
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the game refuses is thrown as it would be in its own process. */
function refuse(status: number, text: string): never {
  const parsed = errorAnswer.safeParse(parsedJson(text));
  const { message, code } = parsed.success
    ? parsed.data.error
    : { message: `status ${status}`, code: null };
  if (code !== null && CODES.includes(code)) throw new Refusal(code as RefusalCode, message);
  if (status === 401) return badUsage(message, 'give --token, or $TOUCHSTONE_TOKEN');
  if (status >= 500 || status === 429) throw new TouchstoneError('failed', message);
  return badUsage(message);
}
