/** @file The work of `touchstone mcp`. Over standard input and output, standard output is the protocol's: nothing else is printed. */
import { z } from 'zod';
import {
  type AgentTool,
  dictionaryTools,
  GameClient,
  gameTools,
  type McpOptions,
  modelTools,
  recordTools,
  serveMcp,
  startMcp,
} from '../../../server/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import type { McpCommandOptions } from '../../commands/mcp.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { version } from '../../version.ts';
import { stopped, tokenOf } from '../serve/serve.ts';
import { OwnModels } from './own.ts';
import { Permission } from './permission.ts';
import { shippedRecords } from './records.ts';

/** The published shape of what `mcp --http --json` prints. */
export const mcpSchema = z.object({
  schema: z.literal('touchstone/mcp/1'),
  url: z.string().describe('the endpoint, as clients take it'),
  port: z.number().int().min(1),
  token: z.string().nullable().describe('null where it was given'),
  tools: z.array(z.string()),
});

/** Serves agents until the input ends, or the user stops. */
export async function mcpCommand(options: McpCommandOptions, context: Context): Promise<number> {
  const { model = [], server, game, allow = [] } = options;
  const own = model.length > 0 || allow.length > 0;
  const ways = [own && server === undefined, server !== undefined, game !== undefined];
  if (ways.filter(Boolean).length !== 1 || (server !== undefined && model.length > 0))
    badUsage(
      'an agent needs models or a game',
      'give --model or --allow, --server, or --game, one of them',
    );
  if (server !== undefined && allow.some((word) => word !== 'results'))
    badUsage('--allow with --server', 'models are opened by that server; allow results alone');
  if (game !== undefined)
    await serve(await gameTools(gameAt(game, options, context)), options, context);
  else if (server !== undefined) await serve(await toolsAt(server, options), options, context);
  else await withModels(options, context);
  return DONE;
}

function gameAt(url: string, options: McpCommandOptions, { signal }: Context): GameClient {
  return new GameClient({ url, token: otherToken(options), signal });
}

async function toolsAt(server: string, options: McpCommandOptions): Promise<AgentTool[]> {
  const address = await addressOf(server, otherToken(options));
  const permission = await Permission.of(options.allow ?? []);
  const dictionaries = address.whiteBox ? dictionaryTools(address) : [];
  return [...modelTools(address), ...dictionaries, ...recordsFor(permission)];
}

/** Of the server or the game that is joined. */
function otherToken({ token = process.env.TOUCHSTONE_TOKEN }: McpCommandOptions): string {
  return token ?? badUsage('no token', 'give --token, as the other end printed it');
}

function recordsFor(permission: Permission): AgentTool[] {
  return permission.results ? recordTools(shippedRecords) : [];
}

/** Models in processes of their own, behind a server that only this process knows the token of. */
async function withModels(options: McpCommandOptions, context: Context): Promise<void> {
  const own = await OwnModels.open(options, context);
  try {
    await serve([...own.tools(), ...recordsFor(own.permission)], options, context);
  } finally {
    await own.close();
  }
}

/** @throws TouchstoneError where no server answers there with this token */
async function addressOf(server: string, token: string) {
  const url = server.replace(/\/+$/, '').replace(/(\/v1)?$/, '/v1');
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url.slice(0, -3)}/openapi.json`, { headers }).catch(
    () => undefined,
  );
  if (!response?.ok)
    return badUsage(`no server answers at ${server} with this token`, 'is touchstone serve up?');
  const { paths } = (await response.json()) as { paths: Record<string, unknown> };
  return { url, token, whiteBox: '/v1/touchstone/read' in paths };
}

/** Over HTTP, or over standard input and output. */
async function serve(
  tools: readonly AgentTool[],
  options: McpCommandOptions,
  context: Context,
): Promise<void> {
  const given: McpOptions = {
    ...{ version: version(), tools },
    onFault: ({ message, fault }) => context.tell(`touchstone: ${message}: ${fault}`),
  };
  if (options.http) await serveHttp(given, options, context);
  else await serveMcp(given, context.signal);
}

async function serveHttp(
  given: McpOptions,
  { port = 0, httpToken = process.env.TOUCHSTONE_MCP_TOKEN, json = false }: McpCommandOptions,
  context: Context,
): Promise<void> {
  if (httpToken !== undefined) tokenOf({ token: httpToken });
  const server = await startMcp({
    ...given,
    port,
    ...(httpToken !== undefined && { token: httpToken }),
  });
  try {
    const token = httpToken === undefined ? server.token : null;
    const { url } = server;
    const tools = given.tools.map(({ name }) => name);
    const told = { schema: 'touchstone/mcp/1' as const, url, port: server.port, token, tools };
    if (json) printJson(context, told satisfies z.infer<typeof mcpSchema>);
    else {
      context.print(`${url}  (this machine alone; Ctrl-C ends)\n`);
      context.print(`token: ${token ?? 'the one that was given'}\ntools: ${tools.join(', ')}\n`);
    }
    await stopped(context.signal);
  } finally {
    await server.close();
  }
}
