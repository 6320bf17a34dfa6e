/** @file Distances between distributions given by logits, against closed forms; logits in the order of the prompts. */
import { expect, test } from 'vitest';
import { LanguageModel, nodeRuntime } from '../../../src/model/index.ts';
import { clerkConfig, officeTokenizer } from '../../../src/organism/clerk.ts';
import {
  divergence,
  nextLogits,
  replyDivergence,
  replyLogits,
  softmax,
  thinned,
  totalVariation,
} from '../../../src/organism/readout.ts';

const logits = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);

test('total variation and divergence have the values of their closed forms', () => {
  const [a, b] = [logits(0.5, 0.3, 0.2), logits(0.25, 0.25, 0.5)];
  // Logits are float32: seven digits.
  expect(totalVariation(a, b)).toBeCloseTo(0.3, 6);
  const expected = 0.5 * Math.log(2) + 0.3 * Math.log(1.2) + 0.2 * Math.log(0.4);
  expect(divergence(a, b)).toBeCloseTo(expected, 6);
  expect(replyDivergence([a, a], [a, b])).toBeCloseTo(expected / 2, 6);
  expect([totalVariation(a, a), divergence(a, a)]).toEqual([0, 0]);
  expect([...softmax(Float32Array.of(1000, 1000))]).toEqual([0.5, 0.5]);
});

test('items are thinned evenly', () => {
  const items = Array.from({ length: 10 }, (_, i) => i);
  expect(thinned(items, 5)).toEqual([0, 2, 4, 6, 8]);
  expect(thinned(items)).toEqual(items);
  expect(thinned(items, 99)).toEqual(items);
});

test('logits are those of each prompt alone, whatever their lengths and order', async () => {
  const tokenizer = officeTokenizer();
  const model = LanguageModel.create(clerkConfig(tokenizer), nodeRuntime({ threads: 1 }), {
    seed: 1,
    tokenizer,
  });
  const texts = ['what is', 'the lamp is red', 'note amber', 'a'].map((prompt, i) => ({
    prompt,
    reply: i % 2 ? ' .' : ' the largest ?',
  }));
  const next = await nextLogits(
    model,
    texts.map(({ prompt }) => prompt),
  );
  const replies = await replyLogits(model, texts);
  for (const [i, { prompt, reply }] of texts.entries()) {
    const [from, to] = [prompt, prompt + reply].map((text) => tokenizer.encode(text).length);
    const { logits: alone } = await model.run(prompt + reply);
    const rows = Array.from({ length: to! - from! + 1 }, (_, at) =>
      alone!.data.subarray(
        (from! - 1 + at) * tokenizer.vocabSize,
        (from! + at) * tokenizer.vocabSize,
      ),
    );
    expect(replies[i]).toHaveLength(rows.length);
    // Another number of rows rounds otherwise, in the seventh digit.
    const close = (read: Float32Array, row: Float32Array) =>
      expect(Math.max(...read.map((value, id) => Math.abs(value - row[id]!)))).toBeLessThan(1e-4);
    rows.forEach((row, at) => {
      close(replies[i]![at]!, row);
    });
    close(next[i]!, rows[0]!);
  }
});
