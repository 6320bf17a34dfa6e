/** @file What a pass gives, and gives back. */
import { expect, test } from 'vitest';
import { freeArrays } from '../../src/tensor/index.ts';
import { randomTokens, tinyModel } from './support.ts';

test('a released result is empty, and other passes are not touched', async () => {
  const model = tinyModel();
  const rows = randomTokens(2, 6, 1);
  const read = ['blocks.0.hook_resid_post', 'blocks.1.attn.hook_pattern'] as const;
  const [first, second] = [await model.run(rows, { read }), await model.run(rows, { read })];
  expect(second).toEqual(first);
  const kept = first.logits!.data.slice();
  first.release();
  expect(first.logits!.data).toHaveLength(0);
  expect(read.map((name) => first.activations[name].data.length)).toEqual([0, 0]);
  expect(second.logits!.data).toEqual(kept);
  expect((await model.run(rows, { read })).logits!.data).toEqual(kept);
  first.release();
  await model.release();
});

test('memory is given back while nobody collects garbage', () => {
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 20; i++) {
    const large = new Float32Array(2 ** 22).fill(1);
    freeArrays([large, large.subarray(5)]);
    expect(large.buffer.byteLength).toBe(0);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 25);
});
