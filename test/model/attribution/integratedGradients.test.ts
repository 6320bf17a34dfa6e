/** @file Integrated gradients: closed forms, completeness, and the gradients they are the mean of. */
import { expect, test } from 'vitest';
import {
  type HookName,
  hookGradients,
  type IntegratedGradientsOptions,
  integratedGradients,
  type Metric,
} from '../../../src/model/index.ts';
import { randomTokens, refusal, tinyModel } from '../support.ts';

const length = 5;
const [row, other] = randomTokens(2, length, 8) as [number[], number[]];
const metric: Metric = { kind: 'logitDifference', correct: 3, wrong: 39 };

test('on a linear metric, one step gives each entry times its slope', async () => {
  const model = tinyModel();
  const at: HookName = 'ln_final.hook_normalized';
  const found = await integratedGradients(model, [row], { at, metric, steps: 1 });
  const { activations } = await model.run([row], { read: [at], logits: false });
  const weight = model.weights.named.get('model.norm.weight')!.data;
  const head = model.weights.named.get('lm_head.weight')!.data;
  expect(found.attributions.dims).toEqual([length, 16]);
  found.attributions.data.forEach((value, i) => {
    const d = i % 16;
    const slope = weight[d]! * (head[3 * 16 + d]! - head[39 * 16 + d]!);
    const expected = i < (length - 1) * 16 ? 0 : activations[at]!.data[i]! * slope;
    expect(value).toBeCloseTo(expected, 5);
  });
  expect(found.baseline).toBeCloseTo(0, 6);
});

test.each([
  ['blocks.0.mlp.hook_post', 'zero'],
  ['blocks.1.hook_resid_pre', { tokens: [other] }],
  ['blocks.1.attn.hook_pattern', 'zero'],
  ['blocks.0.attn.hook_z', { tokens: [other] }],
  ['hook_embed', { vector: Array.from({ length: 16 }, (_, i) => Math.sin(i)) }],
] as const)(
  'attributions at %s add up to the difference, with more steps more closely',
  async (at, baseline) => {
    const model = tinyModel();
    const gaps: number[] = [];
    for (const steps of [16, 64]) {
      const found = await integratedGradients(model, [row], { at, metric, baseline, steps });
      const { sum, difference, gap, holds } = found.completeness;
      expect(sum - difference).toBe(gap);
      expect(found.value - found.baseline).toBe(difference);
      expect(Math.abs(difference)).toBeGreaterThan(1e-3);
      gaps.push(Math.abs(gap));
      if (steps === 64) expect(holds).toBe(true);
    }
    // The midpoint rule's error falls with the square of the steps, down to float32's rounding.
    expect(gaps[1]!).toBeLessThan(gaps[0]! / 8 + 3e-6);
  },
);

test('values are those of the sequence and of the baseline, whatever rows run together', async () => {
  const model = tinyModel();
  const at: HookName = 'blocks.1.hook_resid_pre';
  const options: IntegratedGradientsOptions = {
    at,
    metric,
    baseline: { tokens: [other] },
    steps: 9,
  };
  const found = await integratedGradients(model, [row], options);
  const { values } = await hookGradients(model, [row, other], { metric, at: [at] });
  expect(found.value).toBeCloseTo(values[0]!, 5);
  // A residual at all positions is all that later layers see.
  expect(found.baseline).toBeCloseTo(values[1]!, 5);
  const few = await integratedGradients(model, [row], { ...options, rowsTogether: 4 });
  found.attributions.data.forEach((value, i) => {
    expect(few.attributions.data[i]).toBeCloseTo(value, 5);
  });
});

test('a path too coarse is said to be so', async () => {
  const options = { at: 'hook_embed', metric, steps: 1, tolerance: 1e-4 };
  const { completeness } = await integratedGradients(tinyModel(), [row], options);
  expect(completeness.holds).toBe(false);
});

test('what does not fit is one line', async () => {
  const model = tinyModel();
  const of = (change: object, tokens: number[][] = [row]) =>
    refusal(() => integratedGradients(model, tokens, { at: 'hook_embed', metric, ...change }));
  expect((await of({ steps: 0 })).message).toMatch(/0 steps/);
  expect((await of({}, [row, other])).message).toMatch(/2 sequences/);
  expect((await of({ baseline: { tokens: [[1]] } })).message).toMatch(/baseline's tokens of 1 x 1/);
  expect((await of({ baseline: { vector: [1] } })).message).toMatch(/baseline of 1 numbers/);
  expect((await of({ at: 'blocks.0.attn.hook_attn_scores' })).hint).toMatch(/hook_pattern/);
  expect((await of({ at: 'blocks.*.hook_resid_pre' })).message).toMatch(/2 hook points/);
});
