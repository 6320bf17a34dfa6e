/** @file The routes of the server. */
import { Hono } from 'hono';
import { show } from '../model/index.ts';
import { jsonOf } from './body.ts';
import type { Desk } from './desk.ts';
import { guard } from './guard.ts';
import { openapi } from './openapi.ts';
import { asProblem, badRequest, Problem } from './problem.ts';
import { chatOrder, completionOrder } from './routes/order.ts';
import { type Answering, respond } from './routes/respond.ts';
import { chat, plain } from './routes/voices.ts';
import { hooksOf, readAt } from './routes/whiteBox.ts';
import { parseBody } from './schema/fields.ts';
import { chatRequest, completionRequest, readRequest } from './schema/requests.ts';
import { tell, tellUnknown } from './tell.ts';

export interface AppOptions extends Answering {
  readonly desks: readonly Desk[];
  readonly token: string;
  readonly port: () => number;
  readonly whiteBox: boolean;
  /** Longest body. */
  readonly bodyBytes: number;
  /** Most numbers that are read at once. */
  readonly mostNumbers: number;
  readonly version: string;
}

/** All routes; requests in their OpenAI form go to the desks. */
export function createApp(options: AppOptions): Hono {
  const app = new Hono();
  app.use(guard({ token: options.token, port: options.port, open: ['/health'] }));
  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.get('/openapi.json', (context) => context.json(openapi(options)));
  addModels(app, options);
  addCompletions(app, options);
  if (options.whiteBox) addWhiteBox(app, options);
  app.notFound(tellUnknown);
  app.onError((error, context) => {
    const problem = asProblem(error);
    if (problem.fault !== undefined && !context.req.raw.signal.aborted) options.onFault(problem);
    return tell(context, problem);
  });
  return app;
}

function addModels(app: Hono, { desks }: AppOptions): void {
  const entry = ({ name, created }: Desk) => {
    return { id: name, object: 'model' as const, created, owned_by: 'touchstone' as const };
  };
  app.get('/v1/models', (context) => context.json({ object: 'list', data: desks.map(entry) }));
  app.get('/v1/models/:model', (context) =>
    context.json(entry(deskNamed(desks, context.req.param('model')))),
  );
}

function addCompletions(app: Hono, options: AppOptions): void {
  app.post('/v1/completions', async (context) => {
    const body = parseBody(completionRequest, await jsonOf(context, options.bodyBytes));
    const desk = deskNamed(options.desks, body.model);
    const asked = { desk, order: completionOrder(body), ...streaming(body) };
    return respond(context, asked, plain, options);
  });
  app.post('/v1/chat/completions', async (context) => {
    const body = parseBody(chatRequest, await jsonOf(context, options.bodyBytes));
    const desk = deskNamed(options.desks, body.model);
    const asked = { desk, order: chatOrder(body), ...streaming(body) };
    return respond(context, asked, chat, options);
  });
}

interface Streaming {
  readonly stream?: boolean | undefined;
  readonly stream_options?: { readonly include_usage?: boolean | null | undefined } | undefined;
}

function streaming({ stream, stream_options: how }: Streaming) {
  return { stream: stream ?? false, includeUsage: how?.include_usage ?? false };
}

function addWhiteBox(app: Hono, options: AppOptions): void {
  const { desks, timeoutMs, mostNumbers } = options;
  app.get('/v1/touchstone/hooks', async (context) => {
    const name = context.req.query('model') ?? (desks.length === 1 ? desks[0]!.name : undefined);
    if (name === undefined) badRequest('expected ?model=NAME', 'model');
    return context.json(await hooksOf(deskNamed(desks, name)));
  });
  app.post('/v1/touchstone/read', async (context) => {
    const body = parseBody(readRequest, await jsonOf(context, options.bodyBytes));
    const limits = { gone: context.req.raw.signal, timeoutMs, mostNumbers };
    return context.json(await readAt(deskNamed(desks, body.model), body, limits));
  });
}

function deskNamed(desks: readonly Desk[], name: string): Desk {
  const desk = desks.find((one) => one.name === name);
  if (desk) return desk;
  throw new Problem(
    404,
    `no model ${show(name)} is served here; GET /v1/models lists those that are`,
    {
      param: 'model',
      code: 'model_not_found',
    },
  );
}
