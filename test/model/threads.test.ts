/** @file Sampling in threads: the same samples, and an end that is clean however it comes. */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import type * as Built from '../../src/model/index.ts';
import {
  type DictionaryWeights,
  type Edit,
  LanguageModel,
  type SampleOptions,
} from '../../src/model/index.ts';
import { serve } from '../../src/model/threads/service.ts';
import { type OrtModule, Runtime, randomStream, type Thread } from '../../src/tensor/index.ts';
import { built } from '../built.ts';
import { randomTokens, refusal, samplesOf, tinyConfig, tinyModel } from './support.ts';

// Threads load compiled code, as users run it: Node 20 loads no TypeScript in a thread.
const compiled: typeof Built = await import(pathToFileURL(built('src/model/index.js')).href);

const noise: Edit[] = (['blocks.0.hook_resid_post', 'blocks.1.hook_resid_post'] as const).map(
  (at) => ({
    at,
    do: 'noise',
    scale: 0.4,
  }),
);

/** The tiny model as compiled code opens it, with its weights. */
function opened(seed = 1): LanguageModel {
  const { config, weights } = tinyModel({ vocab_size: 60 }, seed);
  const model = compiled.LanguageModel.create(config, compiled.nodeRuntime({ threads: 2 }));
  for (const [name, data] of weights.fused) model.weights.fused.get(name)!.set(data);
  return model as LanguageModel;
}

describe('samples are the same on any number of threads', () => {
  const model = opened();
  afterAll(() => model.release());
  const prompts = [5, 20, 5, 40].map((length, i) => randomTokens(1, length, i)[0]!);

  test.each<[string, SampleOptions]>([
    ['plain', {}],
    ['with noise', { edits: noise }],
    ['with a share of the likeliest tokens', { topK: 30, topP: 0.9, temperature: 2 }],
    ['in small batches', { edits: noise, batchSize: 5 }],
  ])('%s', async (_, options) => {
    const call = { n: 9, maxTokens: 30, seed: 4, stop: [3, 5], ...options };
    const alone = await samplesOf(model, prompts, { ...call, workers: 0 });
    expect(new Set(alone.map(({ tokens }) => tokens.length)).size).toBeGreaterThan(4);
    for (const workers of [1, 2, 4]) {
      expect(await samplesOf(model, prompts, { ...call, workers }), `${workers}`).toEqual(alone);
    }
  });

  const at = 'blocks.0.hook_resid_post';
  const latent = { dictionary: 'sae', latent: 2 };
  const [width, latents] = [model.config.hidden_size, 24];
  const arrays = (seed: number) => {
    const stream = randomStream(seed, 'dictionary');
    const numbers = (name: string, size: number) =>
      stream.at(name).fillNormal(new Float32Array(size));
    return {
      W_enc: numbers('W_enc', width * latents),
      b_enc: numbers('b_enc', latents),
      W_dec: numbers('W_dec', latents * width),
      b_dec: numbers('b_dec', width),
    };
  };
  const own = (value: number) => new Float32Array(latents).fill(value);

  test.each<[string, DictionaryWeights['activation']]>([
    ['relu', 'relu'],
    ['jumprelu', { jumprelu: own(0.3) }],
    ['topk', { topk: 3 }],
    ['gated', { gated: { gain: own(1.1), offset: own(0.1) } }],
    ['nearest', 'nearest'],
  ])('with edits of a dictionary: %s', async (_, activation) => {
    const dictionaries = { sae: { ...arrays(1), activation, applyDecoderBiasToInput: true } };
    const detector: Edit['when'] = { direction: latent, above: 0.2, scope: 'sequence' };
    const each: Edit[][] = [
      [{ at, do: 'add', vector: { ...latent, unit: true }, scale: 3, when: detector }],
      [{ at, do: 'latent', latents: [latent], change: 'shift', value: 2 }],
      [{ at, do: 'splice', dictionary: 'sae', error: 'dropped' }],
    ];
    const plain = await samplesOf(model, prompts, { n: 3, maxTokens: 20, workers: 0 });
    for (const edits of each) {
      const call = { n: 3, maxTokens: 20, edits, dictionaries };
      const alone = await samplesOf(model, prompts, { ...call, workers: 0 });
      expect(alone).not.toEqual(plain);
      expect(await samplesOf(model, prompts, { ...call, workers: 2 })).toEqual(alone);
    }
  });

  test('more dictionaries than threads keep: each edits as before', async () => {
    const edits: Edit[] = [{ at, do: 'add', vector: latent, scale: 5 }];
    const calls = Array.from({ length: 10 }, (_, seed) => {
      const dictionaries = { sae: { ...arrays(seed), activation: 'relu' as const } };
      return { n: 2, maxTokens: 8, edits, dictionaries, workers: 2 };
    });
    const first = [];
    for (const call of calls) first.push(await samplesOf(model, prompts, call));
    expect(new Set(first.map((samples) => JSON.stringify(samples))).size).toBe(10);
    for (const [i, call] of calls.entries()) {
      expect(await samplesOf(model, prompts, call)).toEqual(first[i]);
    }
  });

  test('samples come in order, and progress is told', async () => {
    const done: number[] = [];
    const reporter = (progress: { done: number }) => void done.push(progress.done);
    const options = { n: 6, maxTokens: 20, stop: [3], workers: 2, reporter };
    const places: number[] = [];
    for await (const { prompt, index } of model.sample(prompts, options)) {
      places.push(6 * prompt + index);
    }
    expect(places).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(done.at(-1)).toBe(24);
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });

  test('two calls at once get what each gets alone', async () => {
    const other = opened(2);
    const options = { n: 8, maxTokens: 25, stop: [3], workers: 2 };
    const expected = [
      await samplesOf(model, prompts, { ...options, workers: 0 }),
      await samplesOf(other, prompts, { ...options, workers: 0 }),
    ];
    const both = [samplesOf(model, prompts, options), samplesOf(other, prompts, options)];
    expect(await Promise.all(both)).toEqual(expected);
    await other.release();
  });

  test('more models than threads keep: each has its own samples again', async () => {
    const models = [1, 2, 3, 4, 5, 6].map(opened);
    const options = { n: 4, maxTokens: 8, stop: [], workers: 2 };
    const first = [];
    for (const each of models) first.push(await samplesOf(each, prompts, options));
    expect(new Set(first.map((samples) => JSON.stringify(samples))).size).toBe(6);
    for (const [i, each] of models.entries()) {
      expect(await samplesOf(each, prompts, options)).toEqual(first[i]);
    }
    for (const each of models) await each.release();
  });

  test('after a change of the weights, samples are those of the new weights', async () => {
    const changing = opened();
    const options = { n: 8, maxTokens: 10, stop: [], workers: 2 };
    await samplesOf(changing, prompts, options);
    for (const array of changing.weights.fused.values())
      for (const i of array.keys()) array[i]! *= 1.1;
    await changing.weightsChanged();
    const alone = await samplesOf(changing, prompts, { ...options, workers: 0 });
    expect(await samplesOf(changing, prompts, options)).toEqual(alone);
    await changing.release();
  });

  test('a call that is left early leaves the threads to the next one', async () => {
    const options = { n: 30, maxTokens: 50, stop: [], workers: 2 };
    for await (const _ of model.sample(prompts, options)) break;
    const short = { n: 2, maxTokens: 5, stop: [] };
    const alone = await samplesOf(model, prompts, { ...short, workers: 0 });
    expect(await samplesOf(model, prompts, { ...short, workers: 2 })).toEqual(alone);
  });
});

describe('what threads cannot do is refused in one line', () => {
  const model = opened();
  const functional: DictionaryWeights = {
    W_enc: new Float32Array(4),
    b_enc: new Float32Array(1),
    W_dec: new Float32Array(4),
    b_dec: new Float32Array(4),
    activation: { all: (pre) => pre },
  };

  test.each<[string, SampleOptions, RegExp]>([
    ['no number of threads', { workers: -1 }, /^workers -1$/],
    ['half a thread', { workers: 1.5 }, /^workers 1.5$/],
    [
      'a dictionary that is a function',
      { workers: 2, dictionaries: { sae: functional } },
      /^workers 2$/,
    ],
  ])('%s', async (_, options, message) => {
    await expect(samplesOf(model, [[1, 2]], options)).rejects.toThrow(message);
  });

  test('a runtime without threads', async () => {
    const error = await refusal(() => samplesOf(tinyModel(), [[1, 2]], { workers: 2 }));
    expect(error.hint).toMatch(/starts no threads/);
  });
});

describe('failures in a thread are those of the call', () => {
  /** A thread that is none: the far side of the port in this thread, on a runtime of its own. */
  function inPlace(far: Runtime): Thread & { fail(reason: Error): void } {
    const { port1: near, port2: other } = new MessageChannel();
    const ends: ((reason: Error) => void)[] = [];
    const on = (port: typeof near) => (listener: (message: unknown) => void) => {
      port.on('message', listener);
    };
    const nothing = () => {};
    const close = () => {
      other.close();
      for (const end of ends) end(new Error('closed'));
    };
    const post = (message: unknown) => other.postMessage(message);
    serve(
      { post, onMessage: on(other), enter: nothing, rest: nothing, leave: nothing, close },
      far,
    );
    return {
      post: (message) => near.postMessage(message),
      onMessage: on(near),
      onEnd: (listener) => void ends.push(listener),
      hold: nothing,
      fail: (reason) => ends.forEach((end) => void end(reason)),
    };
  }

  const module = ort as unknown as OrtModule;
  const withThread = (start: () => Thread) => {
    const { config, weights } = tinyModel();
    return new LanguageModel(config, weights, new Runtime(module, { threads: 1 }, start));
  };

  test("the runtime's error reaches who asked for the samples", async () => {
    const broken: OrtModule = {
      Tensor: module.Tensor,
      InferenceSession: { create: () => Promise.reject(new Error('no memory for a session')) },
    };
    const model = withThread(() => inPlace(new Runtime(broken)));
    const sampling = samplesOf(model, [[1, 2]], { n: 4, workers: 2 });
    await expect(sampling).rejects.toThrow('no memory for a session');
    await model.release();
  });

  test('a thread that ends takes its call with it; the next call starts others', async () => {
    const threads: ReturnType<typeof inPlace>[] = [];
    const model = withThread(() => {
      threads.push(inPlace(new Runtime(module, { threads: 1 })));
      return threads.at(-1)!;
    });
    const options = { n: 8, maxTokens: 60, stop: [], workers: 2 };
    const sampling = samplesOf(model, [[1, 2]], options);
    setImmediate(() => threads[1]!.fail(new Error('out of memory')));
    await expect(sampling).rejects.toThrow('out of memory');
    const alone = await samplesOf(tinyModel(), [[1, 2]], { ...options, workers: 0 });
    expect(await samplesOf(model, [[1, 2]], options)).toEqual(alone);
    expect(threads).toHaveLength(3);
    await model.release();
  });
});

describe('a process with threads at work', () => {
  /** Runs a module that has `model` and `options`, and says how it ended. */
  function run(code: string) {
    const config = JSON.stringify(tinyConfig().json);
    const script = `
      const { LanguageModel, nodeRuntime, parseConfig } = await import(${JSON.stringify(pathToFileURL(built('src/model/index.js')).href)});
      const model = LanguageModel.create(parseConfig(${config}), nodeRuntime({ threads: 2 }));
      const options = { n: 200, maxTokens: 80, stop: [], workers: 2 };
      ${code}`;
    const args = ['--input-type=module', '--eval', script];
    return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  }

  test('ends by itself after its last sample', () => {
    const { status, stdout } = run(
      'let count = 0; for await (const _ of model.sample([[1, 2]], options)) count++; console.log(count);',
    );
    expect([status, stdout.trim()]).toEqual([0, '200']);
  });

  test.each([
    ['as they are being started', 'model.sample([[1, 2]], options).next(); setImmediate(exit);'],
    ['as they sample', 'await model.sample([[1, 2]], options).next(); exit();'],
    [
      'after a call was left',
      'for await (const _ of model.sample([[1, 2]], options)) break; exit();',
    ],
  ])('exits with its own status %s', (_, code) => {
    const { status, stderr } = run(`const exit = () => process.exit(7); ${code}`);
    expect([status, stderr]).toEqual([7, '']);
  });

  test('dies of its own error, which is told', () => {
    const { status, stderr } = run(
      "await model.sample([[1, 2]], options).next(); throw new Error('an error of mine');",
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/an error of mine/);
  });
});
