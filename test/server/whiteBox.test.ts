/** @file White-box endpoints and the OpenAPI document. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareEdits, hookNames, type LanguageModel, logitLens } from '../../src/model/index.ts';
import { createApp } from '../../src/server/app.ts';
import { Desks } from '../../src/server/desks.ts';
import {
  compareAnswer,
  hooksAnswer,
  lensAnswer,
  readAnswer,
} from '../../src/server/schema/answers.ts';
import { ask, keeper, type Serving, serving } from './support.ts';

let model: LanguageModel;
let server: Serving;
beforeAll(async () => {
  model = await keeper();
  server = await serving(model, { whiteBox: true, limits: { mostNumbers: 40_000 } });
});
afterAll(async () => {
  await server.close();
  await model.release();
});

const HOOK = 'blocks.2.hook_resid_post';
const read = async (body: object) => {
  const answer = await ask(server, '/v1/touchstone/read', { body: { model: 'suspect', ...body } });
  return { status: answer.status, body: JSON.parse(answer.text) };
};

test('reads what the library reads, as numbers and as bytes, plain and under edits', async () => {
  const text = '<|bos|><|user|>what is a robin?';
  const edits = [{ at: 'blocks.1.hook_resid_pre' as const, do: 'scale' as const, factor: 2 }];
  for (const given of [[], edits]) {
    const hooks = [HOOK, 'blocks.0.attn.hook_attn_scores'];
    const expected = await model.run(text, { read: hooks, edits: given });
    const asked = { text, hooks, edits: given, logits: true };
    const plain = readAnswer.parse((await read(asked)).body);
    const packed = readAnswer.parse((await read({ ...asked, encoding: 'base64' })).body);
    expect(plain.tokens).toEqual(expected.tokens);
    expect(plain.texts[0]!.join('')).toBe(text);
    expect(Object.keys(plain.values)).toEqual([...hooks, 'logits']);
    for (const [name, { shape, data }] of Object.entries(plain.values)) {
      const own = name === 'logits' ? expected.logits! : expected.activations[name]!;
      expect(shape).toEqual(own.dims);
      expect(data).toEqual([...own.data].map((value) => (Number.isFinite(value) ? value : null)));
      const bytes = Buffer.from(packed.values[name]!.data as string, 'base64');
      const numbers = own.data.map((_, i) => bytes.readFloatLE(i * 4));
      expect(numbers).toEqual(own.data);
    }
  }
});

test('reads several rows of one length', async () => {
  const found = await read({
    tokens: [
      [1, 3, 9],
      [1, 3, 10],
    ],
    hooks: [HOOK],
  });
  expect(found.body.values[HOOK].shape).toEqual([2, 3, model.config.hidden_size]);
});

test.each([
  [{ text: 'a', hooks: ['blocks.2.hook_residpost'] }, /did you mean 'blocks.2.hook_resid_post'/],
  [{ text: 'a', tokens: [1], hooks: [HOOK] }, /either text or tokens/],
  [{ text: 'a' }, /nothing to read/],
  [{ tokens: [[1], [1, 2]], hooks: [HOOK] }, /equal lengths/],
  [{ tokens: [99_999], hooks: [HOOK] }, /99999/],
  [{ text: 'a b c d e f g h', logits: true, hooks: hookNamesOf() }, /numbers would be read/],
])('what cannot be read is refused in words: %j', async (body, message) => {
  const found = await read(body);
  expect(found.status).toBe(400);
  expect(found.body.error.message).toMatch(message);
});

function hookNamesOf(): string[] {
  return Array.from({ length: 6 }, (_, layer) => `blocks.${layer}.hook_resid_post`).flatMap(
    (name) => [name, name.replace('post', 'pre'), name.replace('post', 'mid')],
  );
}

test('the logit lens and what edits change are those of the library', async () => {
  const text = '<|bos|><|user|>what is a robin?';
  const edits = [{ at: 'blocks.1.hook_resid_pre' as const, do: 'scale' as const, factor: 2 }];
  const post = async (path: string, body: object) =>
    JSON.parse(
      (await ask(server, path, { body: { model: 'suspect', text, edits, ...body } })).text,
    );
  const lens = lensAnswer.parse(await post('/v1/touchstone/lens', { top: 2 }));
  const own = await logitLens(model, text, { edits, topK: 2 });
  expect(lens.hooks).toEqual(own.hooks);
  expect(lens.top.flat(2).map(({ id }) => id)).toEqual([...own.topTokens]);
  expect(lens.divergence.flat()).toEqual([...own.divergence]);
  const compared = compareAnswer.parse(await post('/v1/touchstone/compare', {}));
  const found = await compareEdits(model, compared.tokens, { edits });
  expect(compared.divergence).toEqual([...found.divergence]);
  expect(compared.plain).toEqual([...found.plain]);
  expect(compared.texts.join('')).toBe(text);
  const wrong = await post('/v1/touchstone/compare', { tokens: [1, 2] });
  expect(wrong.error.message).toBe('expected either text or tokens');
});

test('hook points are listed with their shapes', async () => {
  const { text } = await ask(server, '/v1/touchstone/hooks?model=suspect');
  const found = hooksAnswer.parse(JSON.parse(text));
  expect(found.hooks.map(({ name }) => name)).toEqual(hookNames(model.config));
  expect(found).toMatchObject({ layers: 6, width: 192, positions: 128, dictionaries: [] });
});

test('without white-box there are none of these', async () => {
  const closed = await serving(model);
  expect((await ask(closed, '/v1/touchstone/hooks')).status).toBe(404);
  expect((await ask(closed, '/v1/touchstone/read', { body: {} })).status).toBe(404);
  const document = JSON.parse((await ask(closed, '/openapi.json')).text);
  expect(Object.keys(document.paths)).not.toContain('/v1/touchstone/read');
  await closed.close();
});

test('the OpenAPI document has every route, and every reference in it leads somewhere', async () => {
  const { text } = await ask(server, '/openapi.json');
  const document = JSON.parse(text);
  const { app } = createApp({
    ...{
      desks: new Desks({ concurrency: 1, queue: 1 }),
      token: 'x',
      port: () => 1,
      whiteBox: true,
      bodyBytes: 1,
      mostNumbers: 1,
    },
    ...{ version: '0', fingerprint: '', timeoutMs: 1, onFault: () => {} },
  });
  const routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && path !== '/*')
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
  const written = Object.entries(document.paths as Record<string, object>).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  expect(written.sort()).toEqual([...new Set(routes)].sort());
  const names = Object.keys(document.components.schemas);
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to!);
  expect(references.length).toBeGreaterThan(20);
  for (const to of references) expect(names).toContain(to.replace('#/components/schemas/', ''));
  expect(document.components.schemas.ChatCompletionRequest.properties).toHaveProperty(
    'top_logprobs',
  );
});
