/** @file Completions put as OpenAI's API puts them: plain ones and chats, whole and in chunks. */
import type { z } from 'zod';
import type { StepReport, TokenReport } from '../line.ts';
import type {
  chatAnswer,
  chatChunk,
  chatLogprobs,
  completionAnswer,
  completionChunk,
  completionLogprobs,
} from '../schema/answers.ts';

/** A completion, whole. */
export interface Choice {
  readonly index: number;
  readonly text: string;
  readonly tokens: readonly TokenReport[];
  readonly finish: 'stop' | 'length';
}

/** How one kind of completion is put. */
export interface Voice<Whole, Part> {
  readonly prefix: string;
  readonly objects: { readonly whole: string; readonly part: string };
  whole(choice: Choice, withLogs: boolean): Whole;
  /** What goes before the first step of a choice. */
  opening(index: number): Part | undefined;
  part(step: StepReport, withLogs: boolean): Part;
}

type Of<Schema extends z.ZodType<{ choices: unknown[] }>> = z.infer<Schema>['choices'][number];

/** Plain completions. */
export const plain: Voice<Of<typeof completionAnswer>, Of<typeof completionChunk>> = {
  prefix: 'cmpl',
  objects: { whole: 'text_completion', part: 'text_completion' },
  whole: ({ index, text, tokens, finish }, withLogs) => {
    return { index, text, logprobs: withLogs ? columns(tokens) : null, finish_reason: finish };
  },
  opening: () => undefined,
  part: ({ choice, text, tokens, finish }, withLogs) => ({
    index: choice,
    text,
    logprobs: withLogs ? columns(tokens) : null,
    finish_reason: finish ?? null,
  }),
};

/** Chats. */
export const chat: Voice<Of<typeof chatAnswer>, Of<typeof chatChunk>> = {
  prefix: 'chatcmpl',
  objects: { whole: 'chat.completion', part: 'chat.completion.chunk' },
  whole: ({ index, text, tokens, finish }, withLogs) => ({
    index,
    message: { role: 'assistant', content: text, refusal: null },
    logprobs: withLogs ? list(tokens) : null,
    finish_reason: finish,
  }),
  opening: (index) => ({
    index,
    delta: { role: 'assistant', content: '' },
    logprobs: null,
    finish_reason: null,
  }),
  part: ({ choice, text, tokens, finish }, withLogs) => ({
    index: choice,
    delta: text === '' && finish ? {} : { content: text },
    logprobs: withLogs && tokens.length > 0 ? list(tokens) : null,
    finish_reason: finish ?? null,
  }),
};

function list(tokens: readonly TokenReport[]): z.infer<typeof chatLogprobs> {
  const one = ({ text, bytes, logProbability }: Omit<TokenReport, 'start' | 'top'>) => {
    return { token: text, logprob: finite(logProbability), bytes: [...bytes] };
  };
  const content = tokens.map((token) => ({ ...one(token), top_logprobs: token.top.map(one) }));
  return { content, refusal: null };
}

function columns(tokens: readonly TokenReport[]): z.infer<typeof completionLogprobs> {
  return {
    tokens: tokens.map(nameOf),
    token_logprobs: tokens.map(({ logProbability }) =>
      logProbability === null ? null : finite(logProbability),
    ),
    // As OpenAI's API has it, the token that was drawn is among them.
    top_logprobs: tokens.map((token) => {
      if (token.logProbability === null) return null;
      const listed = [...token.top, token];
      return Object.fromEntries(listed.map((one) => [nameOf(one), finite(one.logProbability)]));
    }),
    text_offset: tokens.map(({ start }) => start),
  };
}

/** A token's text; of one that is no whole character, its bytes, so that no two have one name. */
function nameOf({ text, bytes }: Pick<TokenReport, 'text' | 'bytes'>): string {
  if (!text.includes('\ufffd')) return text;
  return `bytes:${bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
}

/** JSON has no infinity: what is impossible has OpenAI's least number. */
function finite(logProbability: number | null): number {
  return Number.isFinite(logProbability) ? (logProbability as number) : -9999;
}
