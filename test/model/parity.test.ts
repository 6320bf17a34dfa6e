/** @file Logits, hooks and greedy text against transformers; see test/fixtures/model-parity/make.py. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  hookNames,
  type LanguageModel,
  loadAll,
  type NamedTensor,
  openModel,
  withFile,
} from '../../src/model/index.ts';
import { largestDifference, runtime, samplesOf } from './support.ts';

const FIXTURES = new URL('../fixtures/model-parity/', import.meta.url).pathname;

const SHAPES = [
  'multi-head-tied',
  'grouped-wide-heads',
  'multi-query-bfloat16',
  'grouped-narrow-heads-tied-bfloat16',
  'single-head',
];

async function open(name: string): Promise<{ model: LanguageModel; expected: Expected }> {
  const path = join(FIXTURES, name, 'expected.safetensors');
  const tensors = await withFile(path, loadAll);
  return {
    model: await openModel(join(FIXTURES, name), runtime),
    expected: (key) => tensors.get(key)!,
  };
}

type Expected = (key: string) => NamedTensor;

/** Rows of token ids. */
function rows({ shape, data }: NamedTensor): number[][] {
  const length = shape.at(-1)!;
  return Array.from({ length: data.length / length }, (_, i) =>
    Array.from(data.subarray(i * length, (i + 1) * length)),
  );
}

describe.each(SHAPES)('%s', (name) => {
  test('logits equal those of transformers within 5e-5', async () => {
    const { model, expected } = await open(name);
    const { logits } = await model.run(rows(expected('tokens')));
    expect(logits!.dims).toEqual(expected('logits').shape);
    expect(largestDifference(logits!.data, expected('logits').data)).toBeLessThan(5e-5);
  });

  test('logits 300 positions on equal those of transformers within 5e-5', async () => {
    const { model, expected } = await open(name);
    const { logits } = await model.run(rows(expected('long.tokens')));
    const last = logits!.data.subarray(-model.config.vocab_size);
    expect(largestDifference(last, expected('long.logits').data)).toBeLessThan(5e-5);
  });

  test('every hook point holds what transformers has there within 1e-4', async () => {
    const { model, expected } = await open(name);
    // These are held against transformers for every family, in families.test.ts.
    const elsewhere = /hook_(scale|result)$/;
    const read = hookNames(model.config).filter((hook) => !elsewhere.test(hook));
    const { activations } = await model.run(rows(expected('tokens')), { read, logits: false });
    for (const hook of read) {
      expect(activations[hook]!.dims, hook).toEqual(expected(hook).shape);
      const difference = largestDifference(activations[hook]!.data, expected(hook).data);
      expect(difference, hook).toBeLessThan(1e-4);
    }
  });

  test('64 greedy tokens are those of transformers', async () => {
    const { model, expected } = await open(name);
    const prompt = rows(expected('tokens'))[0]!;
    const [sample] = await samplesOf(model, [prompt], { temperature: 0, maxTokens: 64 });
    expect(sample!.tokens).toEqual(rows(expected('greedy'))[0]);
  });
});
