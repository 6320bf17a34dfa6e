/** @file OpenAPI documents, written from the schemas that requests are checked with. */
import { z } from 'zod';

export interface Route {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly summary: string;
  readonly request?: string;
  readonly answer: string;
  /** The schema of a streamed event. */
  readonly event?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: 'path' | 'query' }[];
  readonly open?: boolean;
}

export interface DocumentSpec {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly routes: readonly Route[];
  /** Of {@link schemasOf}. */
  readonly schemas: Readonly<Record<string, unknown>>;
}

/** The document of a server's routes. */
export function documentOf({ title, version, description, routes, schemas }: DocumentSpec) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  return {
    openapi: '3.1.0',
    info: { title, version, description },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ...schemas, OpenApi: { type: 'object' } },
    },
  };
}

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

/** Schemas by their names in the document. */
export function schemasOf(named: Readonly<Record<string, z.ZodType>>): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  const { __shared: shared, ...own } = z.toJSONSchema(registry, { uri, io: 'input' }).schemas;
  const all = { ...own, ...(shared?.$defs as typeof own | undefined) };
  const written = Object.fromEntries(
    Object.entries(all).map(([id, { $id: _, $schema: __, ...schema }]) => [id, schema]),
  );
  // Parts that have a name of their own, and are used by several, are told apart by the schemas' writer.
  const text = JSON.stringify(written).replace(/[^"]*__shared#\/\$defs\//g, uri(''));
  return JSON.parse(text) as Record<string, unknown>;
}
