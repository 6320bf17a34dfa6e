/** @file The OpenAPI document, written from the schemas that requests are checked with. */
import type { z } from 'zod';
import { editSchema } from '../model/index.ts';
import { documentOf, type Route, schemasOf } from './openapiDocument.ts';
import * as answers from './schema/answers.ts';
import * as requests from './schema/requests.ts';

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
];

let written: Record<string, unknown> | undefined;

/** The document of a server. */
export function openapi({ version, whiteBox }: { version: string; whiteBox: boolean }) {
  // The schemas are written once.
  written ??= schemasOf(NAMED);
  const routes = whiteBox ? [...ROUTES, ...WHITE_BOX] : ROUTES;
  const description = DESCRIPTION;
  return documentOf({ title: 'Touchstone', version, description, routes, schemas: written });
}

const DESCRIPTION =
  "OpenAI's completions and chat completions for the models of this machine, with edits of activations as an extension.";
