/** @file An MCP server: tools for agents, over standard input and output or over HTTP. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { nearest } from '../../tensor/index.ts';
import type { Problem } from '../problem.ts';
import { type AgentTool, answer, toolInfo } from './tool.ts';

export interface McpOptions {
  readonly version: string;
  readonly tools: readonly AgentTool[];
  /** Told faults of the program, for whoever runs the server. */
  readonly onFault?: (problem: Problem) => void;
}

/** A server with these tools; it is not connected yet. */
export function mcpServer({ version, tools, onFault = () => {} }: McpOptions): McpServer {
  const server = new McpServer({ name: 'touchstone', version }, { capabilities: { tools: {} } });
  // Tools are not registered one by one: the library tells what is wrong with an input in many lines.
  server.server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.map(toolInfo) }));
  server.server.setRequestHandler(CallToolRequestSchema, ({ params }) =>
    answer(toolNamed(params.name, tools), params.arguments, onFault),
  );
  return server;
}

function toolNamed(name: string, tools: readonly AgentTool[]): AgentTool {
  const found = tools.find((tool) => tool.name === name);
  if (found) return found;
  const names = tools.map((tool) => tool.name);
  const short = name.slice(0, 40);
  const like = nearest(short, names);
  const hint = like === undefined ? `there are ${names.join(', ')}` : `did you mean '${like}'?`;
  throw new McpError(ErrorCode.InvalidParams, `no tool is called '${short}' (${hint})`);
}

/** Serves over standard input and output until the input ends or the signal fires. */
export async function serveMcp(options: McpOptions, signal: AbortSignal): Promise<void> {
  const server = mcpServer(options);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
  });
  const close = () => void server.close();
  process.stdin.once('end', close);
  signal.addEventListener('abort', close, { once: true });
  await server.connect(new StdioServerTransport());
  await closed;
}
