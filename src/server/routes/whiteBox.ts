/** @file White-box endpoints: which hook points a model has, and what is read there. */
import type { z } from 'zod';
import { Deadline } from '../deadline.ts';
import type { Desk } from '../desk.ts';
import type { ReadOrder, ReadValue, Result } from '../line.ts';
import { badRequest } from '../problem.ts';
import type { hooksAnswer, readAnswer } from '../schema/answers.ts';
import type { ReadRequest } from '../schema/requests.ts';
import { promptsOf } from './order.ts';

/** Hook points, sizes and dictionaries. */
export async function hooksOf(desk: Desk): Promise<z.infer<typeof hooksAnswer>> {
  const { layers, width, positions, vocabulary, hooks, dictionaries } = await desk.info();
  return {
    model: desk.name,
    ...{ layers, width, positions, vocabulary },
    hooks: hooks.map(({ name, shape }) => ({ name, shape: [...shape] })),
    dictionaries: [...dictionaries],
  };
}

interface ReadLimits {
  /** Fires when the connection ends. */
  readonly gone: AbortSignal;
  readonly timeoutMs: number;
  readonly mostNumbers: number;
}

/** Reads in one pass. */
export async function readAt(
  desk: Desk,
  body: ReadRequest,
  { gone, timeoutMs, mostNumbers }: ReadLimits,
): Promise<z.infer<typeof readAnswer>> {
  let found: Extract<Result, { kind: 'values' }> | undefined;
  const order = orderOf(body, mostNumbers);
  const deadline = new Deadline(gone, timeoutMs);
  const work = desk.ask(order, deadline.signal);
  for await (const result of deadline.over(work)) if (result.kind === 'values') found = result;
  const entries = Object.entries(found!.values);
  const put = body.encoding === 'base64' ? asBase64 : asNumbers;
  return {
    model: desk.name,
    tokens: found!.tokens.map((row) => [...row]),
    texts: found!.texts.map((row) => [...row]),
    values: Object.fromEntries(
      entries.map(([name, { dims, data }]) => {
        return [name, { shape: [...dims], dtype: 'float32' as const, data: put(data) }];
      }),
    ),
  };
}

function orderOf(body: ReadRequest, mostNumbers: number): ReadOrder {
  const { text, tokens, hooks = [], logits = false } = body;
  if ((text === undefined) === (tokens === undefined))
    badRequest('expected either text or tokens', 'text');
  if (hooks.length === 0 && !logits) badRequest('nothing to read: name hooks, or logits', 'hooks');
  return {
    kind: 'read',
    rows: promptsOf((text ?? tokens)!),
    hooks: [...new Set(hooks)],
    logits,
    edits: [body.edits ?? []].flat(),
    weightNoise: body.weight_noise,
    promptLength: body.prompt_length,
    mostNumbers,
  };
}

/** What is no number in JSON (a masked score is minus infinity) is null. */
function asNumbers(data: ReadValue['data']): (number | null)[] {
  return Array.from(data, (value) => (Number.isFinite(value) ? value : null));
}

function asBase64(data: ReadValue['data']): string {
  const bytes = Buffer.alloc(data.length * 4);
  for (const [i, value] of data.entries()) bytes.writeFloatLE(value, i * 4);
  return bytes.toString('base64');
}
