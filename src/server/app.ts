/** @file The routes of the server. */
import { Hono } from 'hono';
import { jsonOf } from './body.ts';
import type { Desk } from './desk.ts';
import type { Desks } from './desks.ts';
import { guard } from './guard.ts';
import { openapi } from './openapi.ts';
import { asProblem, badRequest } from './problem.ts';
import { comparedBy, latentsOf, lensOf } from './routes/lens.ts';
import { chatOrder, completionOrder } from './routes/order.ts';
import { type Answering, respond } from './routes/respond.ts';
import { chat, plain } from './routes/voices.ts';
import { hooksOf, readAt } from './routes/whiteBox.ts';
import { parseBody } from './schema/fields.ts';
import {
  chatRequest,
  compareRequest,
  completionRequest,
  latentsRequest,
  lensRequest,
  readRequest,
} from './schema/requests.ts';
import { isPage } from './studio/page.ts';
import type { StudioOptions } from './studio/ports.ts';
import { addStudio } from './studio/studio.ts';
import { tell, tellUnknown } from './tell.ts';

export interface AppOptions extends Answering {
  readonly desks: Desks;
  readonly token: string;
  readonly port: () => number;
  readonly whiteBox: boolean;
  /** Longest body. */
  readonly bodyBytes: number;
  /** Most numbers that are read at once. */
  readonly mostNumbers: number;
  readonly version: string;
  /** Where the studio is served, too. */
  readonly studio?: StudioOptions | undefined;
}

/** All routes, and what ends the work that they began apart from requests. */
export interface App {
  readonly app: Hono;
  readonly close: () => Promise<void>;
}

/** All routes; requests in their OpenAI form go to the desks. */
export function createApp(options: AppOptions): App {
  const app = new Hono();
  app.use(guard({ token: options.token, port: options.port, ...opened(options) }));
  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.get('/openapi.json', (context) =>
    context.json(openapi({ ...options, studio: options.studio !== undefined })),
  );
  addModels(app, options);
  addCompletions(app, options);
  if (options.whiteBox) addWhiteBox(app, options);
  const close = options.studio ? addStudio(app, options.studio, options) : async () => {};
  app.notFound(tellUnknown);
  app.onError((error, context) => {
    const problem = asProblem(error);
    if (problem.fault !== undefined && !context.req.raw.signal.aborted) options.onFault(problem);
    return tell(context, problem);
  });
  return { app, close };
}

/** What comes in without a token. */
function opened({ studio }: AppOptions) {
  const page = studio && isPage;
  return { page, open: (path: string) => path === '/health' || (page?.(path) ?? false) };
}

function addModels(app: Hono, { desks }: AppOptions): void {
  const entry = ({ name, created }: Desk) => {
    return { id: name, object: 'model' as const, created, owned_by: 'touchstone' as const };
  };
  app.get('/v1/models', (context) => context.json({ object: 'list', data: desks.all.map(entry) }));
  app.get('/v1/models/:model', (context) =>
    context.json(entry(desks.named(context.req.param('model')))),
  );
}

function addCompletions(app: Hono, options: AppOptions): void {
  app.post('/v1/completions', async (context) => {
    const body = parseBody(completionRequest, await jsonOf(context, options.bodyBytes));
    const desk = options.desks.named(body.model);
    const asked = { desk, order: completionOrder(body), ...streaming(body) };
    return respond(context, asked, plain, options);
  });
  app.post('/v1/chat/completions', async (context) => {
    const body = parseBody(chatRequest, await jsonOf(context, options.bodyBytes));
    const desk = options.desks.named(body.model);
    const asked = { desk, order: chatOrder(body), ...streaming(body) };
    return respond(context, asked, chat, options);
  });
}

interface Streaming {
  readonly return_token_ids?: boolean | undefined;
  readonly stream?: boolean | undefined;
  readonly stream_options?: { readonly include_usage?: boolean | null | undefined } | undefined;
}

function streaming({ stream, stream_options: how, return_token_ids: ids }: Streaming) {
  return { stream: stream ?? false, includeUsage: how?.include_usage ?? false, ids: ids ?? false };
}

function addWhiteBox(app: Hono, options: AppOptions): void {
  const { desks, timeoutMs, mostNumbers } = options;
  app.get('/v1/touchstone/hooks', async (context) => {
    const name =
      context.req.query('model') ?? (desks.all.length === 1 ? desks.all[0]!.name : undefined);
    if (name === undefined) badRequest('expected ?model=NAME', 'model');
    return context.json(await hooksOf(desks.named(name)));
  });
  app.post('/v1/touchstone/read', async (context) => {
    const body = parseBody(readRequest, await jsonOf(context, options.bodyBytes));
    const limits = { gone: context.req.raw.signal, timeoutMs, mostNumbers };
    return context.json(await readAt(desks.named(body.model), body, limits));
  });
  app.post('/v1/touchstone/lens', async (context) => {
    const body = parseBody(lensRequest, await jsonOf(context, options.bodyBytes));
    const limits = { gone: context.req.raw.signal, timeoutMs };
    return context.json(await lensOf(desks.named(body.model), body, limits));
  });
  app.post('/v1/touchstone/compare', async (context) => {
    const body = parseBody(compareRequest, await jsonOf(context, options.bodyBytes));
    const limits = { gone: context.req.raw.signal, timeoutMs };
    return context.json(await comparedBy(desks.named(body.model), body, limits));
  });
  app.post('/v1/touchstone/latents', async (context) => {
    const body = parseBody(latentsRequest, await jsonOf(context, options.bodyBytes));
    const limits = { gone: context.req.raw.signal, timeoutMs };
    return context.json(await latentsOf(desks.named(body.model), body, limits));
  });
}
