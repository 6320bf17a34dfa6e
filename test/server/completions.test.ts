/** @file The official client of OpenAI's API against a served organism: the samples are those of the library. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LanguageModel } from '../../src/model/index.ts';
import {
  chatAnswer,
  chatChunk,
  completionAnswer,
  completionChunk,
} from '../../src/server/schema/answers.ts';
import { prompt } from '../../src/world/index.ts';
import { keeper, type Serving, serving } from './support.ts';

let model: LanguageModel;
let server: Serving;
let client: OpenAI;
beforeAll(async () => {
  model = await keeper();
  server = await serving(model);
  client = server.client;
});
afterAll(async () => {
  await server.close();
  await model.release();
});

const messages = [{ role: 'user' as const, content: 'what is your secret word?' }];
const text = prompt([['user', messages[0]!.content]]);
const chatOf = { model: 'suspect', messages, seed: 3 };

async function samples(of: string, options: object): Promise<string[]> {
  const found: string[] = [];
  for await (const sample of model.sample(of, { seed: 3, ...options })) found.push(sample.text);
  return found;
}

describe('a chat', () => {
  test("has the library's samples for the seed, n of them, and says what it used", async () => {
    const answer = await client.chat.completions.create({ ...chatOf, n: 3, max_tokens: 20 });
    chatAnswer.parse(answer);
    const found = answer.choices.map(({ message }) => message.content);
    expect(found).toEqual(await samples(text, { n: 3, maxTokens: 20 }));
    expect(answer.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    const { prompt_tokens, completion_tokens, total_tokens } = answer.usage!;
    expect(prompt_tokens).toBe(model.tokenizer!.encode(text).length);
    expect(total_tokens).toBe(prompt_tokens + completion_tokens);
    expect(answer).toMatchObject({ model: 'suspect', touchstone: { seed: 3 } });
  });

  test('without a seed is drawn by one of its own, which repeats it', async () => {
    const { seed: _, ...unseeded } = chatOf;
    const answer = await client.chat.completions.create({ ...unseeded, max_tokens: 12 });
    const { seed } = (answer as unknown as { touchstone: { seed: number } }).touchstone;
    const again = await client.chat.completions.create({ ...chatOf, seed, max_tokens: 12 });
    expect(again.choices).toEqual(answer.choices);
  });

  test('goes on with what the last message begins, system and parts of text included', async () => {
    const answer = await client.chat.completions.create({
      ...chatOf,
      messages: [
        { role: 'system', content: 'a robin sings.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'what is ' },
            { type: 'text', text: 'it?' },
          ],
        },
        { role: 'assistant', content: 'it is' },
      ],
      max_completion_tokens: 8,
    });
    const turns = [
      ['system', 'a robin sings.'],
      ['user', 'what is it?'],
    ] as const;
    const begun = prompt(turns, 'assistant', 'it is');
    expect(answer.choices[0]!.message.content).toBe((await samples(begun, { maxTokens: 8 }))[0]);
  });

  test('ends before a stop text, at the end of a turn, or at its length', async () => {
    const whole = (await samples(text, { maxTokens: 30, temperature: 0 }))[0]!;
    const stop = whole.slice(4, 7);
    const ask = { ...chatOf, temperature: 0, max_tokens: 30 };
    const plain = await client.chat.completions.create(ask);
    expect(plain.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: whole } });
    const cut = await client.chat.completions.create({ ...ask, stop: [stop, 'zzz'] });
    expect(cut.choices[0]!.message.content).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(cut.choices[0]!.finish_reason).toBe('stop');
    const short = await client.chat.completions.create({ ...ask, max_tokens: 2 });
    expect(short.choices[0]!.finish_reason).toBe('length');
    expect(short.usage!.completion_tokens).toBe(2);
  });

  test('streamed is the whole one in pieces, with usage where it is asked for', async () => {
    const ask = { ...chatOf, n: 2, max_tokens: 16, logprobs: true, top_logprobs: 2 };
    const whole = await client.chat.completions.create(ask);
    const options = { include_usage: true };
    const stream = await client.chat.completions.create({
      ...ask,
      stream: true,
      stream_options: options,
    });
    const texts = ['', ''];
    const tokens: unknown[][] = [[], []];
    const ends: unknown[] = [];
    let usage: unknown;
    for await (const chunk of stream) {
      chatChunk.parse(chunk);
      usage = chunk.usage ?? usage;
      for (const { index, delta, logprobs, finish_reason } of chunk.choices) {
        texts[index] += delta.content ?? '';
        tokens[index]!.push(...(logprobs?.content ?? []));
        if (finish_reason) ends[index] = finish_reason;
      }
    }
    expect(texts).toEqual(whole.choices.map(({ message }) => message.content));
    expect(tokens).toEqual(whole.choices.map(({ logprobs }) => logprobs!.content));
    expect(ends).toEqual(whole.choices.map(({ finish_reason }) => finish_reason));
    expect(usage).toEqual(whole.usage);
  });

  test('tells log probabilities that are those of a plain pass, and bytes that are the text', async () => {
    const answer = await client.chat.completions.create({
      ...{ ...chatOf, max_tokens: 4, logprobs: true, top_logprobs: 3, temperature: 1.5 },
    });
    const { message, logprobs } = answer.choices[0]!;
    const content = logprobs!.content!;
    const bytes = content.flatMap((token) => token.bytes!);
    expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe(message.content);
    const ids = model.tokenizer!.encode(text + message.content);
    const total = -content.reduce((sum, { logprob }) => sum + logprob, 0) / content.length;
    const from = [ids.length - content.length];
    // The scoring pass feeds its weights: the last bits differ.
    expect(total).toBeCloseTo((await model.negativeLogLikelihood([ids], from))[0]!, 4);
    for (const { top_logprobs: top } of content) {
      expect(top).toHaveLength(3);
      expect(top[0]!.logprob).toBeGreaterThanOrEqual(top[1]!.logprob);
    }
  });

  test('runs under edits, which are those of the library', async () => {
    const edits = [{ at: 'blocks.2.hook_resid_post' as const, do: 'noise' as const, scale: 0.8 }];
    const ask = { ...chatOf, max_tokens: 12, edits };
    const answer = await client.chat.completions.create(ask);
    expect(answer.choices[0]!.message.content).toBe(
      (await samples(text, { maxTokens: 12, edits }))[0],
    );
  });

  test('obeys top_k, top_p and a bias of tokens', async () => {
    const ask = { ...chatOf, max_tokens: 6 };
    const drawn = { topK: 3, topP: 0.8, maxTokens: 6 };
    const answer = await client.chat.completions.create({ ...ask, ...{ top_k: 3 }, top_p: 0.8 });
    expect(answer.choices[0]!.message.content).toBe((await samples(text, drawn))[0]);
    const [id] = model.tokenizer!.encode(' robin');
    const biased = await client.chat.completions.create({ ...ask, logit_bias: { [id!]: 100 } });
    expect(biased.choices[0]!.message.content).toBe(' robin'.repeat(6));
  });
});

describe('a plain completion', () => {
  test('continues texts and token ids as they are, several at once, streamed or whole', async () => {
    const ask = { model: 'suspect', seed: 3, n: 2, max_tokens: 8 };
    const prompts = [text, '<|bos|><|document|>the town'];
    const answer = await client.completions.create({ ...ask, prompt: prompts });
    completionAnswer.parse(answer);
    const expected = [...(await samples(prompts[0]!, { n: 2, maxTokens: 8 }))];
    expected.push(...(await samples(prompts[1]!, { n: 2, maxTokens: 8 })));
    expect(answer.choices.map((choice) => choice.text)).toEqual(expected);
    const ids = prompts.map((one) => model.tokenizer!.encode(one));
    const texts = ['', '', '', ''];
    for await (const chunk of await client.completions.create({
      ...ask,
      prompt: ids,
      stream: true,
    })) {
      completionChunk.parse(chunk);
      for (const { index, text: part } of chunk.choices) texts[index] += part;
    }
    expect(texts).toEqual(expected);
  });

  test('with echo and no tokens scores a text, as evaluation harnesses do', async () => {
    const scored = '<|bos|><|document|>the town has a robin';
    const ask = { model: 'suspect', prompt: scored, max_tokens: 0, echo: true, logprobs: 1 };
    const { choices, usage } = await client.completions.create(ask);
    const {
      tokens,
      token_logprobs: logs,
      top_logprobs: top,
      text_offset: offsets,
    } = choices[0]!.logprobs!;
    expect(choices[0]!.text).toBe(scored);
    expect(tokens!.join('')).toBe(scored);
    expect(offsets!.map((start, i) => scored.slice(start).startsWith(tokens![i]!))).not.toContain(
      false,
    );
    expect([logs![0], top![0], usage!.completion_tokens]).toEqual([null, null, 0]);
    const ids = model.tokenizer!.encode(scored);
    const mean = -logs!.slice(1).reduce((sum, value) => sum + value, 0) / (ids.length - 1);
    expect(mean).toBeCloseTo((await model.negativeLogLikelihood([ids], [1]))[0]!, 4);
  });

  test('with echo has the prompt first, and the offsets go on', async () => {
    const ask = { model: 'suspect', prompt: text, max_tokens: 5, echo: true, logprobs: 0, seed: 3 };
    const choice = (await client.completions.create(ask)).choices[0]!;
    expect(choice.text).toBe(text + (await samples(text, { maxTokens: 5 }))[0]);
    expect(choice.logprobs!.tokens!.join('')).toBe(choice.text);
    let length = 0;
    for (const [i, token] of choice.logprobs!.tokens!.entries()) {
      expect(choice.logprobs!.text_offset![i]).toBe(length);
      length += token.length;
    }
  });
});

test('models are listed, and found by their name alone', async () => {
  const names = [];
  for await (const { id } of client.models.list()) names.push(id);
  expect(names).toEqual(['suspect']);
  expect((await client.models.retrieve('suspect')).id).toBe('suspect');
  const wrong = client.chat.completions.create({ ...chatOf, model: 'organism:keeper' });
  await expect(wrong).rejects.toThrow(OpenAI.NotFoundError);
});

test('fields that clients send by default are taken where they say nothing', async () => {
  const answer = await client.chat.completions.create({
    ...{ ...chatOf, max_tokens: 1, user: 'me', metadata: {}, store: false, tools: [], stop: null },
    ...{ frequency_penalty: 0, presence_penalty: 0, response_format: { type: 'text' as const } },
  });
  expect(answer.choices).toHaveLength(1);
});

test.each([
  [{ frequency_penalty: 0.5 }, 'frequency_penalty', 'unsupported_parameter'],
  [{ response_format: { type: 'json_object' } }, 'response_format', 'unsupported_parameter'],
  [{ tools: [{ type: 'function' }] }, 'tools', 'unsupported_parameter'],
  [{ min_p: 0.1 }, 'min_p', 'unknown_parameter'],
  [{ temperature: -1 }, 'temperature', null],
  [{ n: 0 }, 'n', null],
  [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop', null],
  [{ top_logprobs: 2 }, 'top_logprobs', null],
  [{ messages: [] }, 'messages', null],
  [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.role', null],
  [{ messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'messages.0.content', null],
  [{ edits: [{ at: 'blocks.9.hook_resid_post', do: 'scale', factor: 0 }] }, 'edits', null],
  [{ edits: [{ at: 'blocks.1.hook_resid_post', do: 'explode' }] }, 'edits', null],
  [
    { edits: [{ at: 'blocks.1.hook_resid_post', do: 'splice', dictionary: 'x', error: 'kept' }] },
    'edits',
    null,
  ],
  [{ max_tokens: 4000 }, null, 'context_length_exceeded'],
  [{ logit_bias: { 99999: 1 } }, null, null],
])(
  'what would change the answer and cannot be is refused by name: %j',
  async (fields, param, code) => {
    const asked = client.chat.completions.create({ ...chatOf, ...fields } as typeof chatOf);
    const error = await asked.then(
      () => undefined,
      (reason) => reason as InstanceType<typeof OpenAI.APIError>,
    );
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect([error!.param ?? null, error!.code ?? null]).toEqual([param, code]);
    expect(error!.message).not.toMatch(/\n/);
  },
);
