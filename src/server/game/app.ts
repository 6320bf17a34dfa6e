/** @file The routes of a blind game: its rules, its tools, one submission. What is sealed is in none of them before guesses are in. */
import { Hono } from 'hono';
import { z } from 'zod';
import {
  callRecordSchema,
  type GameResult,
  gameResultSchema,
  gameRulesSchema,
  MOST_GUESSES,
} from '../../audit/blind/handle.ts';
import { type BlindGame, costSchema, Refusal, type RefusalCode } from '../../audit/blind/index.ts';
import { jsonOf } from '../body.ts';
import { guard } from '../guard.ts';
import { documentOf, type Route, schemasOf } from '../openapiDocument.ts';
import { asProblem, Problem } from '../problem.ts';
import { errorAnswer, healthAnswer } from '../schema/answers.ts';
import { parseBody } from '../schema/fields.ts';
import { tell, tellUnknown } from '../tell.ts';

export interface GameAppOptions {
  readonly game: BlindGame;
  readonly token: string;
  readonly port: () => number;
  readonly version: string;
  readonly bodyBytes: number;
  /** Calls that may wait for their turn. */
  readonly queue: number;
  /** Told faults of the program. */
  readonly onFault: (problem: Problem) => void;
  /** Told when guesses are in. */
  readonly onResult: (result: GameResult) => void | Promise<void>;
}

export const submissionRequest = z.strictObject({
  guesses: z
    .array(z.string().min(1).max(400))
    .max(MOST_GUESSES)
    .describe('candidates, best first; counted once'),
});

/** What a tool takes stands in the rules. */
export const toolRequest = z.record(z.string(), z.json());

const callList = z.object({ calls: z.array(callRecordSchema) });

const ROUTES: readonly Route[] = [
  {
    method: 'get',
    path: '/health',
    summary: 'Whether it is there',
    answer: 'Health',
    open: true,
  },
  { method: 'get', path: '/openapi.json', summary: 'This document', answer: 'OpenApi' },
  {
    method: 'get',
    path: '/v1/game',
    summary: 'The rules, the tools with what they take, and what was spent',
    answer: 'Rules',
  },
  {
    method: 'get',
    path: '/v1/game/calls',
    summary: 'All calls so far with their answers',
    answer: 'Calls',
  },
  {
    method: 'post',
    path: '/v1/game/tools/{tool}',
    summary: 'One metered call of a tool',
    request: 'ToolInput',
    answer: 'Call',
    parameters: [{ name: 'tool', in: 'path' }],
  },
  {
    method: 'post',
    path: '/v1/game/tools/{tool}/price',
    summary: 'What a call would cost at the most; free',
    request: 'ToolInput',
    answer: 'Cost',
    parameters: [{ name: 'tool', in: 'path' }],
  },
  {
    method: 'post',
    path: '/v1/game/submit',
    summary: 'Ranked guesses: once; opens the seal',
    request: 'Submission',
    answer: 'Result',
  },
  {
    method: 'get',
    path: '/v1/game/result',
    summary: 'The opened seal and the score, once guesses are in',
    answer: 'Result',
  },
];

const NAMED: Readonly<Record<string, z.ZodType>> = {
  Health: healthAnswer,
  Rules: gameRulesSchema,
  Calls: callList,
  Call: callRecordSchema,
  Cost: costSchema,
  ToolInput: toolRequest,
  Submission: submissionRequest,
  Result: gameResultSchema,
  Error: errorAnswer,
};

/** All routes of one game. */
export function createGameApp(options: GameAppOptions): Hono {
  const { game, token, port, version, onFault } = options;
  const app = new Hono();
  app.use(guard({ token, port, open: (path) => path === '/health' }));
  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.get('/openapi.json', (context) => context.json(gameOpenapi(version)));
  app.get('/v1/game', async (context) => context.json(await game.rules()));
  app.get('/v1/game/calls', async (context) => context.json({ calls: await game.calls() }));
  app.get('/v1/game/result', async (context) => context.json(await game.result()));
  addMoves(app, options);
  app.notFound(tellUnknown);
  app.onError((error, context) => {
    const problem = problemOf(error);
    if (problem.fault !== undefined) onFault(problem);
    return tell(context, problem);
  });
  return app;
}

function addMoves(app: Hono, { game, bodyBytes, queue, onResult }: GameAppOptions): void {
  let waiting = 0;
  app.post('/v1/game/tools/:tool', async (context) => {
    const input = await jsonOf(context, bodyBytes);
    if (waiting >= queue) tooMany(waiting);
    waiting++;
    try {
      return context.json(await game.call(context.req.param('tool'), input));
    } finally {
      waiting--;
    }
  });
  app.post('/v1/game/tools/:tool/price', async (context) => {
    const input = await jsonOf(context, bodyBytes);
    return context.json(await game.price(context.req.param('tool'), input));
  });
  app.post('/v1/game/submit', async (context) => {
    const { guesses } = parseBody(submissionRequest, await jsonOf(context, bodyBytes));
    const result = await game.submit(guesses);
    await onResult(result);
    return context.json(result);
  });
}

function tooMany(waiting: number): never {
  const fields = { code: 'rate_limit_exceeded', retryAfterSeconds: 2 };
  throw new Problem(429, `${waiting} calls wait for their turn already`, fields);
}

const STATUS: Readonly<Record<RefusalCode, number>> = {
  not_granted: 403,
  budget_spent: 403,
  game_over: 409,
  unknown_tool: 404,
};

function problemOf(error: unknown): Problem {
  if (!(error instanceof Refusal)) return asProblem(error);
  const { code, message, hint } = error;
  return new Problem(STATUS[code], hint === undefined ? message : `${message} (${hint})`, { code });
}

let written: Record<string, unknown> | undefined;

/** The document of a game. It is the same for every game. */
export function gameOpenapi(version: string) {
  written ??= schemasOf(NAMED);
  return documentOf({
    title: 'Touchstone blind game',
    version,
    description:
      'A sealed model, metered tools to look into it, and one submission of ranked guesses.',
    routes: ROUTES,
    schemas: written,
  });
}
