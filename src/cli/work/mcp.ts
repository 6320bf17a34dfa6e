/** @file The work of `touchstone mcp`. Standard output is the protocol's: nothing else is printed. */
import { GameClient, type RunningServer, serveMcp, startServer } from '../../server/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { McpCommandOptions } from '../commands/mcp.ts';
import { type Context, DONE } from '../context.ts';
import { version } from '../version.ts';
import { runtimeVersion } from './models.ts';
import { startModel } from './serve/modelLine.ts';
import { namedModels } from './serve/names.ts';

/** Serves an agent until its input ends. */
export async function mcpCommand(options: McpCommandOptions, context: Context): Promise<number> {
  const { model = [], server, game, token = process.env.TOUCHSTONE_TOKEN } = options;
  const ways = [model.length > 0, server !== undefined, game !== undefined].filter(Boolean);
  if (ways.length !== 1)
    badUsage('an agent needs models or a game', 'give --model, --server or --game, one of them');
  if (model.length > 0) return withModels(options, context);
  if (token === undefined) return badUsage('no token', 'give --token, as the other end printed it');
  const { signal } = context;
  const handed =
    server === undefined
      ? { game: new GameClient({ url: game!, token, signal }) }
      : { models: await addressOf(server, token) };
  await serveMcp({ version: version(), ...handed }, signal);
  return DONE;
}

/** Models in processes of their own, behind a server that only this process knows the token of. */
async function withModels(
  { model = [], dictionary }: McpCommandOptions,
  context: Context,
): Promise<number> {
  const models = await namedModels(model);
  const server = await startServer({
    models: models.map(({ name, model: own }) => {
      return { name, start: () => startModel(own, dictionary) };
    }),
    whiteBox: true,
    versions: { program: version(), runtime: runtimeVersion() },
    onFault: ({ message, fault }) => context.tell(`touchstone: ${message}: ${fault}`),
  });
  try {
    await serveMcp({ version: version(), models: { ...address(server) } }, context.signal);
  } finally {
    await server.close();
  }
  return DONE;
}

function address({ url, token }: RunningServer) {
  return { url, token, whiteBox: true };
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
