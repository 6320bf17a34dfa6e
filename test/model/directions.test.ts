/** @file What directions write towards the logits, held against the folded weights in a plain loop. */
import { expect, test } from 'vitest';

import { directionLogits, openModel } from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';

// The folded model's unembedding is checked against transformers and TransformerLens's own tests (test/model/folding.test.ts).
test('are the products with the folded unembedding, less their mean', async () => {
  const model = await openModel('organisms/base');
  const { hidden_size: width, vocab_size: size } = model.config;
  const direction = randomStream(1, 'direction').fillNormal(new Float32Array(width));
  const [found] = await directionLogits(model, direction, 5);
  const { weights } = model.fold();
  const head = weights.fused.get('unembed.weight') ?? weights.fused.get('lm_head.weight')!;
  const mean = model.config.architecture.norm === 'layer' ? average(direction) : 0;
  const effects = Array.from({ length: size }, (_, token) =>
    direction.reduce((sum, x, i) => sum + (x - mean) * head[token * width + i]!, 0),
  );
  const centred = effects.map((effect) => effect - average(effects));
  const order = [...centred.keys()].sort((a, b) => centred[b]! - centred[a]!);
  expect(found!.promoted.map(({ token }) => token)).toEqual(order.slice(0, 5));
  expect(found!.suppressed.map(({ token }) => token)).toEqual(order.slice(-5).reverse());
  for (const { token, effect } of [...found!.promoted, ...found!.suppressed]) {
    expect(effect).toBeCloseTo(centred[token]!, 3);
  }
  expect(found!.deviation).toBeCloseTo(Math.sqrt(average(centred.map((x) => x * x))), 3);
});

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
