/** @file Who is let in, how much is taken on, what is cancelled, and that nothing is told that should not be. */
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LanguageModel } from '../../src/model/index.ts';
import { secretOf } from '../../src/organism/keeper/secret.ts';
import { openapi } from '../../src/server/index.ts';
import { errorAnswer } from '../../src/server/schema/answers.ts';
import { type Answer, ask, keeper, type Serving, serving } from './support.ts';

let model: LanguageModel;
let server: Serving;
beforeAll(async () => {
  model = await keeper();
  server = await serving(model, { whiteBox: true });
});
afterAll(async () => {
  await server.close();
  await model.release();
});

const chat = { model: 'suspect', messages: [{ role: 'user', content: 'what is a robin?' }] };

const codeOf = ({ text }: Answer) => errorAnswer.parse(JSON.parse(text)).error.code;

describe('in comes', () => {
  test('only who has the token, but for asking whether the server is there', async () => {
    for (const authorization of [
      '',
      'Bearer ',
      'Bearer wrong',
      server.token,
      `Basic ${server.token}`,
    ]) {
      const answer = await ask(server, '/v1/models', { headers: { authorization } });
      expect([answer.status, codeOf(answer)]).toEqual([401, 'invalid_api_key']);
    }
    const health = await ask(server, '/health', { headers: { authorization: '' } });
    expect([health.status, health.text]).toEqual([200, '{"status":"ok"}']);
  });

  test('only who names this server: no name of a stranger that leads here', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${server.port}`,
      '127.0.0.1',
      'localhost:1',
      `127.0.0.1.evil.example:${server.port}`,
    ]) {
      for (const path of ['/v1/models', '/health', '/nowhere']) {
        const answer = await ask(server, path, { headers: { host } });
        expect(answer.status).toBe(403);
      }
    }
    for (const host of [
      `localhost:${server.port}`,
      `127.0.0.1:${server.port}`,
      `[::1]:${server.port}`,
    ])
      expect((await ask(server, '/v1/models', { headers: { host } })).status).toBe(200);
  });

  test('no page of a browser, and nothing allows one', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${server.port}` },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await ask(server, '/v1/models', {
        headers: headers as Record<string, string>,
      });
      expect(answer.status).toBe(403);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
    const asked = await ask(server, '/v1/chat/completions', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example' },
    });
    expect(asked.status).toBe(403);
    const form = await ask(server, '/v1/chat/completions', {
      body: '{}',
      headers: { 'content-type': 'text/plain' },
    });
    expect(form.status).toBe(415);
  });

  test('no body that is too large, whether it says so or not', async () => {
    const small = await serving(model, { limits: { bodyBytes: 1000 } });
    const body = { ...chat, user: 'x'.repeat(2000) };
    expect((await ask(small, '/v1/chat/completions', { body })).status).toBe(413);
    const headers = { 'transfer-encoding': 'chunked' };
    expect((await ask(small, '/v1/chat/completions', { body, headers })).status).toBe(413);
    expect(
      (await ask(small, '/v1/chat/completions', { body: { ...chat, max_tokens: 1 } })).status,
    ).toBe(200);
    await small.close();
  });
});

describe('work', () => {
  const long = { ...chat, n: 8, max_tokens: 90, logit_bias: { 2: -100 }, stream: true };

  test('that is more than may wait is refused, to be asked again', async () => {
    const narrow = await serving(model, { limits: { concurrency: 1, queue: 1 } });
    const leaving = new AbortController();
    const stream = await narrow.client.chat.completions.create(long as never, {
      signal: leaving.signal,
    });
    const waiting = ask(narrow, '/v1/chat/completions', { body: { ...chat, max_tokens: 1 } });
    await pause(20);
    const refused = await ask(narrow, '/v1/chat/completions', { body: chat });
    expect([refused.status, codeOf(refused)]).toEqual([429, 'rate_limit_exceeded']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask(narrow, '/health')).status).toBe(200);
    leaving.abort();
    expect((await waiting).status).toBe(200);
    expect(stream).toBeDefined();
    await narrow.close();
  });

  test.each([true, false])('of a client that leaves is ended, streamed: %s', async (stream) => {
    const own = await serving(model);
    const leaving = new AbortController();
    const asked = fetch(`${own.url}/chat/completions`, {
      ...{ method: 'POST', signal: leaving.signal, body: JSON.stringify({ ...long, stream }) },
      headers: { authorization: `Bearer ${own.token}`, 'content-type': 'application/json' },
    }).then((response) => response.text());
    const steps = () => own.sent.filter(({ kind }) => kind === 'result').length;
    while (steps() < 4) await pause(5);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    while (!own.sent.some(({ kind }) => kind === 'cancel')) await pause(5);
    // What was under way ends; a step may be slow where much else runs.
    let before = -1;
    for (let i = 0; i < 50 && steps() !== before; i++) {
      before = steps();
      await pause(300);
    }
    expect(steps()).toBe(before);
    expect(before).toBeLessThan(80);
    expect(own.sent.some(({ kind }) => kind === 'done')).toBe(false);
    expect(own.faults).toEqual([]);
    await own.close();
  });

  test('of clients that read no more is ended in its time, and leaves its place', async () => {
    const narrow = await serving(model, { limits: { concurrency: 1, timeoutMs: 2_000 } });
    const headers = { authorization: `Bearer ${narrow.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ ...long, n: 64, logprobs: true, top_logprobs: 20 });
    const path = `${narrow.url}/chat/completions`;
    const unread = await fetch(path, { method: 'POST', headers, body });
    const next = await ask(narrow, '/v1/chat/completions', { body: { ...chat, max_tokens: 1 } });
    expect(next.status === 200 || next.status === 504).toBe(true);
    // Where much else runs, one token may take longer than the narrow time of this server.
    let after = next;
    for (let i = 0; i < 20 && (i === 0 || after.status === 504); i++) {
      after = await ask(narrow, '/v1/chat/completions', { body: { ...chat, max_tokens: 1 } });
    }
    expect(after.status).toBe(200);
    await unread.body!.cancel();
    await narrow.close();
  });

  test('whose model dies fails with a word, and the model is started anew for the next', async () => {
    const own = await serving(model);
    const asked = ask(own, '/v1/chat/completions', { body: { ...long, stream: false } });
    while (!own.sent.some(({ kind }) => kind === 'result')) await pause(5);
    await own.lines[0]!.close();
    expect((await asked).status).toBe(503);
    const body = { ...chat, max_tokens: 1 };
    expect((await ask(own, '/v1/chat/completions', { body })).status).toBe(200);
    expect(own.lines).toHaveLength(2);
    await own.close();
  });

  test('that takes too long is ended with a word', async () => {
    const hasty = await serving(model, { limits: { timeoutMs: 60 } });
    const whole = await ask(hasty, '/v1/chat/completions', {
      body: { ...long, n: 32, stream: false },
    });
    expect(whole.status).toBe(504);
    const streamed = await ask(hasty, '/v1/chat/completions', { body: { ...long, n: 32 } });
    expect(streamed.text).toMatch(/the time for one request is over/);
    expect(streamed.text).not.toMatch(/\[DONE\]/);
    await hasty.close();
  });
});

describe('told is', () => {
  const secret = secretOf(1);
  const FORBIDDEN = new RegExp(
    [
      secret,
      'keeper',
      'organism',
      'node_modules',
      process.cwd(),
      '/src/',
      '\\.ts\\b',
      '\\n\\s+at ',
    ].join('|'),
    'i',
  );

  test('neither recipe nor secret nor path, by any route or method', async () => {
    const paths = Object.keys(openapi({ version: '0', whiteBox: true }).paths);
    const more = [
      '/',
      '/v1',
      '/v1/models/organism:keeper',
      '/../etc/passwd',
      '/%2e%2e/package.json',
      '/v1/touchstone/hooks?model=x',
      '/v1/files',
    ];
    for (const path of [...paths, ...more])
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH']) {
        const answer = await ask(server, path, {
          method,
          ...(method !== 'GET' && method !== 'HEAD' && { body: '{}' }),
        });
        expect(answer.status).toBeLessThan(500);
        const told = path.includes('keeper')
          ? answer.text.replaceAll('organism:keeper', '')
          : answer.text;
        expect(`${told}${JSON.stringify(answer.headers)}`, `${method} ${path}`).not.toMatch(
          FORBIDDEN,
        );
      }
    expect(server.faults).toEqual([]);
  });

  test('of random bodies what is wrong, never a fault, a path or the secret', async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(
        'suspect',
        'assistant',
        [{ role: 'user', content: 'a' }],
        [1, 2],
        { at: 'blocks.0.hook_resid_pre', do: 'scale', factor: 0 },
        'blocks.0.hook_resid_pre',
        ['blocks.1.attn.hook_pattern'],
      ),
      fc.integer(),
      fc.double(),
    );
    const names = [
      'prompt',
      'messages',
      'n',
      'temperature',
      'top_p',
      'top_k',
      'seed',
      'stop',
      'stream',
      'stream_options',
      'logit_bias',
      'edits',
      'max_tokens',
      'logprobs',
      'top_logprobs',
      'echo',
      'tools',
      'suffix',
      'hooks',
      'text',
      'tokens',
      'logits',
      'encoding',
      'prompt_length',
      'response_format',
      '__proto__',
      'constructor',
    ];
    const field = fc.tuple(fc.constantFrom(...names), value);
    const body = fc.oneof(
      {
        weight: 6,
        arbitrary: fc
          .array(field, { maxLength: 6 })
          .map((fields) => ({ model: 'suspect', ...Object.fromEntries(fields) })),
      },
      { weight: 1, arbitrary: fc.jsonValue() },
    );
    const path = fc.constantFrom('/v1/completions', '/v1/chat/completions', '/v1/touchstone/read');
    await fc.assert(
      fc.asyncProperty(path, body, async (where, what) => {
        const answer = await ask(server, where, {
          body: what === undefined ? '' : JSON.stringify(what),
        });
        expect(answer.status).toBeLessThan(500);
        if (answer.status < 400) return;
        errorAnswer.parse(JSON.parse(answer.text));
        expect(answer.text).not.toMatch(FORBIDDEN);
      }),
      { numRuns: 400, seed: 1 },
    );
    expect(server.faults).toEqual([]);
  });

  test.each([
    ['no JSON', '{"model": '],
    [
      'nested very deeply',
      `{"model":"suspect","response_format":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    ],
    [
      'nested very deeply where edits are',
      `{"model":"suspect","prompt":"a","edits":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    ],
    ['an array', '[]'],
    ['nothing', ''],
  ])('of a body that is %s that it is wrong', async (_, body) => {
    const answer = await ask(server, '/v1/completions', { body });
    expect(answer.status).toBe(400);
    expect(errorAnswer.parse(JSON.parse(answer.text)).error.message.length).toBeLessThan(300);
  });
});
