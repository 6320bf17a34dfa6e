/** @file Served models' tools for agents: chats, completions and readings, each a request to the server, whose checks and limits hold. */
import { z } from 'zod';
import { badUsage } from '../../tensor/index.ts';
import * as answers from '../schema/answers.ts';
import * as requests from '../schema/requests.ts';
import { type AgentTool, agentTool, nothing } from './tool.ts';

/** A server of models, as `serve` starts it. */
export interface ServerAddress {
  /** Ends with /v1. */
  readonly url: string;
  readonly token: string;
  /** Whether activations can be read. */
  readonly whiteBox: boolean;
}

/** A call of MCP has one answer. */
const STREAMS = { stream: true, stream_options: true } as const;

/** Tools that ask models. */
export function modelTools(address: ServerAddress): AgentTool[] {
  const posts = (path: string) => (body: unknown) => ask(address, path, body);
  const tools = [
    agentTool({
      name: 'list_models',
      description: 'Models that are open, by the names that other tools take.',
      ...{ input: nothing, output: answers.modelList, run: () => ask(address, '/models') },
    }),
    agentTool({
      name: 'chat',
      description:
        "Answers in a chat. A last message of the assistant's is gone on with (prefill); `edits` change activations at hook points, in the prompt and on every step, dictionaries' latents included.",
      input: requests.chatRequest.omit(STREAMS),
      output: answers.chatAnswer,
      run: posts('/chat/completions'),
    }),
    agentTool({
      name: 'complete',
      description:
        'Completions of texts or token ids as they are, with `edits` of activations, log probabilities and echo.',
      input: requests.completionRequest.omit(STREAMS),
      output: answers.completionAnswer,
      run: posts('/completions'),
    }),
  ];
  return address.whiteBox ? [...tools, ...whiteBoxTools(address)] : tools;
}

function whiteBoxTools(address: ServerAddress): AgentTool[] {
  const posts = (path: string) => (body: unknown) => ask(address, `/touchstone/${path}`, body);
  return [
    agentTool({
      name: 'list_hooks',
      description:
        'Hook points of a model with their shapes, and dictionaries that edits may name.',
      input: z.strictObject({ model: z.string() }),
      output: answers.hooksAnswer,
      run: ({ model }) => ask(address, `/touchstone/hooks?model=${encodeURIComponent(model)}`),
    }),
    agentTool({
      name: 'read_activations',
      description: 'Activations at hook points, and logits, of a text; plain or under edits.',
      ...{ input: requests.readRequest, output: answers.readAnswer, run: posts('read') },
    }),
    agentTool({
      name: 'logit_lens',
      description:
        'The likeliest tokens after each layer of a text, and how far each layer is from the last.',
      ...{ input: requests.lensRequest, output: answers.lensAnswer, run: posts('lens') },
    }),
    agentTool({
      name: 'compare_edits',
      description: 'What edits change in the predictions along a text, token by token.',
      ...{ input: requests.compareRequest, output: answers.compareAnswer, run: posts('compare') },
    }),
  ];
}

/** What a server of models answers. @throws TouchstoneError in the server's own words where it refuses */
export async function ask(
  { url, token }: ServerAddress,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => badUsage('the server of models does not answer', 'is it still up?'));
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const parsed = answers.errorAnswer.safeParse(answer);
  return badUsage(parsed.success ? parsed.data.error.message : `status ${response.status}`);
}
