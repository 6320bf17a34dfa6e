/** @file The studio's routes in the OpenAPI document. */
import type { z } from 'zod';
import type { Route } from '../openapiDocument.ts';
import { GAME_ROUTES, GAME_SCHEMAS } from './games/openapi.ts';
import * as schema from './schema.ts';

/** Schemas by their names in the document. */
export const STUDIO_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  Shelf: schema.shelfAnswer,
  OpenRequest: schema.openRequest,
  Opened: schema.openAnswer,
  Story: schema.storyAnswer,
  AuditRequest: schema.auditRequest,
  AuditState: schema.auditState,
  AuditList: schema.auditList,
  RunList: schema.runList,
  Run: schema.runEntry,
  RunDeleted: schema.deleteAnswer,
  Samples: schema.samplesAnswer,
  ...GAME_SCHEMAS,
};

const run = { name: 'run', in: 'path' } as const;
const id = { name: 'id', in: 'path' } as const;
const inQuery = (name: string) => ({ name, in: 'query' as const });
const QUERY = ['arm', 'technique', 'setting', 'split', 'names', 'text', 'offset', 'limit'];

export const STUDIO: readonly Route[] = [
  {
    ...{ method: 'get', path: '/v1/touchstone/shelf' },
    ...{ summary: 'What can be opened and audited by name', answer: 'Shelf' },
  },
  {
    ...{ method: 'post', path: '/v1/touchstone/models', request: 'OpenRequest' },
    ...{ summary: 'Opens a model under its own name', answer: 'Opened' },
  },
  {
    ...{ method: 'delete', path: '/v1/touchstone/models/{model}' },
    ...{ summary: 'Closes a model', answer: 'Opened' },
    parameters: [{ name: 'model', in: 'path' }],
  },
  {
    ...{ method: 'post', path: '/v1/touchstone/story', request: 'OpenRequest' },
    ...{ summary: 'Unseals what is planted in a shipped model', answer: 'Story' },
  },
  {
    ...{ method: 'get', path: '/v1/touchstone/audits' },
    ...{ summary: 'Audits that were started here', answer: 'AuditList' },
  },
  {
    ...{ method: 'post', path: '/v1/touchstone/audits', request: 'AuditRequest' },
    ...{ summary: 'Starts an audit, or goes on with one', answer: 'AuditState' },
  },
  {
    ...{ method: 'get', path: '/v1/touchstone/audits/{id}/events', parameters: [id] },
    ...{ summary: "An audit's state, and each that follows", answer: 'AuditState' },
    event: 'AuditState',
  },
  {
    ...{ method: 'delete', path: '/v1/touchstone/audits/{id}', parameters: [id] },
    ...{ summary: 'Stops an audit; what it finished is kept', answer: 'AuditState' },
  },
  {
    ...{ method: 'get', path: '/v1/touchstone/runs' },
    ...{ summary: 'Runs on disk', answer: 'RunList' },
  },
  {
    ...{ method: 'get', path: '/v1/touchstone/runs/{run}', parameters: [run] },
    ...{ summary: 'One of them', answer: 'Run' },
  },
  {
    ...{ method: 'delete', path: '/v1/touchstone/runs/{run}', parameters: [run] },
    ...{ summary: 'Deletes a run with all that it holds', answer: 'RunDeleted' },
  },
  {
    ...{ method: 'get', path: '/v1/touchstone/runs/{run}/report.json', parameters: [run] },
    ...{ summary: 'Its result, of the schema that the result names', answer: 'OpenApi' },
  },
  {
    ...{ method: 'get', path: '/v1/touchstone/runs/{run}/report.html', parameters: [run] },
    ...{ summary: 'Its report, a page in one file', answer: 'OpenApi' },
  },
  {
    ...{ method: 'get', path: '/v1/touchstone/runs/{run}/samples' },
    ...{ summary: 'Answers behind its numbers', answer: 'Samples' },
    parameters: [run, ...QUERY.map(inQuery)],
  },
  ...GAME_ROUTES,
];
