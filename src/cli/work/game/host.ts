/** @file The work of `touchstone game host` and `solo`. */
import { z } from 'zod';
import type { GameResult } from '../../../audit/blind/index.ts';
import { startGame } from '../../../server/index.ts';
import type { GameHostOptions, GameSoloOptions } from '../../commands/game.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { version } from '../../version.ts';
import { stopped, tokenOf } from '../serve/serve.ts';
import { play } from './play.ts';
import { openGame } from './set.ts';
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
  const { game, run } = await openGame(options, {
    onCall: (record, left) => context.tell(callLine(record, left)),
  });
  try {
    const server = await startGame({
      ...{ game, port: options.port, version: version() },
      ...(token !== undefined && { token }),
      onFault: ({ message, fault }) => context.tell(`touchstone: ${message}: ${fault}`),
      onResult: (result) => context.tell(resultText(result)),
    });
    try {
      if (run.resumed > 0) context.tell(`going on with the game in ${run.folder}`);
      const rules = await game.rules();
      const shown = token === undefined ? server.token : null;
      const { url, port } = server;
      if (options.json) {
        const { commitment } = rules;
        const schema = 'touchstone/game-host/1' as const;
        printJson(context, { schema, url, port, token: shown, commitment, folder: run.folder });
      } else {
        context.print(`${rulesText(rules, url)}token: ${shown ?? 'the one that was given'}\n`);
      }
      await stopped(context.signal);
    } finally {
      await server.close();
    }
  } finally {
    await run.close();
  }
  return DONE;
}

/** Host and player in one process. */
export async function soloGame(options: GameSoloOptions, context: Context): Promise<number> {
  const { game, run } = await openGame(options);
  try {
    if (run.resumed > 0) context.tell(`going on with the game in ${run.folder}`);
    const { over } = await game.rules();
    const result = over ? await game.result() : await play(game, options, context);
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
