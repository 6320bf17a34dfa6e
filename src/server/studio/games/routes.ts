/** @file The studio's routes of games. */
import type { Context, Hono } from 'hono';
import { jsonOf } from '../../body.ts';
import { submissionRequest } from '../../game/app.ts';
import { parseBody } from '../../schema/fields.ts';
import type { StudioOptions } from '../ports.ts';
import { gamesIn } from './board.ts';
import { Games, heard } from './games.ts';
import { hostRequest, joinRequest, resumeGameRequest } from './schema.ts';

const AT = '/v1/touchstone/games';
type Body = (context: Context) => Promise<unknown>;

/** Adds them; gives back what ends the games. */
export function addGames(
  app: Hono,
  { runs, startGame }: StudioOptions,
  bodyBytes: number,
): () => Promise<void> {
  const games = new Games(startGame);
  const body: Body = (context) => jsonOf(context, bodyBytes);
  app.get(AT, async (context) => context.json({ open: games.open, ...(await gamesIn(runs)) }));
  app.post(`${AT}/host`, async (context) =>
    context.json(await games.host(parseBody(hostRequest, await body(context)))),
  );
  app.post(`${AT}/resume`, async (context) =>
    context.json(await games.host(parseBody(resumeGameRequest, await body(context)))),
  );
  app.post(`${AT}/join`, async (context) => {
    const { url, token } = parseBody(joinRequest, await body(context));
    return context.json(await games.join(url, token));
  });
  addMoves(app, games, body);
  return () => games.close();
}

function addMoves(app: Hono, games: Games, body: Body): void {
  const id = (context: Context) => context.req.param('id')!;
  app.get(`${AT}/:id`, async (context) => context.json(await games.view(id(context))));
  app.delete(`${AT}/:id`, async (context) => {
    await games.leave(id(context));
    return context.json({ left: id(context) });
  });
  app.post(`${AT}/:id/tools/:tool`, async (context) => {
    const player = games.player(id(context));
    return context.json(await heard(player.call(context.req.param('tool'), await body(context))));
  });
  app.post(`${AT}/:id/tools/:tool/price`, async (context) => {
    const player = games.player(id(context));
    return context.json(await heard(player.price(context.req.param('tool'), await body(context))));
  });
  app.post(`${AT}/:id/submit`, async (context) => {
    const { guesses } = parseBody(submissionRequest, await body(context));
    return context.json(await heard(games.player(id(context)).submit(guesses)));
  });
}
