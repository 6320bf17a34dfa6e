/** @file Requests to noised copies of a served model: the library's samples, few copies, several at once. */
import type OpenAI from 'openai';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type LanguageModel, type WeightNoise, withWeightNoise } from '../../src/model/index.ts';
import { Shelf } from '../../src/organism/index.ts';
import { MOST_NOISED, NoisedModels } from '../../src/server/host/noised.ts';
import { prompt } from '../../src/world/index.ts';
import { keeper, type Serving, serving } from './support.ts';

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

const messages = [{ role: 'user' as const, content: 'what is your secret word?' }];
const text = prompt([['user', messages[0]!.content]]);
const noiseOf = (seed: number, scale = 0.2): WeightNoise => ({ scale, seed, of: 'all' });

async function chat(noise: object): Promise<(string | null)[]> {
  const body = { model: 'suspect', messages, seed: 3, n: 2, max_tokens: 12, weight_noise: noise };
  const answer = await server.client.chat.completions.create(
    body as OpenAI.ChatCompletionCreateParamsNonStreaming,
  );
  return answer.choices.map(({ message }) => message.content);
}

async function library(noise: WeightNoise): Promise<string[]> {
  const noised = withWeightNoise(model, noise);
  const found: string[] = [];
  for await (const sample of noised.sample(text, { seed: 3, n: 2, maxTokens: 12 }))
    found.push(sample.text);
  await noised.release();
  return found;
}

test('more noises at once than copies are kept are all answered as the library does', async () => {
  const seeds = [1, 2, 3, 1];
  const answers = await Promise.all(seeds.map((seed) => chat({ scale: 0.2, seed })));
  const expected: string[][] = [];
  for (const seed of seeds) expected.push(await library(noiseOf(seed)));
  expect(answers).toEqual(expected);
});

test('activations are read of the noised model', async () => {
  const ask = async (noise?: object) => {
    const response = await fetch(`${server.url}/touchstone/read`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'suspect', text: 'the', logits: true, weight_noise: noise }),
    });
    return (await response.json()) as { values: { logits: { data: number[] } } };
  };
  const noised = withWeightNoise(model, noiseOf(0));
  const { logits } = await noised.run(['the']);
  expect((await ask({ scale: 0.2 })).values.logits.data).toEqual([...logits!.data]);
  expect(await ask({ scale: 0 })).toEqual(await ask());
  await noised.release();
});

test('what is no noise, and noise on an adapter that the host does not know, are refused by name', async () => {
  const wrong: [object, RegExp][] = [
    [{ scale: -1 }, /weight_noise/],
    [{ scale: 1, of: 'head' }, /weight_noise/],
    [{ scale: 1, of: 'adapter' }, /no adapter on a base/],
  ];
  for (const [noise, message] of wrong) {
    await expect(chat(noise)).rejects.toMatchObject({
      status: 400,
      param: expect.stringMatching(/^weight_noise/),
      message: expect.stringMatching(message),
    });
  }
});

test('few copies are in memory: used ones stay, the one idle longest goes, a job without room waits', async () => {
  const base = await new Shelf('organisms', model.runtime).base();
  const noised = new NoisedModels(model, async () => base);
  const watched = vi.spyOn(Object.getPrototypeOf(model), 'release');
  const open = async (noise: WeightNoise) => {
    const job = noised.with(noise, async function* (copy) {
      yield copy;
    });
    return { copy: (await job.next()).value as LanguageModel, end: () => job.return(undefined) };
  };
  try {
    expect(MOST_NOISED).toBe(2);
    const first = await open(noiseOf(1));
    const second = await open({ ...noiseOf(1), of: 'adapter' });
    const again = await open(noiseOf(1));
    expect(again.copy).toBe(first.copy);
    let third: Awaited<ReturnType<typeof open>> | undefined;
    const waiting = open(noiseOf(2)).then((job) => {
      third = job;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(third).toBeUndefined();
    await first.end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(third).toBeUndefined();
    await second.end();
    await waiting;
    expect(watched.mock.contexts).toEqual([second.copy]);
    await again.end();
    await third!.end();
  } finally {
    watched.mockRestore();
  }
});
