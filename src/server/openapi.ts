/** @file The OpenAPI document, written from the schemas that requests are checked with. */
import type { z } from 'zod';
import { editSchema } from '../model/index.ts';
import { documentOf, type Route, schemasOf } from './openapiDocument.ts';
import * as answers from './schema/answers.ts';
import * as requests from './schema/requests.ts';
import { STUDIO, STUDIO_SCHEMAS } from './studio/openapi.ts';

/** Schemas by their names in the document. */
const NAMED: Readonly<Record<string, z.ZodType>> = {
  Edit: editSchema,
  CompletionRequest: requests.completionRequest,
  ChatCompletionRequest: requests.chatRequest,
  ReadRequest: requests.readRequest,
  Completion: answers.completionAnswer,
  CompletionChunk: answers.completionChunk,
  ChatCompletion: answers.chatAnswer,
  ChatCompletionChunk: answers.chatChunk,
  ModelList: answers.modelList,
  Model: answers.modelEntry,
  Hooks: answers.hooksAnswer,
  Read: answers.readAnswer,
  LensRequest: requests.lensRequest,
  CompareRequest: requests.compareRequest,
  LatentsRequest: requests.latentsRequest,
  Lens: answers.lensAnswer,
  Latents: answers.latentsAnswer,
  Comparison: answers.compareAnswer,
  Health: answers.healthAnswer,
  Error: answers.errorAnswer,
};

const ROUTES: readonly Route[] = [
  {
    method: 'get',
    path: '/health',
    summary: 'Whether the server is there',
    answer: 'Health',
    open: true,
  },
  { method: 'get', path: '/openapi.json', summary: 'This document', answer: 'OpenApi' },
  { method: 'get', path: '/v1/models', summary: 'Models that are served', answer: 'ModelList' },
  {
    method: 'get',
    path: '/v1/models/{model}',
    summary: 'One of them',
    answer: 'Model',
    parameters: [{ name: 'model', in: 'path' }],
  },
  {
    method: 'post',
    path: '/v1/completions',
    summary: 'Completions of texts or token ids',
    request: 'CompletionRequest',
    answer: 'Completion',
    event: 'CompletionChunk',
  },
  {
    method: 'post',
    path: '/v1/chat/completions',
    summary: 'Answers in a chat',
    request: 'ChatCompletionRequest',
    answer: 'ChatCompletion',
    event: 'ChatCompletionChunk',
  },
];

const WHITE_BOX: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/touchstone/hooks',
    summary: 'Hook points of a model, with shapes, and dictionaries that edits may name',
    answer: 'Hooks',
    parameters: [{ name: 'model', in: 'query' }],
  },
  {
    method: 'post',
    path: '/v1/touchstone/read',
    summary: 'Activations at hook points, plain or under edits',
    request: 'ReadRequest',
    answer: 'Read',
  },
  {
    method: 'post',
    path: '/v1/touchstone/lens',
    summary: 'The logit lens of a text: the likeliest tokens after each layer',
    request: 'LensRequest',
    answer: 'Lens',
  },
  {
    method: 'post',
    path: '/v1/touchstone/compare',
    summary: 'What edits change in the predictions along a text, token by token',
    request: 'CompareRequest',
    answer: 'Comparison',
  },
  {
    method: 'post',
    path: '/v1/touchstone/latents',
    summary: "Which of a dictionary's latents are active along a text",
    request: 'LatentsRequest',
    answer: 'Latents',
  },
];

interface Served {
  readonly version: string;
  readonly whiteBox: boolean;
  readonly studio?: boolean;
}

const written = new Map<boolean, Record<string, unknown>>();

/** The document of a server. */
export function openapi({ version, whiteBox, studio = false }: Served) {
  const routes = [...ROUTES, ...(whiteBox ? WHITE_BOX : []), ...(studio ? STUDIO : [])];
  const description = DESCRIPTION;
  const schemas = schemasWith(studio);
  return documentOf({ title: 'Touchstone', version, description, routes, schemas });
}

const DESCRIPTION =
  "OpenAI's completions and chat completions for the models of this machine, with edits of activations as an extension.";

/** The schemas, written once. */
function schemasWith(studio: boolean): Record<string, unknown> {
  const found = written.get(studio) ?? schemasOf(studio ? { ...NAMED, ...STUDIO_SCHEMAS } : NAMED);
  written.set(studio, found);
  return found;
}
