/** @file Served models' tools for agents: list, hooks, chats, completions and readings, as the HTTP server does them. */
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { badUsage } from '../../tensor/index.ts';
import { errorAnswer } from '../schema/answers.ts';
import { chatRequest, completionRequest, readRequest } from '../schema/requests.ts';
import { answered } from './answered.ts';

/** A server of models, as `serve` starts it. */
export interface ServerAddress {
  /** Ends with /v1. */
  readonly url: string;
  readonly token: string;
  /** Whether activations can be read. */
  readonly whiteBox: boolean;
}

const READ_ONLY = { annotations: { readOnlyHint: true } };
/** A call of MCP has one answer. */
const STREAMS = { stream: true, stream_options: true } as const;

/** Adds them. Each is a request to the server, whose checks and limits hold. */
export function addModelTools(server: McpServer, address: ServerAddress): void {
  server.registerTool(
    'list_models',
    { description: 'Models that are open, by the names that other tools take.', ...READ_ONLY },
    () => answered(() => ask(address, '/models')),
  );
  server.registerTool(
    'chat',
    {
      description:
        "Answers in a chat. A last message of the assistant's is gone on with (prefill); `edits` change activations at hook points, in the prompt and on every step, dictionaries' latents included.",
      inputSchema: chatRequest.omit(STREAMS),
      ...READ_ONLY,
    },
    (body) => answered(() => ask(address, '/chat/completions', body)),
  );
  server.registerTool(
    'complete',
    {
      description:
        'Completions of texts or token ids as they are, with `edits` of activations, log probabilities and echo.',
      inputSchema: completionRequest.omit(STREAMS),
      ...READ_ONLY,
    },
    (body) => answered(() => ask(address, '/completions', body)),
  );
  if (address.whiteBox) addWhiteBox(server, address);
}

function addWhiteBox(server: McpServer, address: ServerAddress): void {
  server.registerTool(
    'list_hooks',
    {
      description:
        'Hook points of a model with their shapes, and dictionaries that edits may name.',
      inputSchema: { model: z.string() },
      ...READ_ONLY,
    },
    ({ model }) =>
      answered(() => ask(address, `/touchstone/hooks?model=${encodeURIComponent(model)}`)),
  );
  server.registerTool(
    'read_activations',
    {
      description: 'Activations at hook points, and logits, of a text; plain or under edits.',
      inputSchema: readRequest,
      ...READ_ONLY,
    },
    (body) => answered(() => ask(address, '/touchstone/read', body)),
  );
}

async function ask({ url, token }: ServerAddress, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  const parsed = errorAnswer.safeParse(answer);
  return badUsage(parsed.success ? parsed.data.error.message : `status ${response.status}`);
}
