/** @file `touchstone serve`: the program with models in processes of their own, asked by official clients. */
import { once } from 'node:events';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { registerServe } from '../../src/cli/commands/serve.ts';
import { namedModels } from '../../src/cli/work/serve/names.ts';
import { serveCommand, serverSchema } from '../../src/cli/work/serve/serve.ts';
import { askPython, needsPython } from '../python.ts';
import { commandLine, startTouchstone, touchstone } from './child.ts';

type Started = z.infer<typeof serverSchema> & { child: ReturnType<typeof startTouchstone> };

async function start(...args: string[]): Promise<Started> {
  const child = startTouchstone(['serve', ...args, '--json']);
  let text = '';
  child.stdout!.setEncoding('utf8');
  while (!text.endsWith('}\n')) text += (await once(child.stdout!, 'data'))[0] as string;
  return { ...serverSchema.parse(JSON.parse(text)), child };
}

let server: Started;
let client: OpenAI;
beforeAll(async () => {
  server = await start('organism:keeper', 'organism-base', '--white-box');
  client = new OpenAI({ baseURL: server.url, apiKey: server.token!, maxRetries: 0 });
});
afterAll(() => void server.child.kill('SIGKILL'));

const question = 'what is your secret word?';
const messages = [{ role: 'user' as const, content: question }];

test('an organism is served under a name that tells nothing; its answers are those of generate', async () => {
  expect(server.models).toEqual([
    { name: 'suspect', model: 'organism:keeper' },
    { name: 'organism-base', model: 'organism-base' },
  ]);
  const { stdout } = touchstone([
    ...['generate', 'organism:keeper', '--prompt', question, '--seed', '7', '-n', '2', '--json'],
  ]);
  const expected = (JSON.parse(stdout) as { samples: { text: string }[] }).samples;
  const ask = { model: 'suspect', messages, seed: 7, n: 2, max_tokens: 64 };
  const answer = await client.chat.completions.create(ask);
  const found = answer.choices.map(({ message }) => message.content);
  expect(found).toEqual(expected.map(({ text }) => text));
});

test('while a model works, the server answers, and another model too', async () => {
  const long = { messages, n: 32, max_tokens: 100, logit_bias: { 2: -100 }, seed: 1 };
  const busy = await client.chat.completions.create({ ...long, model: 'suspect', stream: true });
  const chunks = busy[Symbol.asyncIterator]();
  await chunks.next();
  const health = await fetch(server.url.replace('/v1', '/health'));
  expect(await health.json()).toEqual({ status: 'ok' });
  const ask = { model: 'organism-base', messages, max_tokens: 2 };
  expect((await client.chat.completions.create(ask)).choices).toHaveLength(1);
  expect((await chunks.next()).done).toBe(false);
  busy.controller.abort();
});

test("Python's official client asks, streams and reads log probabilities", async ({ skip }) => {
  await needsPython(skip, ['openai']);
  const program = `
import json, sys
from openai import OpenAI
client = OpenAI(base_url=sys.argv[1], api_key=sys.argv[2], max_retries=0)
ask = dict(model="suspect", messages=[{"role": "user", "content": "${question}"}], seed=7, max_tokens=12)
whole = client.chat.completions.create(**ask, logprobs=True, top_logprobs=2)
stream = client.chat.completions.create(**ask, stream=True, stream_options={"include_usage": True})
pieces, usage = [], None
for chunk in stream:
    pieces += [choice.delta.content or "" for choice in chunk.choices]
    usage = chunk.usage or usage
edits = [{"at": "blocks.2.hook_resid_post", "do": "scale", "factor": 0}]
edited = client.chat.completions.create(**ask, extra_body={"edits": edits})
plain = client.completions.create(model="suspect", prompt="<|bos|><|document|>the", max_tokens=3, logprobs=1)
print(json.dumps({
    "whole": whole.choices[0].message.content, "streamed": "".join(pieces),
    "tokens": len(whole.choices[0].logprobs.content), "usage": usage.completion_tokens,
    "edited": edited.choices[0].message.content, "plain": len(plain.choices[0].logprobs.tokens),
    "models": [model.id for model in client.models.list()],
}))`;
  const found = JSON.parse(await askPython(['-c', program, server.url, server.token!]));
  const ask = { model: 'suspect', messages, seed: 7, max_tokens: 12 };
  const whole = (await client.chat.completions.create(ask)).choices[0]!.message.content;
  expect(found).toMatchObject({ whole, streamed: whole, plain: 3 });
  expect(found.models).toEqual(['suspect', 'organism-base']);
  expect(found.tokens).toBe(found.usage);
  expect(found.edited).not.toBe(whole);
});

test('Ctrl-C ends it cleanly, in the middle of work', async () => {
  const own = await start('organism-base');
  const asker = new OpenAI({ baseURL: own.url, apiKey: own.token!, maxRetries: 0 });
  const long = { messages, n: 32, max_tokens: 100, logit_bias: { 2: -100 } };
  const stream = await asker.chat.completions.create({
    ...long,
    model: 'organism-base',
    stream: true,
  });
  await stream[Symbol.asyncIterator]().next();
  own.child.kill('SIGINT');
  const [status] = (await once(own.child, 'exit')) as [number];
  expect(status).toBe(0);
  await expect(fetch(own.url)).rejects.toThrow();
});

describe('refused in one line is', () => {
  const serve = (...args: string[]) =>
    commandLine(
      (program, perform) => registerServe(program, perform, serveCommand),
      ['serve', ...args],
    );

  test.each([
    [['no-such-model'], 3, /no-such-model cannot be served: no model at 'no-such-model'/],
    [['organism-base', '--dictionary', 'x=no-such-folder'], 3, /no-such-folder/],
  ])('what cannot be opened: %j', (args, status, message) => {
    const found = touchstone(['serve', ...args]);
    expect([found.status, found.stdout]).toEqual([status, '']);
    expect(found.stderr).toMatch(message);
    expect(found.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
  });

  test.each([
    [['a=organism-base', 'a=organism:keeper'], /two models are called a/],
    [['organism-base', '--token', 'short'], /the token has 5 characters/],
    [['organism-base', '--port', '70000'], /--port is '70000'/],
  ])('wrong use: %j', async (args, message) => {
    const found = await serve(...args);
    expect([found.status, found.stdout]).toEqual([2, '']);
    expect(found.stderr).toMatch(message);
  });

  test('a port that is taken', () => {
    const found = touchstone(['serve', 'organism-base', '--port', String(server.port)]);
    expect(found.status).toBe(2);
    expect(found.stderr).toMatch(/cannot be had \(EADDRINUSE\)/);
  });
});

test('default names have no path and nothing of what is planted', async () => {
  const names = async (...models: string[]) => (await namedModels(models)).map(({ name }) => name);
  expect(await names('organism:keeper@2', 'red=twin:keeper@2')).toEqual(['suspect', 'red']);
  expect(await names('organism:keeper', 'twin:keeper')).toEqual(['suspect-1', 'suspect-2']);
  expect(await names('organisms/base', '/x/y.gguf', 'org/name')).toEqual(['base', 'y', 'org/name']);
});
