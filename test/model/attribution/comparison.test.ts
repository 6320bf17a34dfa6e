/** @file What edits change along a text, against softmax and Kullback-Leibler divergence by their definitions. */
import { expect, test } from 'vitest';
import { compareEdits } from '../../../src/model/index.ts';
import { randomTokens, refusal, softmax, tinyModel } from '../support.ts';

const [length, vocabulary] = [5, 40];
const [tokens] = randomTokens(1, length, 3) as [number[]];
const edits = [{ at: 'blocks.0.hook_resid_post' as const, do: 'scale' as const, factor: 0.3 }];

test('divergence and log probabilities of every token but the first are those of the definition', async () => {
  const model = tinyModel();
  const found = await compareEdits(model, tokens, { edits });
  const plain = await model.run([tokens], {});
  const edited = await model.run([tokens], { edits });
  expect(found.divergence).toHaveLength(length - 1);
  for (let i = 0; i < length - 1; i++) {
    const row = (from: typeof plain) =>
      softmax([...from.logits!.data.subarray(i * vocabulary, (i + 1) * vocabulary)]);
    const [p, q] = [row(plain), row(edited)];
    const divergence = p.reduce((sum, share, k) => sum + share * Math.log(share / q[k]!), 0);
    expect(divergence).toBeGreaterThan(1e-6);
    expect(found.divergence[i]).toBeCloseTo(divergence, 6);
    expect(found.plain[i]).toBeCloseTo(Math.log(p[tokens[i + 1]!]!), 5);
    expect(found.edited[i]).toBeCloseTo(Math.log(q[tokens[i + 1]!]!), 5);
  }
  await model.release();
});

test('edits that change nothing diverge by nothing, and edits of the completion leave the prompt alone', async () => {
  const model = tinyModel();
  const same = await compareEdits(model, tokens, { edits: [{ ...edits[0]!, factor: 1 }] });
  expect(Math.max(...same.divergence)).toBeLessThan(1e-9);
  const late = [{ ...edits[0]!, positions: 'generated' as const }];
  const found = await compareEdits(model, tokens, { edits: late, promptLength: 4 });
  expect(Math.max(...found.divergence.slice(0, 3))).toBeLessThan(1e-9);
  await model.release();
});

test('an edit that does not fit is refused by name', async () => {
  const model = tinyModel();
  const wrong = [{ at: 'blocks.9.hook_resid_post' as const, do: 'scale' as const, factor: 1 }];
  const error = await refusal(() => compareEdits(model, tokens, { edits: wrong }));
  expect(error.message).toMatch(/blocks\.9/);
  await model.release();
});
