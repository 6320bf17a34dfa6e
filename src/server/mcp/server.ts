/** @file An MCP server over standard input and output, so that an agent can look into models and play blind games. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { GameHandle } from '../../audit/blind/index.ts';
import { addGameTools } from './gameTools.ts';
import { addModelTools, type ServerAddress } from './modelTools.ts';

export interface McpOptions {
  readonly version: string;
  readonly models?: ServerAddress;
  readonly game?: GameHandle;
}

/** A server with the tools of what there is; it is not connected yet. */
export async function mcpServer({ version, models, game }: McpOptions): Promise<McpServer> {
  const server = new McpServer({ name: 'touchstone', version });
  if (models) addModelTools(server, models);
  if (game) await addGameTools(server, game);
  return server;
}

/** Serves over standard input and output until the input ends or the signal fires. */
export async function serveMcp(options: McpOptions, signal: AbortSignal): Promise<void> {
  const server = await mcpServer(options);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
  });
  const close = () => void server.close();
  process.stdin.once('end', close);
  signal.addEventListener('abort', close, { once: true });
  await server.connect(new StdioServerTransport());
  await closed;
}
