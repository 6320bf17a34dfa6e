/** @file The OpenAPI document, written from the schemas that requests are checked with. */
import { z } from 'zod';
import { editSchema } from '../model/index.ts';
import * as answers from './schema/answers.ts';
import * as requests from './schema/requests.ts';

interface Route {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly summary: string;
  readonly request?: string;
  readonly answer: string;
  /** The schema of a streamed event. */
  readonly event?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: 'path' | 'query' }[];
  readonly open?: boolean;
}

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

/** The document of a server. */
export function openapi({ version, whiteBox }: { version: string; whiteBox: boolean }) {
  const routes = whiteBox ? [...ROUTES, ...WHITE_BOX] : ROUTES;
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) paths[route.path] = { [route.method]: operation(route) };
  return {
    openapi: '3.1.0',
    info: { title: 'Touchstone', version, description: DESCRIPTION },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ...schemas(), OpenApi: { type: 'object' } },
    },
  };
}

const DESCRIPTION =
  "OpenAI's completions and chat completions for the models of this machine, with edits of activations as an extension.";

function operation({ summary, request, answer, event, parameters, open }: Route) {
  return {
    summary,
    ...(open && { security: [] }),
    ...(parameters && {
      parameters: parameters.map((one) => {
        return { ...one, required: one.in === 'path', schema: { type: 'string' } };
      }),
    }),
    ...(request && { requestBody: { required: true, content: json(request) } }),
    responses: {
      200: {
        description: summary,
        content: { ...json(answer), ...(event && { 'text/event-stream': referring(event) }) },
      },
      default: { description: 'What is wrong', content: json('Error') },
    },
  };
}

function json(name: string) {
  return { 'application/json': referring(name) };
}

function referring(name: string) {
  return { schema: { $ref: `#/components/schemas/${name}` } };
}

let written: Record<string, unknown> | undefined;

/** The schemas, written once. */
function schemas(): Record<string, unknown> {
  written ??= writeSchemas();
  return written;
}

function writeSchemas(): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  const { __shared: shared, ...own } = z.toJSONSchema(registry, { uri, io: 'input' }).schemas;
  const all = { ...own, ...(shared?.$defs as typeof own | undefined) };
  const named = Object.fromEntries(
    Object.entries(all).map(([id, { $id: _, $schema: __, ...schema }]) => [id, schema]),
  );
  // Parts that have a name of their own, and are used by several, are told apart by the schemas' writer.
  const text = JSON.stringify(named).replace(/[^"]*__shared#\/\$defs\//g, uri(''));
  return JSON.parse(text) as Record<string, unknown>;
}
