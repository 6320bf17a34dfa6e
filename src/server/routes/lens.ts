/** @file White-box endpoints that reduce what is read: the logit lens, and what edits change along a text. */
import type { z } from 'zod';
import { Deadline } from '../deadline.ts';
import type { Desk } from '../desk.ts';
import type { Order, Prompt, Result } from '../line.ts';
import { badRequest } from '../problem.ts';
import type { compareAnswer, latentsAnswer, lensAnswer } from '../schema/answers.ts';
import type { CompareRequest, LatentsRequest, LensRequest } from '../schema/requests.ts';
import { promptsOf } from './order.ts';

interface Limits {
  /** Fires when the connection ends. */
  readonly gone: AbortSignal;
  readonly timeoutMs: number;
}

/** The likeliest tokens where the lens is told how many: 5. */
const TOP = 5;

/** The logit lens of one text. */
export async function lensOf(
  desk: Desk,
  body: LensRequest,
  limits: Limits,
): Promise<z.infer<typeof lensAnswer>> {
  const order = { kind: 'lens' as const, ...textOf(body), top: body.top ?? TOP };
  const { kind: _, ...report } = await resultOf(desk, order, 'lens', limits);
  return { model: desk.name, ...structuredClone(report) } as z.infer<typeof lensAnswer>;
}

/** What edits change along one text. */
export async function comparedBy(
  desk: Desk,
  body: CompareRequest,
  limits: Limits,
): Promise<z.infer<typeof compareAnswer>> {
  const order = { kind: 'compare' as const, ...textOf(body) };
  const { kind: _, ...report } = await resultOf(desk, order, 'compared', limits);
  return { model: desk.name, ...structuredClone(report) } as z.infer<typeof compareAnswer>;
}

/** The latents of a dictionary along one text. */
export async function latentsOf(
  desk: Desk,
  body: LatentsRequest,
  limits: Limits,
): Promise<z.infer<typeof latentsAnswer>> {
  const { dictionary, hook, top = TOP } = body;
  const order = { kind: 'latents' as const, ...textOf(body), dictionary, hook, top };
  const { kind: _, ...report } = await resultOf(desk, order, 'latents', limits);
  const told = structuredClone(report) as z.infer<typeof latentsAnswer>;
  return { ...told, model: desk.name, dictionary };
}

function textOf({
  text,
  tokens,
  edits,
  prompt_length: promptLength,
}: Pick<CompareRequest, 'text' | 'tokens' | 'edits' | 'prompt_length'>) {
  if ((text === undefined) === (tokens === undefined))
    badRequest('expected either text or tokens', 'text');
  const row = promptsOf((text ?? tokens)!)[0] as Prompt;
  return { row, edits: [edits ?? []].flat(), promptLength };
}

type Kind = Exclude<Result['kind'], 'started' | 'steps'>;

/** The one result of an order. */
async function resultOf<K extends Kind>(
  desk: Desk,
  order: Order,
  kind: K,
  { gone, timeoutMs }: Limits,
): Promise<Extract<Result, { kind: K }>> {
  const deadline = new Deadline(gone, timeoutMs);
  let found: Extract<Result, { kind: K }> | undefined;
  for await (const result of deadline.over(desk.ask(order, deadline.signal)))
    if (result.kind === kind) found = result as Extract<Result, { kind: K }>;
  return found!;
}
