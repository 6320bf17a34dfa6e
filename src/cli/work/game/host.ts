/** @file The work of `touchstone game host` and `solo`. */
import { join } from 'node:path';
import { z } from 'zod';
import type { GameResult } from '../../../audit/blind/index.ts';
import { guessReader } from '../../../audit/judge/index.ts';
import { startGame } from '../../../server/index.ts';
import type { GameHostOptions, GameSoloOptions } from '../../commands/game.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { version } from '../../version.ts';
import { type OpenEndpoint, openEndpoint } from '../endpoint.ts';
import { stopped, tokenOf } from '../serve/serve.ts';
import { play } from './play.ts';
import { type GameSet, keepResult, openGame } from './set.ts';
import { callLine, resultText, rulesText } from './words.ts';

/** The published shape of what `game host --json` prints. */
export const gameHostSchema = z.object({
  schema: z.literal('touchstone/game-host/1'),
  url: z.string(),
  port: z.number().int().min(1),
  token: z.string().nullable().describe('null where it was given'),
  commitment: z.string(),
  folder: z.string(),
});

/** Hosts until it is stopped. */
export async function hostGame(options: GameHostOptions, context: Context): Promise<number> {
  const token = tokenOf(options);
  const judge = await judgeOf(options, context);
  try {
    const { game, run } = await openGame(options, {
      onCall: (record, left) => context.tell(callLine(record, left)),
      ...(judge && { reader: guessReader(judge.model) }),
    });
    try {
      await serveGame({ game, run, token }, options, context);
    } finally {
      await run.close();
    }
  } finally {
    await judge?.answers.close();
  }
  return DONE;
}

/** The model that reads guesses in free words, if there is one. */
async function judgeOf(
  { judge, judgeModel }: GameHostOptions,
  context: Context,
): Promise<OpenEndpoint | undefined> {
  if (judge === undefined) return undefined;
  const asked = { url: judge, model: judgeModel, option: '--judge' };
  return openEndpoint(asked, join('runs', 'judge-answers'), context);
}

async function serveGame(
  { game, run, token }: Pick<GameSet, 'game' | 'run'> & { token: string | undefined },
  { port, json = false }: GameHostOptions,
  context: Context,
): Promise<void> {
  const server = await startGame({
    ...{ game, port, version: version() },
    ...(token !== undefined && { token }),
    onFault: ({ message, fault }) => context.tell(`touchstone: ${message}: ${fault}`),
    onResult: async (result) => {
      await keepResult(run, result);
      context.tell(resultText(result));
    },
  });
  try {
    if (run.resumed > 0) context.tell(`going on with the game in ${run.folder}`);
    if ((await game.rules()).over) await keepResult(run, await game.result());
    const { commitment, ...rules } = await game.rules();
    const shown = token === undefined ? server.token : null;
    const { url } = server;
    if (json) {
      const schema = 'touchstone/game-host/1' as const;
      const where = { url, port: server.port, token: shown, commitment, folder: run.folder };
      printJson(context, { schema, ...where } satisfies z.infer<typeof gameHostSchema>);
    } else {
      context.print(rulesText({ commitment, ...rules }, url));
      context.print(`token: ${shown ?? 'the one that was given'}\n`);
    }
    await stopped(context.signal);
  } finally {
    await server.close();
  }
}

/** Host and player in one process. */
export async function soloGame(options: GameSoloOptions, context: Context): Promise<number> {
  const { game, run } = await openGame(options);
  try {
    if (run.resumed > 0) context.tell(`going on with the game in ${run.folder}`);
    const { over } = await game.rules();
    const result = over ? await game.result() : await play(game, options, context);
    await keepResult(run, result);
    show(result, options, context);
    context.tell(`the game: ${run.folder} (touchstone game score ${run.folder})`);
  } finally {
    await run.close();
  }
  return DONE;
}

export function show(
  result: GameResult,
  { json = false }: { readonly json?: boolean },
  context: Context,
): void {
  if (json) printJson(context, result);
  else context.print(resultText(result));
}
