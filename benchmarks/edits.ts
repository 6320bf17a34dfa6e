/**
 * @file What an edit of a dictionary's latents costs in sampling, in alternating rounds with sampling without one:
 * on each token, and with a memory that a sequence keeps under the key-value cache.
 */
import {
  type DictionaryWeights,
  type Edit,
  LanguageModel,
  nodeRuntime,
} from '../src/model/index.ts';
import { randomStream } from '../src/tensor/index.ts';
import type { Benchmark } from './benchmark.ts';
import { configOf, randomRows } from './engine.ts';
import { SMALL } from './flops.ts';
import { median } from './median.ts';

const ROUNDS = 9;
const SEQUENCES = 64;
const TOKENS = 64;
const PROMPT = 8;
/** A dictionary of ordinary width for this model. */
const LATENTS = 8 * SMALL.width;
const AT = `blocks.${Math.floor(SMALL.layers / 2)}.hook_resid_post` as const;
const LATENT = { dictionary: 'sae', latent: 12 };

/** The edits that are timed; every one is conditional. */
const EDITS: Readonly<Record<string, readonly Edit[]>> = {
  none: [],
  token: [
    {
      at: AT,
      do: 'add',
      vector: { ...LATENT, unit: true },
      scale: -4,
      when: { direction: LATENT, above: 0.5 },
    },
  ],
  sequence: [
    {
      at: AT,
      do: 'add',
      vector: { ...LATENT, unit: true },
      scale: -4,
      when: { direction: LATENT, above: 0.5, scope: 'sequence' },
    },
  ],
  clamp: [{ at: AT, do: 'latent', latents: [LATENT], change: 'clamp', value: 0, onlyActive: true }],
};

function dictionary(): DictionaryWeights {
  const stream = randomStream(1, 'benchmark').at('dictionary');
  const normals = (name: string, size: number, scale: number) =>
    stream
      .at(name)
      .fillNormal(new Float32Array(size))
      .map((value) => value * scale);
  return {
    W_enc: normals('W_enc', SMALL.width * LATENTS, SMALL.width ** -0.5),
    b_enc: new Float32Array(LATENTS),
    W_dec: normals('W_dec', LATENTS * SMALL.width, SMALL.width ** -0.5),
    b_dec: new Float32Array(SMALL.width),
    activation: 'relu',
  };
}

async function timed(model: LanguageModel, edits: readonly Edit[], sae: DictionaryWeights) {
  const prompts = randomRows(1, PROMPT, SMALL.vocabulary);
  const start = performance.now();
  const options = { n: SEQUENCES, maxTokens: TOKENS, stop: [], edits, dictionaries: { sae } };
  for await (const _ of model.sample(prompts, options)) void _;
  return performance.now() - start;
}

/** Times of sampling under each edit, and what it costs beside sampling without. */
export const benchmark: Benchmark = async ({ threads, report, say }) => {
  const model = LanguageModel.create(configOf(SMALL), nodeRuntime({ threads }));
  const sae = dictionary();
  const names = Object.keys(EDITS);
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (const name of names) await timed(model, EDITS[name]!, sae);
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) times.get(name)!.push(await timed(model, EDITS[name]!, sae));
    report({ task: 'edits benchmark', done: round + 1, total: ROUNDS, unit: 'rounds' });
  }
  await model.release();
  const plain = times.get('none')!;
  const result = names.map((name) => {
    const own = times.get(name)!;
    // Of neighbouring rounds: a slow minute is slow for both.
    const ratio = median(own.map((ms, i) => ms / plain[i]!));
    return [name, { ms: median(own), rounds: own, ...(name !== 'none' && { ratio }) }] as const;
  });
  for (const [name, { ms, ratio = 1 }] of result) {
    say(`${name}: ${ms.toFixed(0)} ms, ${ratio.toFixed(3)} of sampling without an edit`);
  }
  const shape = {
    sequences: SEQUENCES,
    tokens: TOKENS,
    parameters: model.weights.size,
    latents: LATENTS,
  };
  return { threads, rounds: ROUNDS, ...shape, sampling: Object.fromEntries(result) };
};
