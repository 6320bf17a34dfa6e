/** @file The studio's routes of dictionaries. */
import type { Context, Hono } from 'hono';
import { jsonOf } from '../body.ts';
import { Deadline } from '../deadline.ts';
import type { Desks } from '../desks.ts';
import type { ReadValue } from '../line.ts';
import { badRequest } from '../problem.ts';
import { parseBody } from '../schema/fields.ts';
import type { Dictionaries } from './dictionaries.ts';
import { dictionaryRequest, type LatentsAnswer, latentsRequest } from './dictionarySchema.ts';
import type { StudioOptions } from './ports.ts';

const AT = '/v1/touchstone/dictionaries';
/** Latents of each token that are told, unless more are asked for. */
const TOP = 8;

interface Around {
  readonly desks: Desks;
  readonly bodyBytes: number;
  readonly timeoutMs: number;
  readonly mostNumbers: number;
}

export function addDictionaries(
  app: Hono,
  dictionaries: Dictionaries,
  options: StudioOptions,
  around: Around,
): void {
  const change = <Result>(work: () => Promise<Result>) =>
    changing(around.desks, dictionaries, options, work);
  app.get(AT, async (context) =>
    context.json({
      dictionaries: dictionaries.states,
      found: await options.foundDictionaries(),
      folder: options.runs,
    }),
  );
  app.post(AT, async (context) => {
    const request = parseBody(dictionaryRequest, await jsonOf(context, around.bodyBytes));
    return context.json(await change(() => dictionaries.open(request)));
  });
  app.delete(`${AT}/:name`, async (context) => {
    const { state } = dictionaries.named(nameOf(context));
    await change(() => dictionaries.remove(nameOf(context)));
    return context.json(state);
  });
  app.get('/v1/touchstone/runs/:run/curves', async (context) =>
    context.json(await options.curves(context.req.param('run'))),
  );
  addLatents(app, dictionaries, around);
}

function addLatents(app: Hono, dictionaries: Dictionaries, around: Around): void {
  const named = (context: Context) => dictionaries.named(nameOf(context));
  app.get(`${AT}/:name/latents`, async (context) =>
    context.json(await named(context).ask({ kind: 'table' })),
  );
  app.get(`${AT}/:name/latents/:latent{\\d+}`, async (context) => {
    const latent = Number(context.req.param('latent'));
    return context.json(await named(context).ask({ kind: 'latent', latent }));
  });
  app.get(`${AT}/:name/search`, async (context) => {
    const { text, by = 'activation' } = context.req.query();
    if (!text) badRequest('expected ?text=TEXT', 'text');
    if (by !== 'activation' && by !== 'logit') badRequest("by is 'activation' or 'logit'", 'by');
    return context.json(await named(context).ask({ kind: 'search', text, by }));
  });
  app.get(`${AT}/:name/map`, async (context) =>
    context.json(await named(context).ask({ kind: 'map' })),
  );
  app.get(`${AT}/:name/match`, async (context) => {
    const { path } = context.req.query();
    if (!path) badRequest('expected ?path=FOLDER', 'path');
    return context.json(await named(context).ask({ kind: 'match', path }));
  });
  app.post(`${AT}/:name/read`, async (context) => {
    const body = parseBody(latentsRequest, await jsonOf(context, around.bodyBytes));
    const gone = context.req.raw.signal;
    return context.json(await latentsOf(dictionaries, nameOf(context), body, { ...around, gone }));
  });
}

function nameOf(context: Context): string {
  return context.req.param('name')!;
}

/**
 * Changes what is open. Models learn of dictionaries when they are opened: the process of one that may name others
 * than before is started anew at the next question.
 */
async function changing<Result>(
  desks: Desks,
  dictionaries: Dictionaries,
  { startModel }: StudioOptions,
  change: () => Promise<Result>,
): Promise<Result> {
  const said = (model: string) => JSON.stringify(dictionaries.namedFor(model));
  const before = new Map(desks.all.map(({ name }) => [name, said(name)]));
  const result = await change();
  for (const { name } of desks.all) {
    if (before.get(name) === said(name)) continue;
    await desks.remove(name);
    desks.add({ name, start: () => startModel(name, dictionaries.namedFor(name)) });
  }
  return result;
}

/** A text's latents, token by token: the model's process reads, the dictionary's encodes. */
async function latentsOf(
  dictionaries: Dictionaries,
  name: string,
  body: ReturnType<typeof latentsRequest.parse>,
  { desks, gone, timeoutMs, mostNumbers }: Around & { readonly gone: AbortSignal },
): Promise<LatentsAnswer> {
  const dictionary = dictionaries.named(name);
  const hook = dictionary.state.frame?.dictionary.hook ?? dictionary.state.about?.hook;
  if (!hook) badRequest(`dictionary '${name}' does not say which hook point it reads`, 'name');
  const deadline = new Deadline(gone, timeoutMs);
  const order = {
    kind: 'read' as const,
    ...{ rows: [{ tokens: body.tokens }], hooks: [hook], logits: false },
    ...{ edits: body.edits ?? [], promptLength: body.prompt_length, mostNumbers },
  };
  let value: ReadValue | undefined;
  for await (const result of deadline.over(desks.named(body.model).ask(order, deadline.signal)))
    if (result.kind === 'values') value = result.values[hook];
  const rows = value!.data;
  const width = rows.length / body.tokens.length;
  const top = body.top ?? TOP;
  return {
    dictionary: name,
    hook,
    ...(await dictionary.ask({ kind: 'encode', rows, width, top })),
  };
}
