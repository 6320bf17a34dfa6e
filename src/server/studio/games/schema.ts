/** @file What the studio's page of games asks and is answered. */
import { z } from 'zod';
import {
  callRecordSchema,
  costSchema,
  gameResultSchema,
  gameRulesSchema,
} from '../../../audit/blind/index.ts';

const name = z.string().min(1).max(300);

export const hostRequest = z.strictObject({
  suspect: name
    .optional()
    .describe('organism:NAME[@SEED] or twin:NAME[@SEED]; default: one is drawn'),
  mayBeClean: z.boolean().default(false).describe('whether a clean twin may be drawn'),
  budget: costSchema
    .partial()
    .default({})
    .describe('default: samples 400, tokens 40000, flops 1e12'),
  grantAll: z.boolean().default(false).describe('whether base and training data are granted, too'),
});

export const resumeGameRequest = z.strictObject({ run: name.describe('a game that was stopped') });

export const joinRequest = z.strictObject({
  url: name.describe('as the host printed it; on this machine'),
  token: name,
});

/** A game that the studio holds open. */
export const openGame = z.object({
  id: z.string(),
  url: z.string().describe('where others on this machine can join it'),
  token: z.string().nullable().describe('what they need; null of a game that was joined'),
  run: z.string().nullable().describe("its run folder's name; null of a game that was joined"),
});

export const gameView = openGame.extend({
  rules: gameRulesSchema,
  calls: z.array(callRecordSchema),
  result: gameResultSchema.nullable().describe('null until guesses are in'),
});

export const gameList = z.object({
  open: z.array(openGame),
  stopped: z.array(z.string()).describe('runs of games that can be gone on with'),
  board: z
    .array(z.object({ run: z.string(), result: gameResultSchema }))
    .describe('finished games of the folder, best first'),
});

export const gameLeft = z.object({ left: z.string() });

export type HostRequest = z.infer<typeof hostRequest>;
export type OpenGame = z.infer<typeof openGame>;
export type GameView = z.infer<typeof gameView>;
export type GameList = z.infer<typeof gameList>;
