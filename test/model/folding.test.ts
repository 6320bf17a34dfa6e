/** @file Folded weights: the same distributions, patterns and centred residuals on every family. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type HookName, hookNames, openModel, saveModel } from '../../src/model/index.ts';
import { temporaryFolder } from './files/support.ts';
import {
  largestDifference,
  randomTokens,
  refusal,
  runtime,
  samplesOf,
  softmax,
} from './support.ts';

const FIXTURES = new URL('../fixtures/families/', import.meta.url).pathname;
const CASES = readdirSync(FIXTURES).filter((name) =>
  existsSync(join(FIXTURES, name, 'config.json')),
);
const tokens = randomTokens(2, 9, 3, 64);

/** Rows of the last axis less their mean. */
function centred(data: Float32Array, width: number): number[] {
  return Array.from(data, (value, i) => {
    const row = data.subarray(i - (i % width), i - (i % width) + width);
    return value - row.reduce((a, b) => a + b, 0) / width;
  });
}

describe.each(CASES)('%s', (name) => {
  test('has the same distributions folded', async () => {
    const raw = await openModel(join(FIXTURES, name), runtime);
    const [before, after] = [await raw.run(tokens), await raw.fold().run(tokens)];
    const size = raw.config.vocab_size;
    for (let at = 0; at < before.logits!.data.length; at += size) {
      const row = (data: Float32Array) => softmax(data.subarray(at, at + size));
      const difference = largestDifference(row(after.logits!.data), row(before.logits!.data));
      expect(difference).toBeLessThan(1e-5);
    }
  });

  test('has the same patterns, and residuals that differ by their mean at the most', async () => {
    const raw = await openModel(join(FIXTURES, name), runtime);
    const layerNorm = raw.config.architecture.norm === 'layer';
    const last = raw.config.num_hidden_layers - 1;
    const residual: HookName = `blocks.${last}.hook_resid_post`;
    const pattern: HookName = `blocks.${last}.attn.hook_pattern`;
    const options = { read: [residual, pattern], logits: false };
    const before = (await raw.run(tokens, options)).activations;
    const after = (await raw.fold().run(tokens, options)).activations;
    expect(largestDifference(after[pattern]!.data, before[pattern]!.data)).toBeLessThan(1e-5);
    const width = raw.config.hidden_size;
    const shown = (data: Float32Array) => (layerNorm ? centred(data, width) : Array.from(data));
    const [found, expected] = [after[residual]!.data, before[residual]!.data];
    expect(largestDifference(shown(found), shown(expected))).toBeLessThan(1e-4);
    if (layerNorm)
      expect(largestDifference(Array.from(found), centred(found, width))).toBeLessThan(1e-5);
  });

  test('is read at every hook, sampled alike, and not saved', async () => {
    const model = (await openModel(join(FIXTURES, name), runtime)).fold();
    const { activations } = await model.run(tokens, { read: hookNames(model.config) });
    expect(Object.keys(activations)).toEqual(hookNames(model.config));
    const greedy = { temperature: 0, maxTokens: 5 };
    const raw = await openModel(join(FIXTURES, name), runtime);
    const prompt = [tokens[0]!];
    const [after, before] = [
      await samplesOf(model, prompt, greedy),
      await samplesOf(raw, prompt, greedy),
    ];
    expect(after[0]!.tokens).toEqual(before[0]!.tokens);
    const error = await refusal(() =>
      temporaryFolder().then((dir) => saveModel(model, join(dir, 'x'))),
    );
    expect(error.message).toMatch(/folded model cannot be saved/);
  });
});
