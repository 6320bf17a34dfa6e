/** @file The official client of MCP, as an agent's program has it, over both transports. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { afterAll } from 'vitest';
import { built } from '../built.ts';

const clients: Client[] = [];
afterAll(() => Promise.all(clients.map((client) => client.close())));

/** An agent that has listed the tools: from then on the client holds every answer against its tool's schema. */
async function agent(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'test', version: '0' });
  clients.push(client);
  await client.connect(transport);
  await client.listTools();
  return client;
}

/** Starts the built program and talks to it over its standard input and output. */
export function byStdio(...args: string[]): Promise<Client> {
  const command = { command: process.execPath, args: [built('src/cli/main.js'), 'mcp', ...args] };
  return agent(new StdioClientTransport(command));
}

/** Talks to a server that runs. */
export function byHttp({ url, token }: { url: string; token: string }): Promise<Client> {
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  // The library's own type of a session id does not fit this project's stricter optional fields.
  return agent(new StreamableHTTPClientTransport(new URL(url), { requestInit }) as Transport);
}

export interface Told {
  readonly isError: boolean;
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>> | undefined;
}

/** Calls a tool. */
export async function call(
  client: Client,
  name: string,
  given: Record<string, unknown> = {},
): Promise<Told> {
  const result = await client.callTool({ name, arguments: given });
  const [first] = result.content as { text: string }[];
  const value = result.structuredContent as Told['value'];
  return { isError: result.isError === true, text: first!.text, value };
}
