/** @file Models from GGUF files against transformers with the same weights; see test/fixtures/gguf/make_models.py. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type LanguageModel,
  loadAll,
  type NamedTensor,
  openModel,
  saveModel,
  withFile,
} from '../../src/model/index.ts';
import { largestDifference, runtime, samplesOf, temporaryFolder } from './support.ts';

const FIXTURES = new URL('../fixtures/gguf/', import.meta.url).pathname;
const CASES = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.gguf') && existsSync(expectedPath(name)))
  .filter((name) => name !== 'blocks.gguf');

function expectedPath(name: string): string {
  return join(FIXTURES, name.replace(/\.gguf$/, '.safetensors'));
}

/** The model and what transformers computes. */
async function open(
  name: string,
): Promise<{ model: LanguageModel; tokens: number[][]; logits: NamedTensor }> {
  const expected = await withFile(expectedPath(name), loadAll);
  const { shape, data } = expected.get('tokens')!;
  const tokens = Array.from({ length: shape[0]! }, (_, i) =>
    Array.from(data.subarray(i * shape[1]!, (i + 1) * shape[1]!)),
  );
  const model = await openModel(join(FIXTURES, name), runtime);
  return { model, tokens, logits: expected.get('logits')! };
}

test('there is a file of every family', () => {
  const families = [
    'gpt2',
    'gpt-neox',
    'llama',
    'mistral',
    'qwen2',
    'qwen3',
    'gemma2',
    'gemma3',
    'phi3',
    'olmo2',
  ];
  for (const family of families)
    expect(
      CASES.some((name) => name.startsWith(family)),
      family,
    ).toBe(true);
});

describe.each(CASES)('%s', (name) => {
  test('logits equal those of transformers within 5e-5', async () => {
    const { model, tokens, logits } = await open(name);
    const run = await model.run(tokens);
    expect(run.logits!.dims).toEqual(logits.shape);
    expect(largestDifference(run.logits!.data, logits.data)).toBeLessThan(5e-5);
  });

  test('saved as a Hugging Face folder and opened from there, it computes the same bits', async () => {
    const { model, tokens } = await open(name);
    const dir = join(await temporaryFolder(), 'model');
    await saveModel(model, dir);
    const again = await openModel(dir, runtime);
    const { json: _, torch_dtype: __, ...config } = model.config;
    expect(again.config).toMatchObject(config);
    const [before, after] = [await model.run(tokens), await again.run(tokens)];
    expect(after.logits!.data).toEqual(before.logits!.data);
  });
});

test('a model with a vocabulary encodes, continues text and ends it, and so does what is saved of it', async () => {
  const { model } = await open('llama-spoken.gguf');
  const dir = join(await temporaryFolder(), 'model');
  await saveModel(model, dir);
  const again = await openModel(dir, runtime);
  expect(model.config).toMatchObject({ bos_token_id: 1, eos_token_id: 2 });
  const text = "Hello ships, it's 12345!";
  const ids = model.tokenizer!.encode(text, { addSpecial: true });
  expect(ids[0]).toBe(1);
  expect(model.tokenizer!.decode(ids, { skipSpecial: true })).toBe(text);
  expect(again.tokenizer!.encode(text, { addSpecial: true })).toEqual(ids);
  const options = { temperature: 0, maxTokens: 8 };
  const [one, other] = [
    await samplesOf(model, [ids], options),
    await samplesOf(again, [ids], options),
  ];
  expect(one[0]!.tokens).toHaveLength(8);
  expect(other[0]!.tokens).toEqual(one[0]!.tokens);
});

test('a path that is no file is named', async () => {
  await expect(openModel('/nowhere/x.gguf', runtime)).rejects.toThrow(
    'cannot read /nowhere/x.gguf: no such file or folder',
  );
});
