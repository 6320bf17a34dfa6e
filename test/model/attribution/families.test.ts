/** @file Every method on a model of every family. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  activationPatching,
  attributionPatching,
  hookNames,
  integratedGradients,
  logitLens,
  type Metric,
  openModel,
  type PatchingOptions,
} from '../../../src/model/index.ts';
import { randomTokens, runtime } from '../support.ts';

const FIXTURES = new URL('../../fixtures/families/', import.meta.url).pathname;
const FAMILIES = readdirSync(FIXTURES).filter((name) =>
  existsSync(join(FIXTURES, name, 'config.json')),
);
const [clean, corrupted] = [randomTokens(2, 6, 1), randomTokens(2, 6, 2)];
const metric: Metric = { kind: 'logitDifference', correct: 3, wrong: 30 };

describe.each(FAMILIES)('%s', (name) => {
  test('the whole residual patched restores the clean metric in every layer', async () => {
    const model = await openModel(join(FIXTURES, name), runtime);
    const hooks = ['blocks.*.hook_resid_post', 'ln_final.hook_normalized'];
    const options: PatchingOptions = { clean, corrupted, metric, hooks, per: 'layer' };
    const { raw, clean: values, dims } = await activationPatching(model, options);
    raw.forEach((value, i) => {
      expect(value).toBeCloseTo(values[Math.floor(i / dims[1]!)]!, 4);
    });
    await model.release();
  });

  test('first-order effects are finite at every hook, and integrated ones add up', async () => {
    const model = await openModel(join(FIXTURES, name), runtime);
    const hooks = hookNames(model.config);
    const options: PatchingOptions = { clean, corrupted, metric, hooks, per: 'layer' };
    const { raw, corrupted: base } = await attributionPatching(model, options);
    expect(raw.every(Number.isFinite)).toBe(true);
    for (const at of hooks.filter((hook) => /^blocks\.0.*(mlp_out|hook_k)$/.test(hook))) {
      const whole = await integratedGradients(model, [corrupted[0]!], {
        at,
        metric,
        baseline: { tokens: [clean[0]!] },
        steps: 100,
      });
      expect(whole.completeness.holds).toBe(true);
      expect(whole.value).toBeCloseTo(base[0]!, 4);
    }
    await model.release();
  });

  test('the lens at the last residual shows what the model predicts', async () => {
    const model = await openModel(join(FIXTURES, name), runtime);
    const last = model.config.num_hidden_layers - 1;
    const lens = await logitLens(model, clean, { topK: 3 });
    expect(lens.hooks.at(-1)).toBe(`blocks.${last}.hook_resid_post`);
    const [hooks, rows, positions] = lens.dims;
    for (let i = (hooks - 1) * rows * positions; i < lens.divergence.length; i++) {
      expect(Math.abs(lens.divergence[i]!)).toBeLessThan(1e-5);
    }
    expect(lens.divergence[0]!).toBeGreaterThan(1e-4);
    await model.release();
  });
});
