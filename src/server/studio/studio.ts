/** @file The studio's own routes: what can be opened, audits that run, runs that lie on disk. */
import type { Context, Hono } from 'hono';
import { deleteRun, findRun, listRuns, readReport } from '../../store/index.ts';
import { jsonOf } from '../body.ts';
import type { Desks } from '../desks.ts';
import { eventStream } from '../routes/events.ts';
import { parseBody } from '../schema/fields.ts';
import { Audits } from './audits.ts';
import { Dictionaries } from './dictionaries.ts';
import { addDictionaries } from './dictionaryRoutes.ts';
import { addGames } from './games/routes.ts';
import { addPage } from './page.ts';
import type { StudioOptions } from './ports.ts';
import { runAnswer, Samples } from './runs.ts';
import { auditRequest, openRequest } from './schema.ts';

/** Where the studio's routes begin. */
const AT = '/v1/touchstone';

interface Around {
  readonly desks: Desks;
  readonly bodyBytes: number;
  /** Longest work for one request. */
  readonly timeoutMs: number;
  /** Most numbers that are read at once. */
  readonly mostNumbers: number;
}

/** Adds page and routes; gives back what ends the processes that they start. */
export function addStudio(app: Hono, options: StudioOptions, around: Around): () => Promise<void> {
  const audits = new Audits(options.startAudit);
  const dictionaries = new Dictionaries(options);
  addPage(app, options.page);
  addShelf(app, options, dictionaries, around);
  addDictionaries(app, dictionaries, options, around);
  addAudits(app, audits, around);
  addRuns(app, options);
  const endGames = addGames(app, options, around.bodyBytes);
  return async () => {
    await Promise.all([audits.close(), dictionaries.close(), endGames()]);
  };
}

function addShelf(
  app: Hono,
  options: StudioOptions,
  dictionaries: Dictionaries,
  { desks, bodyBytes }: Around,
): void {
  app.get(`${AT}/shelf`, async (context) =>
    context.json({ ...(await options.shelf()), runs: options.runs }),
  );
  app.post(`${AT}/models`, async (context) => {
    const { model } = parseBody(openRequest, await jsonOf(context, bodyBytes));
    // The one who looks at the page is the one who runs the server: why it fails is told.
    await desks.open({
      name: model,
      start: () => options.startModel(model, dictionaries.namedFor(model)),
    });
    return context.json({ model, open: true });
  });
  app.delete(`${AT}/models/:model{.+}`, async (context) => {
    const model = context.req.param('model');
    await desks.remove(model);
    return context.json({ model, open: false });
  });
  app.post(`${AT}/story`, async (context) => {
    const { model } = parseBody(openRequest, await jsonOf(context, bodyBytes));
    return context.json(options.story(model));
  });
}

function addAudits(app: Hono, audits: Audits, { bodyBytes }: Around): void {
  app.get(`${AT}/audits`, (context) => context.json({ audits: audits.states }));
  app.post(`${AT}/audits`, async (context) =>
    context.json(audits.start(parseBody(auditRequest, await jsonOf(context, bodyBytes)))),
  );
  app.get(`${AT}/audits/:id/events`, (context) => {
    const leaving = new AbortController();
    const states = audits.named(context.req.param('id')).watch(leaving.signal);
    return eventStream(told(states), () => leaving.abort());
  });
  app.delete(`${AT}/audits/:id`, async (context) => {
    const audit = audits.named(context.req.param('id'));
    await audit.stop();
    return context.json(audit.state);
  });
}

async function* told(states: AsyncGenerator<unknown>): AsyncGenerator<string> {
  for await (const state of states) yield JSON.stringify(state);
}

function addRuns(app: Hono, { runs }: StudioOptions): void {
  const samples = new Samples(runs);
  const name = (context: Context) => context.req.param('run')!;
  app.get(`${AT}/runs`, async (context) => {
    const entries = await listRuns(runs);
    return context.json({ folder: runs, runs: entries.map((entry) => runAnswer(runs, entry)) });
  });
  app.get(`${AT}/runs/:run`, async (context) =>
    context.json(runAnswer(runs, await findRun(runs, name(context)))),
  );
  app.get(`${AT}/runs/:run/report.json`, async (context) =>
    context.body(await readReport(runs, name(context), 'report.json'), 200, {
      'content-type': 'application/json',
    }),
  );
  app.get(`${AT}/runs/:run/report.html`, async (context) =>
    context.body(await readReport(runs, name(context), 'report.html'), 200, {
      'content-type': 'text/html; charset=utf-8',
      // To be saved: as a page of this server it would have the page's rights.
      'content-disposition': 'attachment; filename="report.html"',
      'content-security-policy': 'sandbox',
    }),
  );
  app.get(`${AT}/runs/:run/samples`, async (context) =>
    context.json(await samples.page(name(context), context.req.query())),
  );
  app.delete(`${AT}/runs/:run`, async (context) => {
    await deleteRun(runs, name(context));
    return context.json({ deleted: name(context) });
  });
}
