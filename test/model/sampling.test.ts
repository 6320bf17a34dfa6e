/** @file Sampling: independence of the batch, exact distributions, where samples end. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Edit, nodeRuntime, type SampleOptions } from '../../src/model/index.ts';
import { LanguageModel } from '../../src/model/languageModel.ts';
import {
  chiSquare,
  chiSquareLimit,
  randomTokens,
  samplesOf,
  softmax,
  tinyModel,
} from './support.ts';

const model = tinyModel();
const prompt = randomTokens(1, 5)[0]!;

/** Noise at every layer: samples under it depend on their own draws alone. */
const noise = [0, 1].map(
  (layer): Edit => ({ at: `blocks.${layer}.hook_resid_post`, do: 'noise', scale: 0.4 }),
);

const tokensOf = async (options: SampleOptions, prompts = [prompt], of = model) =>
  (await samplesOf(of, prompts, options)).map(({ tokens, finish }) => ({ tokens, finish }));

describe('a sample does not depend on its batch', () => {
  test.each([
    ['without edits', []],
    ['with noise', noise],
    ['with frozen noise', noise.map((edit) => ({ ...edit, draw: 'perSequence' }) as Edit)],
  ])('each of 64 samples alone equals itself among the 64, %s', async (_, edits) => {
    // Tokens 3 and 5 end samples, at different steps: rows leave the batch.
    const options = { maxTokens: 12, edits, stop: [3, 5, 8], seed: 4 };
    const together = await tokensOf({ ...options, n: 64 });
    expect(new Set(together.map(({ tokens }) => tokens.length)).size).toBeGreaterThan(5);
    expect(new Set(together.map(({ tokens }) => tokens.join())).size).toBeGreaterThan(50);
    for (let first = 0; first < 64; first++) {
      expect(await tokensOf({ ...options, first }), `sample ${first}`).toEqual([together[first]]);
    }
  });

  test('any batch size, prompts of mixed lengths: the same samples', async () => {
    const prompts = [3, 5, 3, 1, 5, 8].map((length, i) => randomTokens(1, length, i)[0]!);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.nat(3),
        async (batchSize, noisy, seed) => {
          const options = { n: 3, maxTokens: 8, seed, stop: [2, 3], edits: noisy ? noise : [] };
          const all = await samplesOf(model, prompts, options);
          expect(await samplesOf(model, prompts, { ...options, batchSize })).toEqual(all);
          const alone = await samplesOf(model, [prompts[seed]!], { ...options, batchSize });
          const own = all.filter((sample) => sample.prompt === seed);
          expect(alone.map(({ tokens }) => tokens)).toEqual(own.map(({ tokens }) => tokens));
        },
      ),
      { numRuns: 12, seed: 1 },
    );
  });

  test('rows of cohorts that were put aside and joined: the same samples, across all sizes of the cache', async () => {
    const prompts = [5, 20, 5, 40].map((length, i) => randomTokens(1, length, i)[0]!);
    const options = { n: 8, maxTokens: 90, seed: 3, stop: [2], edits: noise };
    const long = tinyModel({ max_position_embeddings: 144 });
    const all = await tokensOf(options, prompts, long);
    const lengths = all.map(({ tokens }) => tokens.length);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeGreaterThan(60);
    for (const batchSize of [1, 3, 4, 7]) {
      expect(await tokensOf({ ...options, batchSize }, prompts, long), `${batchSize}`).toEqual(all);
    }
  });

  test('places of rows that ended are filled again', async () => {
    let passes = -1;
    const reporter = () => void passes++;
    const options = { n: 96, maxTokens: 60, seed: 5, stop: [2, 3], batchSize: 8 };
    const lengths = (await tokensOf({ ...options, reporter })).map(({ tokens }) => tokens.length);
    const batchwise = Array.from({ length: 12 }, (_, i) =>
      Math.max(...lengths.slice(8 * i, 8 * i + 8)),
    );
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    // At best every pass gives 8 tokens; batch by batch, each takes as many as its longest sample.
    expect(passes).toBeGreaterThan(sum(lengths) / 8);
    expect(passes).toBeLessThan(0.7 * sum(batchwise));
  });

  test('samples from 32 on continue samples 0 to 31', async () => {
    const all = await tokensOf({ n: 40, maxTokens: 6 });
    expect(await tokensOf({ n: 8, first: 32, maxTokens: 6 })).toEqual(all.slice(32));
    const indices = (await samplesOf(model, [prompt], { n: 2, first: 32, maxTokens: 1 })).map(
      ({ index }) => index,
    );
    expect(indices).toEqual([32, 33]);
  });

  test('a wider model, with two threads: alone as among 64', async () => {
    const wide = tinyModel({
      hidden_size: 96,
      intermediate_size: 256,
      num_attention_heads: 6,
      head_dim: 16,
      vocab_size: 700,
    });
    const threaded = new LanguageModel(wide.config, wide.weights, nodeRuntime({ threads: 2 }));
    const options = { maxTokens: 24, seed: 1, edits: noise };
    const together = await tokensOf({ ...options, n: 64 }, [prompt], threaded);
    for (const first of [0, 1, 31, 63]) {
      const alone = await tokensOf({ ...options, first }, [prompt], threaded);
      expect(alone).toEqual([together[first]]);
    }
  });

  test('another seed gives other samples, the same seed the same', async () => {
    const options = { n: 4, maxTokens: 10 };
    expect(await tokensOf({ ...options, seed: 1 })).not.toEqual(await tokensOf(options));
    expect(await tokensOf(options)).toEqual(await tokensOf({ ...options, seed: 0 }));
  });
});

describe('where edits act', () => {
  const at = 'blocks.0.hook_resid_post';
  const vector = randomTokens(1, model.config.hidden_size, 7)[0]!.map((id) => id / 10 - 2);

  test("an edit of generated positions leaves the first token's distribution alone", async () => {
    const plain = await tokensOf({ n: 50, maxTokens: 6 });
    const edits: Edit[] = [{ at, do: 'add', vector, positions: 'generated' }];
    const edited = await tokensOf({ n: 50, maxTokens: 6, edits });
    const firsts = (samples: typeof plain) => samples.map(({ tokens }) => tokens[0]);
    expect(firsts(edited)).toEqual(firsts(plain));
    expect(edited).not.toEqual(plain);
  });

  test('an edit of the prompt and one of generated positions together are one of all', async () => {
    const both = (['prompt', 'generated'] as const).map(
      (positions): Edit => ({ at, do: 'add', vector, positions }),
    );
    const all = await tokensOf({ n: 30, maxTokens: 6, edits: [{ at, do: 'add', vector }] });
    expect(await tokensOf({ n: 30, maxTokens: 6, edits: both })).toEqual(all);
  });

  test('one value can be set at every step', async () => {
    const edits: Edit[] = [{ at: 'ln_final.hook_normalized', do: 'set', value: vector }];
    const [{ tokens } = { tokens: [] }] = await tokensOf({ maxTokens: 5, temperature: 0, edits });
    // Where the last activation is constant, so is the likeliest token.
    expect(tokens).toHaveLength(5);
    expect(new Set(tokens).size).toBe(1);
  });
});

describe('distributions', () => {
  /** Exact probabilities of the first token, from the logits of a plain run. */
  async function exact(temperature = 1): Promise<number[]> {
    const { logits } = await model.run(prompt);
    return softmax(logits!.data.subarray(-model.config.vocab_size), temperature);
  }

  /** All but the kept tokens at zero; the rest add up to one again. */
  function keep(probabilities: number[], kept: readonly number[]): number[] {
    const total = kept.reduce((sum, i) => sum + probabilities[i]!, 0);
    return probabilities.map((p, i) => (kept.includes(i) ? p / total : 0));
  }

  const ranked = (p: number[]) => p.map((_, i) => i).sort((a, b) => p[b]! - p[a]!);

  /** The first of `order` whose probabilities reach `share`. */
  function fewest(p: number[], order: number[], share: number): number[] {
    const kept: number[] = [];
    for (let sum = 0; sum < share; sum += p[kept.at(-1)!]!) kept.push(order[kept.length]!);
    return kept;
  }

  async function agrees(options: SampleOptions, probabilities: number[]): Promise<void> {
    const counts = new Array<number>(model.config.vocab_size).fill(0);
    const samples = await tokensOf({
      n: 6000,
      maxTokens: 1,
      stop: [],
      batchSize: 1000,
      ...options,
    });
    for (const { tokens } of samples) counts[tokens[0]!]!++;
    const possible = probabilities.filter((p) => p > 0).length;
    expect(chiSquare(counts, probabilities)).toBeLessThan(chiSquareLimit(possible - 1));
  }

  test.each([1, 0.5, 1.7])('temperature %d draws from softmax(logits / temperature)', async (t) => {
    await agrees({ temperature: t }, await exact(t));
  });

  test('top-k draws from the k likeliest', async () => {
    const p = await exact();
    await agrees({ topK: 7 }, keep(p, ranked(p).slice(0, 7)));
  });

  test('top-p draws from the fewest that reach p', async () => {
    const p = await exact(1.3);
    const kept = fewest(p, ranked(p), 0.6);
    expect(kept.length).toBeGreaterThan(3);
    await agrees({ temperature: 1.3, topP: 0.6 }, keep(p, kept));
  });

  test('top-p of top-k takes the share of what top-k kept', async () => {
    const p = await exact();
    const order = ranked(p).slice(0, 10);
    const total = order.reduce((sum, i) => sum + p[i]!, 0);
    await agrees({ topK: 10, topP: 0.7 }, keep(p, fewest(p, order, 0.7 * total)));
  });

  test('limits that exclude nothing change no sample', async () => {
    const plain = await tokensOf({ n: 20, maxTokens: 6 });
    expect(await tokensOf({ n: 20, maxTokens: 6, topK: 1000 })).toEqual(plain);
    expect(await tokensOf({ n: 20, maxTokens: 6, topP: 1 })).toEqual(plain);
  });

  test('temperature 0, and top-k 1 at any temperature, take the likeliest token', async () => {
    const sequence = [...prompt];
    for (let step = 0; step < 10; step++) {
      const { logits } = await model.run(sequence);
      const last = Array.from(logits!.data.subarray(-model.config.vocab_size));
      sequence.push(last.indexOf(Math.max(...last)));
    }
    const greedy = [{ tokens: sequence.slice(prompt.length), finish: 'length' }];
    expect(await tokensOf({ temperature: 0, maxTokens: 10, seed: 5 })).toEqual(greedy);
    expect(await tokensOf({ temperature: 3, topK: 1, maxTokens: 10 })).toEqual(greedy);
    expect(await tokensOf({ temperature: 1e-6, maxTokens: 10 })).toEqual(greedy);
  });
});

describe('where samples end', () => {
  test('at a stop token, which is left out, or at maxTokens', async () => {
    const whole = await tokensOf({ n: 30, maxTokens: 10 });
    const stop = [4, 9, 17];
    const ended = await tokensOf({ n: 30, maxTokens: 10, stop });
    whole.forEach(({ tokens }, i) => {
      const end = tokens.findIndex((id) => stop.includes(id));
      const expected =
        end < 0 ? { tokens, finish: 'length' } : { tokens: tokens.slice(0, end), finish: 'stop' };
      expect(ended[i]).toEqual(expected);
    });
    expect(new Set(ended.map(({ finish }) => finish)).size).toBe(2);
  });

  test("without `stop`, at the model's own end-of-sequence tokens", async () => {
    const [first] = await tokensOf({ maxTokens: 10 });
    const ends = tinyModel({ eos_token_id: [first!.tokens[3]!, 39] });
    const end = first!.tokens.indexOf(first!.tokens[3]!);
    expect(await tokensOf({ maxTokens: 10 }, [prompt], ends)).toEqual([
      { tokens: first!.tokens.slice(0, end), finish: 'stop' },
    ]);
    expect(await tokensOf({ maxTokens: 10, stop: [] }, [prompt], ends)).toEqual([first]);
  });

  test('a prompt and its continuation may fill all positions of the model', async () => {
    const [sample] = await tokensOf({ maxTokens: 91 });
    expect(sample!.tokens).toHaveLength(91);
  });

  test('long samples, whose cache has grown several times and lost rows, are those of whole passes', async () => {
    const long = tinyModel({ max_position_embeddings: 400 });
    const samples = await tokensOf(
      { maxTokens: 300, temperature: 0, stop: [7], batchSize: 6 },
      randomTokens(6, 9, 3),
      long,
    );
    const lengths = samples.map(({ tokens }) => tokens.length);
    expect(Math.max(...lengths)).toBeGreaterThan(256);
    for (const [i, { tokens }] of samples.entries()) {
      const own = randomTokens(6, 9, 3)[i]!;
      const { logits } = await long.run([...own, ...tokens]);
      const likeliest = tokens.map((_, at) => argmaxOf(logits!, own.length - 1 + at));
      expect(tokens).toEqual(likeliest);
    }
  });
});

function argmaxOf(
  { data, dims }: { data: Float32Array; dims: readonly number[] },
  position: number,
) {
  const size = dims.at(-1)!;
  const row = data.subarray(position * size, (position + 1) * size);
  return row.indexOf(Math.max(...row));
}
