/** @file Edits in training: they act on packed texts as they do on texts alone, and gradients flow through them. */
import { describe, expect, test } from 'vitest';
import {
  type Edit,
  type LanguageModel,
  type Packed,
  pack,
  type TrainingText,
  train,
} from '../../src/model/index.ts';
import { Trainer } from '../../src/model/training.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { normals, randomDictionary } from './editsSupport.ts';
import { bits, randomTokens, refusal, tinyModel } from './support.ts';

const d = 16;
const at = 'blocks.0.hook_resid_post';
const dictionaries = {
  relu: randomDictionary('relu', d),
  top: randomDictionary('topk', d),
};
const latent = (i: number) => ({ dictionary: 'relu', latent: i });

/** Texts of which the tokens from the third on count. */
const texts: TrainingText[] = [9, 4, 7, 12, 5].map((length, i) => ({
  tokens: randomTokens(1, length, i)[0]!,
  weights: Array.from({ length }, (_, at) => (at >= 3 ? 1 : 0)),
}));

async function lossOf(model: LanguageModel, rows: readonly Packed[], edits: Edit[]) {
  const trainer = await Trainer.open(model, { edits, dictionaries });
  const { loss } = await trainer.gradients(rows);
  await trainer.close();
  return loss;
}

/** The mean loss of the texts, each run alone, from the logits of `run`. */
async function lossAlone(model: LanguageModel, edits: Edit[]): Promise<number> {
  let [sum, count] = [0, 0];
  for (const { tokens } of texts) {
    const { logits } = await model.run(tokens, { edits, dictionaries, promptLength: 3 });
    const vocab = model.config.vocab_size;
    for (let i = 3; i < tokens.length; i++) {
      const own = logits!.data.subarray((i - 1) * vocab, i * vocab);
      const largest = Math.max(...own);
      const total = own.reduce((all, x) => all + Math.exp(x - largest), 0);
      sum += largest + Math.log(total) - own[tokens[i]!]!;
      count++;
    }
  }
  return sum / count;
}

const token = texts[0]!.tokens[4]!;
const cases: [string, Edit][] = [
  ['an added vector', { at, do: 'add', vector: normals(d), scale: 0.5 }],
  ['one added to the prompt', { at, do: 'add', vector: normals(d), positions: 'prompt' }],
  ['one added after the prompt', { at, do: 'add', vector: normals(d), positions: 'generated' }],
  ['one added at the end of the prompt', { at, do: 'add', vector: normals(d), positions: [-1] }],
  ['one added at a token', { at, do: 'add', vector: normals(d), positions: { token } }],
  ['a removed direction', { at, do: 'project', directions: [normals(d, 1), normals(d, 2)] }],
  ['scaled heads', { at: 'blocks.1.attn.hook_z', do: 'scale', factor: 0.2, heads: [1, 3] }],
  [
    'a changed latent',
    { at, do: 'latent', latents: [latent(2), latent(5)], change: 'scale', value: 3 },
  ],
  ['a spliced dictionary', { at, do: 'splice', dictionary: 'relu', error: 'dropped' }],
  ['a spliced competing one', { at, do: 'splice', dictionary: 'top', error: 'dropped' }],
  ['a condition', { at, do: 'scale', factor: 2, when: { direction: normals(d, 3), above: 1 } }],
  [
    'a remembered condition',
    {
      at,
      do: 'scale',
      factor: 2,
      when: { direction: normals(d, 3), above: 2.5, scope: 'sequence', fromPrompt: false },
    },
  ],
];

test.each(cases)('under %s, packed texts have the loss that they have alone', async (_, edit) => {
  const model = tinyModel();
  const rows = [...pack(texts, 24)];
  expect(rows.length).toBe(2);
  const expected = await lossAlone(model, [edit]);
  expect(Math.abs(expected - (await lossAlone(model, [])))).toBeGreaterThan(1e-3);
  expect(Math.abs((await lossOf(model, rows, [edit])) - expected)).toBeLessThan(2e-6);
});

describe('the gradient', () => {
  test.each(cases)('through %s agrees with finite differences of the loss', async (_, edit) => {
    const model = tinyModel();
    const rows = [...pack(texts, 24)];
    const trainer = await Trainer.open(model, { edits: [edit], dictionaries });
    const gradients = await trainer.gradients(rows);
    // Upstream of the edit, where the gradient passes through it.
    const name = [...model.weights.fused.keys()].find((key) => /layers\.0\..*down_proj/.test(key))!;
    const weight = model.weights.fused.get(name)!;
    const direction = new Float32Array(weight.length);
    randomStream(3, 'test.direction').fillNormal(direction);
    const saved = weight.slice();
    const lossAt = async (step: number) => {
      weight.set(saved.map((value, i) => value + step * direction[i]!));
      return (await trainer.gradients(rows)).loss;
    };
    // Float32 leaves about five digits of the loss; a larger step would cross thresholds.
    const h = 5e-4;
    const slope = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
    const own = gradients.of.get(name)!;
    const analytic = own.reduce((sum, g, i) => sum + g * direction[i]!, 0);
    const size = Math.sqrt(own.reduce((sum, g) => sum + g * g, 0));
    expect(size).toBeGreaterThan(1e-3);
    expect(Math.abs(slope - analytic)).toBeLessThan(0.05 * size + 4e-3);
    await trainer.close();
  });
});

test('noise is fresh at every step, of every text, and the same when training is repeated', async () => {
  const edits: Edit[] = [{ at, do: 'noise', scale: 1, draw: 'perSequence' }];
  const once = async () => {
    const batch = () => [...pack(texts, 24)];
    return train(tinyModel(), { steps: 3, learningRate: 0, edits, batch });
  };
  const losses = await once();
  expect(new Set(losses).size).toBe(3);
  expect(bits(Float32Array.from(await once()))).toEqual(bits(Float32Array.from(losses)));
});

test('values of a whole run are refused', async () => {
  const edits: Edit[] = [{ at, do: 'set', value: normals(2 * d) }];
  const error = await refusal(() => Trainer.open(tinyModel(), { edits }));
  expect([error.kind, error.message]).toEqual([
    'usage',
    `'set' at '${at}' has more than one position`,
  ]);
});
