/** @file The work of `touchstone studio`: the page and its server, until it is stopped. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type StudioOptions, startServer } from '../../../server/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import type { StudioCommandOptions } from '../../commands/studio.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { packageFolder, version } from '../../version.ts';
import { runtimeVersion } from '../models.ts';
import { startModel } from '../serve/modelLine.ts';
import { stopped, tokenOf } from '../serve/serve.ts';
import { startAudit } from './auditLine.ts';
import { startDictionary } from './dictionaryLine.ts';
import { curvesOf, foundDictionaries } from './dictionaryRuns.ts';
import { startGameProcess } from './gameLine.ts';
import { shelfNow, storyOf } from './shelf.ts';

/** The published shape of what `--json` prints. */
export const studioSchema = z.object({
  schema: z.literal('touchstone/studio/1'),
  link: z.string().describe('of the page; the token is in its fragment, which no browser sends'),
  url: z.string().describe('base URL for clients of the API'),
  port: z.number().int().min(1),
  models: z.array(z.string()),
  runs: z.string().describe('folder of the run folders'),
});

/** Serves until it is stopped. */
export async function studioCommand(
  options: StudioCommandOptions,
  context: Context,
): Promise<number> {
  const token = tokenOf(options);
  const models = [...new Set(options.models)];
  const server = await startServer({
    models: models.map((name) => ({ name, start: () => startModel(name, options.dictionary) })),
    port: options.port,
    ...(token !== undefined && { token }),
    whiteBox: true,
    versions: { program: version(), runtime: runtimeVersion() },
    studio: portsOf(options),
    onFault: ({ message, fault }) => context.tell(`touchstone: ${message}: ${fault}`),
  });
  try {
    const link = `http://127.0.0.1:${server.port}/#token=${encodeURIComponent(server.token)}`;
    if (options.json) printJson(context, jsonOf(server, link, models, options));
    else context.print(`${link}\n  (this machine alone; Ctrl-C ends)\n`);
    if (options.open) openBrowser(link, context);
    await stopped(context.signal);
  } finally {
    await server.close();
  }
  return DONE;
}

/** @throws TouchstoneError where the page is not built */
function portsOf({ runs, dictionary = [] }: StudioCommandOptions): StudioOptions {
  const folder = resolve(runs);
  const page = join(packageFolder(), 'dist', 'web');
  if (!existsSync(join(page, 'index.html')))
    badUsage('the page of the studio is not built', "build it with 'npm run build'");
  return {
    page,
    runs: folder,
    shelf: shelfNow,
    story: storyOf,
    startModel: (model, dictionaries) => startModel(model, dictionaries),
    startDictionary,
    dictionaries: dictionary.map(({ name, path }) => ({ name, path })),
    foundDictionaries: () => foundDictionaries(folder),
    curves: (run) => curvesOf(folder, run),
    startAudit: (request) => startAudit(request, folder),
    startGame: (request) => startGameProcess(request, folder),
  };
}

function jsonOf(
  { url, port }: { readonly url: string; readonly port: number },
  link: string,
  models: readonly string[],
  { runs }: StudioCommandOptions,
): z.infer<typeof studioSchema> {
  const listed = { models: [...models], runs: resolve(runs) };
  return { schema: 'touchstone/studio/1', link, url, port, ...listed };
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

function openBrowser(link: string, context: Context): void {
  const [command = '', ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, link], { stdio: 'ignore', detached: true });
  child.once('error', () => context.tell(`touchstone: no ${command} here: open the link yourself`));
  child.unref();
}
