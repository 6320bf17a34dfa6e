/** @file The routes of games in the OpenAPI document. */
import type { z } from 'zod';
import { callRecordSchema, costSchema, gameResultSchema } from '../../../audit/blind/index.ts';
import { submissionRequest, toolRequest } from '../../game/app.ts';
import type { Route } from '../../openapiDocument.ts';
import * as schema from './schema.ts';

export const GAME_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  GameList: schema.gameList,
  HostRequest: schema.hostRequest,
  ResumeGameRequest: schema.resumeGameRequest,
  JoinRequest: schema.joinRequest,
  OpenGame: schema.openGame,
  Game: schema.gameView,
  GameLeft: schema.gameLeft,
  ToolInput: toolRequest,
  Call: callRecordSchema,
  Cost: costSchema,
  Submission: submissionRequest,
  GameResult: gameResultSchema,
};

const AT = '/v1/touchstone/games';
const id = { name: 'id', in: 'path' } as const;
const tool = { name: 'tool', in: 'path' } as const;

export const GAME_ROUTES: readonly Route[] = [
  {
    ...{ method: 'get', path: AT, answer: 'GameList' },
    summary: 'Games that are open, that can be gone on with, and finished ones, best first',
  },
  {
    ...{ method: 'post', path: `${AT}/host`, request: 'HostRequest', answer: 'OpenGame' },
    summary: 'Seals a model and opens a game about it',
  },
  {
    ...{ method: 'post', path: `${AT}/resume`, request: 'ResumeGameRequest', answer: 'OpenGame' },
    summary: 'Goes on with a game that was stopped',
  },
  {
    ...{ method: 'post', path: `${AT}/join`, request: 'JoinRequest', answer: 'OpenGame' },
    summary: 'Joins a game that is hosted on this machine',
  },
  {
    ...{ method: 'get', path: `${AT}/{id}`, parameters: [id], answer: 'Game' },
    summary: 'Its rules, its calls and, once guesses are in, its result',
  },
  {
    ...{ method: 'delete', path: `${AT}/{id}`, parameters: [id], answer: 'GameLeft' },
    summary: 'Leaves a game; a hosted one stops, and can be gone on with',
  },
  {
    ...{ method: 'post', path: `${AT}/{id}/tools/{tool}`, parameters: [id, tool] },
    ...{ request: 'ToolInput', answer: 'Call', summary: 'One metered call of a tool' },
  },
  {
    ...{ method: 'post', path: `${AT}/{id}/tools/{tool}/price`, parameters: [id, tool] },
    ...{ request: 'ToolInput', answer: 'Cost', summary: 'What it would cost at the most; free' },
  },
  {
    ...{ method: 'post', path: `${AT}/{id}/submit`, parameters: [id] },
    ...{ request: 'Submission', answer: 'GameResult', summary: 'Ranked guesses: once' },
  },
];
