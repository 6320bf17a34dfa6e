/** @file The work of `touchstone serve`: models in processes of their own, behind one server, until it is stopped. */
import { z } from 'zod';
import { type RunningServer, startServer } from '../../../server/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import type { ServeOptions } from '../../commands/serve.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { version } from '../../version.ts';
import { runtimeVersion } from '../models.ts';
import { startModel } from './modelLine.ts';
import { type NamedModel, namedModels } from './names.ts';

/** The published shape of what `--json` prints. */
export const serverSchema = z.object({
  schema: z.literal('touchstone/server/1'),
  url: z.string().describe('base URL for clients'),
  port: z.number().int().min(1),
  token: z.string().nullable().describe('null where it was given'),
  whiteBox: z.boolean(),
  models: z.array(
    z.object({
      name: z.string().describe('as clients name it'),
      model: z.string().describe('as it was given'),
    }),
  ),
});

/** Serves until it is stopped. */
export async function serveCommand(options: ServeOptions, context: Context): Promise<number> {
  const models = await namedModels(options.models);
  const token = tokenOf(options);
  const server = await startServer({
    models: models.map(({ name, model }) => {
      return { name, start: () => startModel(model, options.dictionary) };
    }),
    port: options.port,
    ...(token !== undefined && { token }),
    whiteBox: options.whiteBox ?? false,
    versions: { program: version(), runtime: runtimeVersion() },
    onFault: ({ message, fault }) => context.tell(`touchstone: ${message}: ${fault}`),
  });
  try {
    const shown = token === undefined ? server.token : null;
    if (options.json) printJson(context, jsonOf(server, models, shown, options));
    else context.print(introduction(server, models, shown));
    await stopped(context.signal);
  } finally {
    await server.close();
  }
  return DONE;
}

/** @throws TouchstoneError where the token is none that a header can carry, or easily guessed */
export function tokenOf({
  token = process.env.TOUCHSTONE_TOKEN,
}: Pick<ServeOptions, 'token'>): string | undefined {
  if (token === undefined || /^[!-~]{8,}$/.test(token)) return token;
  return badUsage(
    `the token has ${token.length} characters; expected at least 8, printable ASCII without spaces`,
    'leave it out for a random one',
  );
}

/** Waits for the user to stop. */
export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function jsonOf(
  { url, port }: RunningServer,
  models: readonly NamedModel[],
  token: string | null,
  { whiteBox = false }: ServeOptions,
): z.infer<typeof serverSchema> {
  const listed = models.map(({ name, model }) => ({ name, model }));
  return { schema: 'touchstone/server/1', url, port, token, whiteBox, models: listed };
}

/** Where it is and how it is asked. */
function introduction(
  { url }: RunningServer,
  models: readonly NamedModel[],
  token: string | null,
): string {
  const wide = Math.max(...models.map(({ name }) => name.length));
  const key = token === null ? 'the token that was given' : token;
  return [
    `${url}  (this machine alone; Ctrl-C ends)`,
    ...models.map(({ name, model }) => `  ${name.padEnd(wide)}  ${model}`),
    `token: ${key}`,
    '',
    'Python:',
    '  from openai import OpenAI',
    `  client = OpenAI(base_url="${url}", api_key="${token ?? 'TOKEN'}")`,
    `  chat = client.chat.completions.create(model="${models[0]!.name}", seed=1,`,
    '      messages=[{"role": "user", "content": "What is the secret word?"}])',
    '  print(chat.choices[0].message.content)',
    '',
  ].join('\n');
}
