/** @file What a request comes to as an order to the model. */
import { randomInt } from 'node:crypto';
import type { CompleteOrder, Message, Prompt } from '../line.ts';
import { badRequest } from '../problem.ts';
import type { ChatRequest, CompletionRequest } from '../schema/requests.ts';

/** Completions of one request at the most. */
const MOST_CHOICES = 256;
/** Seeds that are chosen here lie below this. */
const SEEDS = 2 ** 32;

/** Of plain completions. */
export function completionOrder(body: CompletionRequest): CompleteOrder {
  return {
    ...common(body),
    prompts: checkCount(promptsOf(body.prompt), body.n),
    maxTokens: body.max_tokens ?? 16,
    logProbabilities: body.logprobs,
    echo: body.echo ?? false,
  };
}

/** Of chat completions. */
export function chatOrder(body: ChatRequest): CompleteOrder {
  const { messages, logprobs = false, top_logprobs: top } = body;
  if (top !== undefined && !logprobs)
    badRequest('top_logprobs without logprobs: set logprobs to true', 'top_logprobs');
  return {
    ...common(body),
    prompts: [{ messages: messages.map(messageOf) }],
    maxTokens: body.max_completion_tokens ?? body.max_tokens,
    logProbabilities: logprobs ? (top ?? 0) : undefined,
    echo: false,
  };
}

function common(body: CompletionRequest | ChatRequest) {
  return {
    kind: 'complete' as const,
    n: body.n ?? 1,
    seed: body.seed ?? randomInt(SEEDS),
    temperature: body.temperature ?? 1,
    topP: body.top_p,
    topK: body.top_k,
    stopTexts: [body.stop ?? []].flat(),
    bias: Object.entries(body.logit_bias ?? {}).map(
      ([id, amount]) => [Number(id), amount] as const,
    ),
    edits: [body.edits ?? []].flat(),
    weightNoise: body.weight_noise,
  };
}

/** Texts or token ids, one or several. */
export function promptsOf(given: CompletionRequest['prompt']): Prompt[] {
  if (typeof given === 'string') return [{ text: given }];
  if (typeof given[0] === 'number') return [{ tokens: given as number[] }];
  return (given as (string | number[])[]).map((one) =>
    typeof one === 'string' ? { text: one } : { tokens: one },
  );
}

function checkCount(prompts: Prompt[], n = 1): Prompt[] {
  if (prompts.length * n <= MOST_CHOICES) return prompts;
  const many = `${n} completions of ${prompts.length} prompts`;
  return badRequest(`${many}, of which there may be ${MOST_CHOICES} in all`, 'n');
}

function messageOf({ role, content }: ChatRequest['messages'][number]): Message {
  const text = typeof content === 'string' ? content : content.map((part) => part.text).join('');
  return { role: role === 'developer' ? 'system' : role, content: text };
}
