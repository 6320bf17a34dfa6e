/** @file Edits on a model of every family: what changes nothing, and the cache against the whole sequence. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Edit, hookNames, hookSizes, openModel } from '../../src/model/index.ts';
import { normals, sampleSteps } from './editsSupport.ts';
import { bits, largestDifference, randomTokens, runtime, softmax } from './support.ts';

const FIXTURES = new URL('../fixtures/families/', import.meta.url).pathname;
const CASES = readdirSync(FIXTURES).filter((name) =>
  existsSync(join(FIXTURES, name, 'config.json')),
);

describe.each(CASES)('%s', (name) => {
  const open = () => openModel(join(FIXTURES, name), runtime);

  test("at every hook point of a layer, the run's own values times 1 change no bit", async () => {
    const model = await open();
    const tokens = randomTokens(2, 6, 1, model.config.vocab_size);
    for (const at of hookNames(model.config).filter((hook) => !/^blocks\.[^0]\./.test(hook))) {
      const scores = at.replace('hook_pattern', 'hook_attn_scores');
      const { logits, activations } = await model.run(tokens, { read: [at, scores] });
      const value = Array.from(activations[at]!.data);
      const edits: Edit[] = [
        { at, do: 'set', value },
        { at, do: 'scale', factor: 1 },
      ];
      const edited = await model.run(tokens, { edits, read: [scores] });
      expect(bits(edited.logits!.data), at).toEqual(bits(logits!.data));
    }
    await model.release();
  });

  test('sampling under remembered, masked and headed edits equals a pass over the sequence within 1e-5', async () => {
    const model = await open();
    const { config } = model;
    const [d, vocab, layer] = [config.hidden_size, config.vocab_size, config.num_hidden_layers - 1];
    const prompts = randomTokens(3, 5, 2, vocab);
    const post = `blocks.${layer}.hook_resid_post` as const;
    const { data } = (await model.run(prompts, { read: ['hook_embed'] })).activations.hook_embed!;
    // In the middle of what the prompts have, so that it fires here and there.
    const direction = normals(d, 4);
    const products = Array.from({ length: data.length / d }, (_, p) =>
      direction.reduce((sum, value, i) => sum + value * data[p * d + i]!, 0),
    ).sort((a, b) => a - b);
    const above = products[Math.floor(products.length * 0.8)]!;
    const when = { read: 'hook_embed', direction, above, scope: 'sequence' } as const;
    const edits: Edit[] = [
      { at: post, do: 'scale', factor: 0.3, when },
      { at: 'blocks.0.attn.hook_attn_scores', do: 'add', vector: [1.5], positions: 'generated' },
      { at: 'blocks.0.attn.hook_pattern', do: 'mean', vector: [0.2], heads: [0] },
      { at: `blocks.${layer}.attn.hook_result`, do: 'scale', factor: 0, heads: [1] },
      {
        at: 'blocks.0.mlp.hook_post',
        do: 'project',
        directions: [normals(hookSizes('blocks.0.mlp.hook_post', config)![0]!)],
      },
    ];
    const { rows, steps } = await sampleSteps(model, prompts, { maxTokens: 12, edits });
    const { logits } = await model.run(rows, { edits, promptLength: 5 });
    const length = rows[0]!.length;
    steps.forEach((own, step) => {
      for (let row = 0; row < rows.length; row++) {
        const from = (row * length + 4 + step) * vocab;
        const expected = softmax(logits!.data.subarray(from, from + vocab));
        const found = own.subarray(row * vocab, (row + 1) * vocab);
        expect(largestDifference(found, expected), `step ${step}, row ${row}`).toBeLessThan(1e-5);
      }
    });
    await model.release();
  });
});
