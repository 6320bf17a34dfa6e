/** @file The studio's routes in the OpenAPI document. */
import type { z } from 'zod';
import type { Route } from '../openapiDocument.ts';
import * as dictionary from './dictionarySchema.ts';
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
  DictionaryRequest: dictionary.dictionaryRequest,
  DictionaryState: dictionary.dictionaryState,
  DictionaryList: dictionary.dictionaryList,
  LatentTable: dictionary.latentTable,
  LatentPortrait: dictionary.latentAnswer,
  LatentSearch: dictionary.latentSearch,
  DirectionMap: dictionary.directionMapAnswer,
  DictionaryMatch: dictionary.matchAnswer,
  TrainingCurves: dictionary.curvesAnswer,
  DictionaryReadRequest: dictionary.latentsRequest,
  DictionaryRead: dictionary.latentsAnswer,
  ...GAME_SCHEMAS,
};

const run = { name: 'run', in: 'path' } as const;
const named = { name: 'name', in: 'path' } as const;
const id = { name: 'id', in: 'path' } as const;
const inQuery = (name: string) => ({ name, in: 'query' as const });
const QUERY = ['arm', 'technique', 'setting', 'split', 'names', 'text', 'offset', 'limit'];

const AT = '/v1/touchstone/dictionaries';
const DICTIONARIES: readonly Route[] = [
  {
    ...{ method: 'get', path: AT },
    ...{ summary: 'Dictionaries that are open, and folders of others', answer: 'DictionaryList' },
  },
  {
    ...{ method: 'post', path: AT, request: 'DictionaryRequest' },
    ...{
      summary: 'Opens a dictionary, and counts its latents on texts',
      answer: 'DictionaryState',
    },
  },
  {
    ...{ method: 'delete', path: `${AT}/{name}`, parameters: [named] },
    ...{ summary: 'Closes a dictionary', answer: 'DictionaryState' },
  },
  {
    ...{ method: 'get', path: `${AT}/{name}/latents`, parameters: [named] },
    ...{ summary: 'All latents, as they were counted', answer: 'LatentTable' },
  },
  {
    ...{ method: 'get', path: `${AT}/{name}/latents/{latent}` },
    ...{ summary: "A latent's portrait, as `dict show` gives it", answer: 'LatentPortrait' },
    parameters: [named, { name: 'latent', in: 'path' }],
  },
  {
    ...{ method: 'get', path: `${AT}/{name}/search` },
    ...{ summary: 'Latents by a text, or by the logit of a token', answer: 'LatentSearch' },
    parameters: [named, inQuery('text'), inQuery('by')],
  },
  {
    ...{ method: 'get', path: `${AT}/{name}/map`, parameters: [named] },
    ...{ summary: 'Decoder directions in a plane', answer: 'DirectionMap' },
  },
  {
    ...{ method: 'get', path: `${AT}/{name}/match` },
    ...{ summary: 'Decoder directions beside those of another', answer: 'DictionaryMatch' },
    parameters: [named, inQuery('path')],
  },
  {
    ...{ method: 'post', path: `${AT}/{name}/read`, request: 'DictionaryReadRequest' },
    ...{ summary: 'The largest latents of each token of a text', answer: 'DictionaryRead' },
    parameters: [named],
  },
  {
    ...{ method: 'get', path: '/v1/touchstone/runs/{run}/curves', parameters: [run] },
    ...{ summary: 'Training curves of dictionaries, as far as they are', answer: 'TrainingCurves' },
  },
];

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
  ...DICTIONARIES,
  ...GAME_ROUTES,
];
