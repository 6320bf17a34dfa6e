/** @file A client of chat completions, against a server that fails in every way that servers do. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AnswerStore, ChatEndpoint, RememberedEndpoint } from '../../src/model/index.ts';

type Reply =
  | { status: number; body: string; headers?: Record<string, string> }
  | 'silence'
  | 'hang up';

const completion = (content: string | null, more: object = {}, finish = 'stop'): Reply => ({
  status: 200,
  body: JSON.stringify({
    choices: [{ message: { role: 'assistant', content, ...more }, finish_reason: finish }],
    usage: { prompt_tokens: 7, completion_tokens: 2 },
  }),
});

let server: Server;
let replies: Reply[] = [];
let asked: { headers: IncomingMessage['headers']; body: unknown; path: string | undefined }[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    asked.push({ headers: request.headers, body: JSON.parse(body), path: request.url });
    const reply = replies.length > 1 ? replies.shift()! : replies[0]!;
    if (reply === 'silence') return;
    if (reply === 'hang up') return void request.socket.destroy();
    response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function endpoint(given: Reply[], more: object = {}): ChatEndpoint {
  replies = given;
  asked = [];
  const { port } = server.address() as AddressInfo;
  return new ChatEndpoint({
    url: `http://127.0.0.1:${port}/v1/`,
    model: 'played',
    key: 'secret-key',
    pauseMs: 1,
    timeoutMs: 200,
    ...more,
  });
}

const QUESTION = { messages: [{ role: 'user', content: 'what is it?' }] } as const;

describe('an endpoint', () => {
  test('is asked for a chat completion, with its key, and its answer is read', async () => {
    const answer = await endpoint([completion('a stone')]).ask(QUESTION);
    expect(answer).toEqual({
      text: 'a stone',
      refused: false,
      finish: 'stop',
      promptTokens: 7,
      answerTokens: 2,
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]!.path).toBe('/v1/chat/completions');
    expect(asked[0]!.headers.authorization).toBe('Bearer secret-key');
    expect(asked[0]!.body).toMatchObject({ model: 'played', temperature: 0, ...QUESTION });
  });

  test.each([
    ['is busy', { status: 429, body: '', headers: { 'retry-after': '0' } }],
    ['breaks', { status: 503, body: 'no' }],
    ['sends a page', { status: 200, body: '<html>' }],
    ['hangs up', 'hang up'],
    ['says nothing', 'silence'],
  ] as [string, Reply][])('that %s is asked again', async (_, reply) => {
    const answer = await endpoint([reply, completion('yes')]).ask(QUESTION);
    expect(answer.text).toBe('yes');
    expect(asked).toHaveLength(2);
  });

  test('that never answers is given up with one line', async () => {
    const asking = endpoint([{ status: 500, body: '' }], { retries: 2 }).ask(QUESTION);
    await expect(asking).rejects.toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/status 500, 3 times/),
    });
    expect(asked).toHaveLength(3);
  });

  test('that refuses the request is not asked again, and its complaint is told without the key', async () => {
    const refusal = { status: 401, body: JSON.stringify({ error: { message: 'bad\nkey' } }) };
    const asking = endpoint([refusal]).ask(QUESTION);
    const error = await asking.catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ kind: 'input', message: expect.stringContaining('bad key') });
    expect(JSON.stringify(error)).not.toContain('secret-key');
    expect(asked).toHaveLength(1);
  });

  test('whose model refuses or is filtered says so', async () => {
    const ask = (reply: Reply) => endpoint([reply]).ask(QUESTION);
    expect(await ask(completion(null, { refusal: 'no' }))).toMatchObject({
      text: '',
      refused: true,
    });
    expect(await ask(completion('', {}, 'content_filter'))).toMatchObject({ refused: true });
  });

  test('stops with its signal', async () => {
    const controller = new AbortController();
    const asking = endpoint(['silence'], { timeoutMs: 60_000, signal: controller.signal }).ask(
      QUESTION,
    );
    controller.abort(new Error('stopped by the user'));
    await expect(asking).rejects.toThrow('stopped by the user');
  });

  test('has no more questions under way than it may', async () => {
    const one = endpoint([completion('yes')], { parallel: 2 });
    const answers = await Promise.all(Array.from({ length: 7 }, () => one.ask(QUESTION)));
    expect(answers).toHaveLength(7);
    expect(asked).toHaveLength(7);
  });

  test.each(['nowhere', 'ftp://example.org/v1'])('at %s is refused', (url) => {
    expect(() => new ChatEndpoint({ url, model: 'played' })).toThrow(/is no URL of an endpoint/);
  });
});

test('the same question is asked once, another one anew', async () => {
  const kept = new Map<string, unknown>();
  const store: AnswerStore = {
    recall: (key) => kept.get(key),
    record: async (key, value) => void kept.set(key, value),
  };
  const one = new RememberedEndpoint(endpoint([completion('yes')]), store);
  await Promise.all([one.ask(QUESTION), one.ask(QUESTION)]);
  await one.ask(QUESTION);
  expect(asked).toHaveLength(1);
  await one.ask({ ...QUESTION, temperature: 1 });
  expect(asked).toHaveLength(2);
  expect(one.counts.asked).toBe(2);
  expect([...kept.keys()].every((key) => /^[0-9a-f]{64}$/.test(key))).toBe(true);
});
