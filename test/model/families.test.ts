/** @file Every family against transformers: logits, hooks, greedy text, and back; see test/fixtures/families/make.py. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type HookName,
  hookNames,
  type LanguageModel,
  loadAll,
  type NamedTensor,
  openModel,
  parseConfig,
  saveModel,
  withFile,
} from '../../src/model/index.ts';
import { TouchstoneError } from '../../src/tensor/index.ts';
import { askPython, needsPython } from '../python.ts';
import { temporaryFolder } from './files/support.ts';
import { largestDifference, runtime, samplesOf } from './support.ts';

const FIXTURES = new URL('../fixtures/families/', import.meta.url).pathname;
const CASES = readdirSync(FIXTURES).filter((name) =>
  existsSync(join(FIXTURES, name, 'config.json')),
);

type Expected = (key: string) => NamedTensor | undefined;

async function open(name: string): Promise<{ model: LanguageModel; expected: Expected }> {
  const tensors = await withFile(join(FIXTURES, name, 'expected.safetensors'), loadAll);
  return {
    model: await openModel(join(FIXTURES, name), runtime),
    expected: (key) => tensors.get(key),
  };
}

/** Rows of token ids. */
function rows({ shape, data }: NamedTensor): number[][] {
  const length = shape.at(-1)!;
  return Array.from({ length: data.length / length }, (_, i) =>
    Array.from(data.subarray(i * length, (i + 1) * length)),
  );
}

/** Masked scores are minus infinity on both sides. */
function difference(found: Float32Array, expected: Float32Array): number {
  return largestDifference(found, expected);
}

describe.each(CASES)('%s', (name) => {
  test('logits equal those of transformers within 5e-5', async () => {
    const { model, expected } = await open(name);
    const { logits } = await model.run(rows(expected('tokens')!));
    expect(logits!.dims).toEqual(expected('logits')!.shape);
    expect(difference(logits!.data, expected('logits')!.data)).toBeLessThan(5e-5);
  });

  test('every hook point holds what transformers has there within 1e-4', async () => {
    const { model, expected } = await open(name);
    const read = hookNames(model.config);
    const { activations } = await model.run(rows(expected('tokens')!), { read, logits: false });
    for (const hook of read) {
      expect(expected(hook), hook).toBeDefined();
      expect(activations[hook]!.dims, hook).toEqual(expected(hook)!.shape);
      expect(difference(activations[hook]!.data, expected(hook)!.data), hook).toBeLessThan(1e-4);
    }
  });

  test('each hook read alone holds the same within 1e-4', async () => {
    const { model, expected } = await open(name);
    const tokens = rows(expected('tokens')!);
    for (const hook of hookNames(model.config).filter((hook) => /^blocks\.0\.|final/.test(hook))) {
      const { activations } = await model.run(tokens, { read: [hook], logits: false });
      expect(difference(activations[hook]!.data, expected(hook)!.data), hook).toBeLessThan(1e-4);
    }
  });

  test('64 greedy tokens, decoded over the cache, are those of transformers', async () => {
    const { model, expected } = await open(name);
    const prompt = rows(expected('tokens')!)[0]!;
    const [sample] = await samplesOf(model, [prompt], { temperature: 0, maxTokens: 64 });
    expect(sample!.tokens).toEqual(rows(expected('greedy')!)[0]);
  });

  test('saved and opened again, the model computes the same bits', async () => {
    const { model, expected } = await open(name);
    const dir = join(await temporaryFolder(), 'model');
    await saveModel(model, dir);
    const again = await openModel(dir, runtime);
    const { json: _, ...config } = model.config;
    expect(again.config).toMatchObject(config);
    const tokens = rows(expected('tokens')!);
    const [before, after] = [await model.run(tokens), await again.run(tokens)];
    expect(after.logits!.data).toEqual(before.logits!.data);
  });
});

const REOPEN = new URL('../fixtures/model-parity/reopen.py', import.meta.url).pathname;

test('models of every family, saved here, have the same logits in transformers', {
  timeout: 240_000,
}, async ({ skip }) => {
  await needsPython(skip, ['torch', 'transformers', 'peft']);
  const root = await temporaryFolder();
  const models = await Promise.all(CASES.map((name) => open(name)));
  for (const [i, { model }] of models.entries()) await saveModel(model, join(root, CASES[i]!));
  const tokens = models.map(({ expected }) =>
    rows(expected('tokens')!).map((row) => row.slice(0, 9)),
  );
  for (const [i, { model }] of models.entries()) {
    const args = [REOPEN, join(root, CASES[i]!), '--tokens', JSON.stringify(tokens[i])];
    const [theirs] = JSON.parse(await askPython(args)) as { logits: number[][][] }[];
    const { logits } = await model.run(tokens[i]!);
    expect(
      difference(logits!.data, Float32Array.from(theirs!.logits.flat(2))),
      CASES[i],
    ).toBeLessThan(5e-5);
  }
});

test('all heads of all families write what attention writes', async () => {
  for (const name of CASES) {
    const { model, expected } = await open(name);
    const at: HookName = 'blocks.0.attn.hook_z';
    const edits = [{ at, do: 'scale', factor: 0 } as const];
    const read: HookName[] = ['blocks.0.attn.hook_result'];
    const { activations } = await model.run(rows(expected('tokens')!), { read, edits });
    expect(activations[read[0]!]!.data.every((value) => value === 0)).toBe(true);
  }
});

describe('a config is refused in one line that names its field:', () => {
  const refused = JSON.parse(readFileSync(join(FIXTURES, 'refused.json'), 'utf8')) as Record<
    string,
    object
  >;
  test.each(Object.entries(refused))('%s', (_what, json) => {
    const parse = () => parseConfig(json, 'x/config.json');
    expect(parse).toThrow(TouchstoneError);
    expect(parse).toThrow(/^x\/config.json: [^\n]+$/);
  });
});
