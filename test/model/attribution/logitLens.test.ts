/** @file The logit lens against norm and unembedding computed from what `run` reads. */
import { describe, expect, test } from 'vitest';
import { type LanguageModel, logitLens } from '../../../src/model/index.ts';
import { randomTokens, refusal, softmax, tinyModel } from '../support.ts';

const [rows, length, d, vocabulary] = [2, 4, 16, 40];
const tokens = randomTokens(rows, length, 6);

/** Logits of one residual vector, RMSNorm by its definition. */
function lensOf(model: LanguageModel, residual: Float32Array): number[] {
  const named = (name: string) => model.weights.named.get(name)!.data;
  const [weight, head] = [named('model.norm.weight'), named('lm_head.weight')];
  const epsilon = model.config.architecture.normEpsilon;
  const square = residual.reduce((sum, x) => sum + x * x, 0) / d;
  const normal = residual.map((x, i) => (x / Math.sqrt(square + epsilon)) * weight[i]!);
  return Array.from({ length: vocabulary }, (_, token) =>
    normal.reduce((sum, x, i) => sum + x * head[token * d + i]!, 0),
  );
}

describe('at every residual and position', () => {
  test('top tokens, probabilities, ranks and divergence are those of the definition', async () => {
    const model = tinyModel();
    const asked = [7, 0, 39];
    const lens = await logitLens(model, tokens, { topK: 3, tokens: asked, logits: true });
    expect(lens.dims).toEqual([3, rows, length]);
    const { activations, logits } = await model.run(tokens, { read: lens.hooks });
    lens.hooks.forEach((hook, h) => {
      for (let place = 0; place < rows * length; place++) {
        const index = h * rows * length + place;
        const residual = activations[hook]!.data.subarray(place * d, (place + 1) * d);
        const expected = lensOf(model, residual);
        const own = lens.logits!.data.subarray(index * vocabulary, (index + 1) * vocabulary);
        expected.forEach((logit, token) => void expect(own[token]).toBeCloseTo(logit, 4));
        const p = softmax(expected);
        const order = [...p.keys()].sort((a, b) => p[b]! - p[a]!);
        expect([...lens.topTokens.subarray(index * 3, index * 3 + 3)]).toEqual(order.slice(0, 3));
        order.slice(0, 3).forEach((token, k) => {
          expect(lens.topProbabilities[index * 3 + k]).toBeCloseTo(p[token]!, 5);
        });
        asked.forEach((token, t) => {
          expect(lens.ranks[index * 3 + t]).toBe(order.indexOf(token));
          expect(lens.logProbabilities[index * 3 + t]).toBeCloseTo(Math.log(p[token]!), 4);
        });
        const last = logits!.data.subarray(place * vocabulary, (place + 1) * vocabulary);
        const divergence = softmax(last).reduce((sum, q, i) => sum + q * Math.log(q / p[i]!), 0);
        expect(lens.divergence[index]).toBeCloseTo(divergence, 4);
      }
    });
  });

  test('the last residual is the model itself', async () => {
    const lens = await logitLens(tinyModel(), tokens, { hooks: ['blocks.1.hook_resid_post'] });
    for (const divergence of lens.divergence) expect(Math.abs(divergence)).toBeLessThan(1e-6);
    expect(lens.topTokens.length).toBe(rows * length * 5);
    expect(lens.logits).toBeUndefined();
    expect(lens.ranks.length).toBe(0);
  });
});

test('some positions give what all of them give there', async () => {
  const model = tinyModel();
  const all = await logitLens(model, tokens, { topK: 1 });
  const some = await logitLens(model, tokens, { topK: 1, positions: [-1, 0] });
  expect(some.positions).toEqual([length - 1, 0]);
  expect(some.dims).toEqual([3, rows, 2]);
  for (let line = 0; line < 3 * rows; line++) {
    expect(some.topTokens[line * 2]).toBe(all.topTokens[line * length + length - 1]);
    expect(some.topTokens[line * 2 + 1]).toBe(all.topTokens[line * length]);
  }
});

test('what does not fit is one line', async () => {
  const of = (options: object) => refusal(() => logitLens(tinyModel(), tokens, options));
  expect((await of({ hooks: ['blocks.0.attn.hook_z'] })).hint).toMatch(/vectors of 16/);
  expect((await of({ topK: 41 })).hint).toMatch(/1 to 40/);
  expect((await of({ tokens: [40] })).message).toMatch(/token id 40/);
  expect((await of({ positions: [9] })).message).toMatch(/position 9/);
});
