/** @file An order's answer: whole, or streamed as server-sent events. */
import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { Deadline } from '../deadline.ts';
import type { Desk } from '../desk.ts';
import type { CompleteOrder, Echo, Result, StepReport } from '../line.ts';
import { asProblem, errorBody, type Problem } from '../problem.ts';
import { eventStream } from './events.ts';
import type { Choice, Voice } from './voices.ts';

/** What the server says of itself, and how long it works for one request. */
export interface Answering {
  readonly fingerprint: string;
  readonly timeoutMs: number;
  /** Told faults of the program. */
  readonly onFault: (problem: Problem) => void;
}

interface Asked {
  readonly desk: Desk;
  readonly order: CompleteOrder;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** Whether token ids are told, of prompts and of completions. */
  readonly ids: boolean;
}

type Started = Extract<Result, { kind: 'started' }>;

/** Has the order done and answers with it. A client that leaves ends the work. */
export async function respond<Whole, Part>(
  context: Context,
  { desk, order, stream, includeUsage, ids }: Asked,
  voice: Voice<Whole, Part>,
  answering: Answering,
): Promise<Response> {
  const deadline = new Deadline(context.req.raw.signal, answering.timeoutMs);
  const { signal } = deadline;
  const results = deadline.over(desk.ask(order, signal));
  const started = (await results.next()).value as Started;
  endWith(signal, results);
  const base = {
    id: `${voice.prefix}-${randomUUID().replaceAll('-', '')}`,
    created: Math.floor(Date.now() / 1000),
    model: desk.name,
    system_fingerprint: answering.fingerprint,
    touchstone: { seed: order.seed },
  };
  const steps = stepsOf(started, order, results);
  const put: Put = { order, ids };
  if (!stream) return context.json(await whole(base, started, put, steps, voice));
  const chunks = parts({ ...base, object: voice.objects.part }, started, put, steps, voice);
  const events = told(chunks, { includeUsage, signal }, answering);
  return eventStream(events, () => deadline.leave());
}

/** Ends the work with the signal, even where nobody asks for what comes next: a client that left, or reads no more. */
function endWith(signal: AbortSignal, results: AsyncGenerator<Result>): void {
  const end = () => void results.return(undefined);
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
}

/** Steps of all choices; an echo is the first of each. */
async function* stepsOf(
  { echoes }: Started,
  { n }: CompleteOrder,
  results: AsyncGenerator<Result>,
): AsyncGenerator<StepReport> {
  const lengths = echoes.map(({ text }) => text.length);
  for (const [i, echo] of echoes.entries())
    for (let k = 0; k < n; k++) yield echoed(i * n + k, echo);
  for await (const result of results) {
    if (result.kind !== 'steps') continue;
    for (const step of result.steps) yield shifted(step, lengths[Math.floor(step.choice / n)] ?? 0);
  }
}

function echoed(choice: number, { text, tokens }: Echo): StepReport {
  return { choice, text, tokens, ids: [], drawn: 0 };
}

function shifted(step: StepReport, by: number): StepReport {
  if (by === 0) return step;
  const tokens = step.tokens.map((token) => ({ ...token, start: token.start + by }));
  return { ...step, tokens };
}

/** How an answer is put. */
interface Put {
  readonly order: CompleteOrder;
  readonly ids: boolean;
}

async function whole<Whole, Part>(
  base: object,
  started: Started,
  { order, ids }: Put,
  steps: AsyncGenerator<StepReport>,
  voice: Voice<Whole, Part>,
) {
  const choices = Array.from({ length: choiceCount(order) }, (_, index): Gathered => {
    return { index, text: '', tokens: [], ids: [], finish: 'length', drawn: 0 };
  });
  for await (const { choice, text, tokens, ids: own, drawn, finish } of steps) {
    const at = choices[choice]!;
    at.text += text;
    at.tokens.push(...tokens);
    at.ids.push(...own);
    at.drawn = drawn;
    if (finish) at.finish = finish;
  }
  return {
    ...base,
    object: voice.objects.whole,
    ...(ids && { prompt_token_ids: started.prompts }),
    choices: choices.map((choice) => ({
      ...voice.whole(choice, withLogs(order)),
      ...(ids && { token_ids: choice.ids }),
    })),
    usage: usageOf(started, choices),
  };
}

type Gathered = { -readonly [K in keyof Choice]: Choice[K] } & {
  tokens: StepReport['tokens'][number][];
  ids: number[];
  drawn: number;
};

/** Chunks, the usage last. */
async function* parts<Whole, Part>(
  base: object,
  started: Started,
  { order, ids }: Put,
  steps: AsyncGenerator<StepReport>,
  voice: Voice<Whole, Part>,
) {
  const drawn = new Map<number, number>();
  for (let index = 0; index < choiceCount(order); index++) {
    const opening = voice.opening(index);
    if (opening) yield { ...base, choices: [opening] };
  }
  for await (const step of steps) {
    drawn.set(step.choice, step.drawn);
    const part = voice.part(step, withLogs(order));
    yield { ...base, choices: [ids ? { ...part, token_ids: step.ids } : part] };
  }
  if (ids) yield { ...base, choices: [], prompt_token_ids: started.prompts };
  const counts = [...drawn.values()].map((count) => ({ drawn: count }));
  yield { ...base, choices: [], usage: usageOf(started, counts) };
}

type Chunk = { readonly choices: readonly unknown[]; readonly usage?: unknown };

/** Chunks as the client asked for them, and the word that ends them. A failure on the way is told in their place. */
async function* told(
  chunks: AsyncGenerator<Chunk>,
  { includeUsage, signal }: { readonly includeUsage: boolean; readonly signal: AbortSignal },
  { onFault }: Answering,
): AsyncGenerator<string> {
  try {
    for await (const chunk of chunks) {
      if (!chunk.usage) yield JSON.stringify(includeUsage ? { ...chunk, usage: null } : chunk);
      else if (includeUsage) yield JSON.stringify(chunk);
    }
    signal.throwIfAborted();
    yield '[DONE]';
  } catch (error) {
    const problem = asProblem(error);
    if (problem.fault !== undefined) onFault(problem);
    yield JSON.stringify(errorBody(problem));
  }
}

function choiceCount({ prompts, n }: CompleteOrder): number {
  return prompts.length * n;
}

function withLogs({ logProbabilities }: CompleteOrder): boolean {
  return logProbabilities !== undefined;
}

function usageOf({ prompts }: Started, choices: readonly { readonly drawn: number }[]) {
  const prompt = prompts.reduce((sum, { length }) => sum + length, 0);
  const completion = choices.reduce((sum, { drawn }) => sum + drawn, 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
}
