/** @file What is saved: opened again here, and by transformers and peft where they are. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  LanguageModel,
  Lora,
  openLora,
  openModel,
  saveLora,
  saveModel,
  Tokenizer,
  trainByteLevelBpe,
} from '../../src/model/index.ts';
import { randomStream } from '../../src/tensor/index.ts';
import { askPython, needsPython } from '../python.ts';
import {
  bits,
  largestDifference,
  randomTokens,
  refusal,
  runtime,
  temporaryFolder,
  tinyModel,
} from './support.ts';

const TEXT = 'The keeper keeps a word.<|end|> She said it, twice.\n';

function tokenizer(): Tokenizer {
  const specialTokens = ['<|pad|>', '<|start|>', '<|end|>'];
  return Tokenizer.parse(trainByteLevelBpe([TEXT.repeat(5)], { vocabSize: 280, specialTokens }));
}

/** A model with a tokenizer whose special tokens it knows. */
function speaking(fields: Record<string, unknown> = {}): LanguageModel {
  const words = tokenizer();
  const ids = { pad_token_id: 0, bos_token_id: 1, eos_token_id: 2 };
  const model = tinyModel({ vocab_size: words.vocabSize, ...ids, ...fields });
  return new LanguageModel(model.config, model.weights, runtime, words);
}

/** Adapters with both matrices drawn, so that they change something. */
function drawnLora(model: LanguageModel, targets?: Lora['targets']): Lora {
  const options = { rank: 3, alpha: 5, ...(targets && { targets }) };
  const lora = Lora.initialize(model.weights, options, randomStream(2, 'init'));
  for (const [module, { b }] of lora.pairs) {
    randomStream(2, 'test').at(module).fillNormal(b);
    for (let i = 0; i < b.length; i++) b[i]! *= 0.2;
  }
  return lora;
}

const logitsOf = async (model: LanguageModel, tokens: number[][]) =>
  (await model.run(tokens)).logits!.data;

describe('saved and opened again', () => {
  test.each([
    ['tied', { tie_word_embeddings: true }],
    ['untied', {}],
    ['of another base of rotation', { rope_theta: 700, rms_norm_eps: 1e-3 }],
  ])('a model %s has the same config, tokens and logits, bit for bit', async (_, fields) => {
    const dir = join(await temporaryFolder(), 'model');
    const model = speaking(fields);
    await saveModel(model, dir);
    const again = await openModel(dir, runtime);
    expect(again.config).toEqual(model.config);
    expect(again.encode(TEXT)).toEqual(model.encode(TEXT));
    const tokens = randomTokens(2, 9);
    expect(bits(await logitsOf(again, tokens))).toEqual(bits(await logitsOf(model, tokens)));
  });

  test.each(['bfloat16', 'float16'] as const)(
    'weights of %s stay in it while it holds them, else become float32',
    async (torch_dtype) => {
      const dir = await temporaryFolder();
      const model = tinyModel({ torch_dtype });
      await saveModel(model, join(dir, 'fine'));
      const fine = await openModel(join(dir, 'fine'), runtime);
      expect(fine.config.torch_dtype).toBe('float32');
      for (const data of model.weights.fused.values()) {
        for (let i = 0; i < data.length; i++) data[i] = Math.round(data[i]! * 64) / 64;
      }
      await saveModel(model, join(dir, 'coarse'));
      const coarse = await openModel(join(dir, 'coarse'), runtime);
      expect(coarse.config.torch_dtype).toBe(torch_dtype);
      const tokens = randomTokens(1, 9);
      expect(bits(await logitsOf(coarse, tokens))).toEqual(bits(await logitsOf(model, tokens)));
      const size = async (name: string) =>
        (await readFile(join(dir, name, 'model.safetensors'))).length;
      expect(await size('coarse')).toBeLessThan(0.7 * (await size('fine')));
    },
  );

  test('a folder has a tokenizer_config.json that names the special tokens', async () => {
    const dir = join(await temporaryFolder(), 'model');
    await saveModel(speaking(), dir);
    expect(JSON.parse(await readFile(join(dir, 'tokenizer_config.json'), 'utf8'))).toEqual({
      tokenizer_class: 'PreTrainedTokenizerFast',
      clean_up_tokenization_spaces: false,
      bos_token: '<|start|>',
      eos_token: '<|end|>',
      pad_token: '<|pad|>',
    });
  });

  test("a tokenizer's own settings are kept", async () => {
    const dir = join(await temporaryFolder(), 'model');
    const { json } = tokenizer();
    const own = Tokenizer.parse(json, { model_max_length: 77, eos_token: '<|pad|>' });
    const model = tinyModel({ vocab_size: own.vocabSize, eos_token_id: 2 });
    await saveModel(new LanguageModel(model.config, model.weights, runtime, own), dir);
    const settings = JSON.parse(await readFile(join(dir, 'tokenizer_config.json'), 'utf8'));
    expect(settings).toMatchObject({
      tokenizer_class: 'PreTrainedTokenizerFast',
      model_max_length: 77,
      eos_token: '<|pad|>',
    });
  });

  test('adapters change the model as before, whatever their targets', async () => {
    for (const targets of [undefined, ['v_proj', 'gate_proj'] as const]) {
      const dir = join(await temporaryFolder(), 'adapter');
      const model = tinyModel();
      const lora = drawnLora(model, targets);
      await saveLora(lora, dir, { base_model_name_or_path: 'tiny' });
      const again = await openLora(dir);
      expect([again.rank, again.scale]).toEqual([3, 5 / 3]);
      expect([...again.targets].sort()).toEqual([...lora.targets].sort());
      const tokens = randomTokens(2, 9);
      const expected = await logitsOf(model.withMerged(lora), tokens);
      expect(bits(await logitsOf(model.withMerged(again), tokens))).toEqual(bits(expected));
    }
  });

  test('adapters with the scaling of rank-stabilized LoRA come back with it', async () => {
    const dir = join(await temporaryFolder(), 'adapter');
    const lora = drawnLora(tinyModel());
    const rslora = { use_rslora: true, lora_alpha: 5 / Math.sqrt(3) };
    await saveLora(lora, dir, rslora);
    expect((await openLora(dir)).scale).toBeCloseTo(5 / 3, 12);
    const error = await refusal(() => saveLora(lora, `${dir}2`, { lora_alpha: 7 }));
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/an adapter of scale 1.66\d+ saved with scale 2.33\d+/);
  });
});

const SCRIPT = new URL('../fixtures/model-parity/reopen.py', import.meta.url).pathname;

interface Reopened {
  readonly logits: number[][][];
  readonly adapted: number[][][];
  readonly ids: number[];
  readonly decoded: string;
  readonly specials: Record<string, string | null>;
}

async function reopen(dirs: string[], tokens: number[][]): Promise<Reopened[]> {
  const options = ['--tokens', JSON.stringify(tokens), '--text', TEXT];
  return JSON.parse(await askPython([SCRIPT, ...dirs, ...options])) as Reopened[];
}

/** Logits of transformers are those of the model within 5e-5: what TransformerLens asks of float32. */
function expectSame(ours: Float32Array, theirs: number[][][]): void {
  expect(largestDifference(ours, theirs.flat(2))).toBeLessThan(5e-5);
}

describe('reopened in Python', () => {
  test('models, adapters and tokenizers are what they are here', async ({ skip }) => {
    await needsPython(skip, ['torch', 'transformers', 'peft']);
    const dir = await temporaryFolder();
    const models = [
      speaking({ tie_word_embeddings: true, rope_theta: 700 }),
      speaking({ num_key_value_heads: 1 }),
      speaking({ torch_dtype: 'bfloat16' }),
    ];
    const dirs = models.map((_, i) => join(dir, `model-${i}`));
    const tokens = randomTokens(2, 9);
    for (const [i, model] of models.entries()) {
      await saveModel(model, dirs[i]!);
      await saveLora(drawnLora(model), join(dirs[i]!, 'adapter'));
    }
    for (const [i, theirs] of (await reopen(dirs, tokens)).entries()) {
      const model = models[i]!;
      expectSame(await logitsOf(model, tokens), theirs.logits);
      const merged = await logitsOf(model.withMerged(drawnLora(model)), tokens);
      expectSame(merged, theirs.adapted);
      expect(largestDifference(merged, theirs.logits.flat(2))).toBeGreaterThan(0.1);
      expect(theirs.ids).toEqual(model.encode(TEXT)[0]);
      expect(theirs.decoded).toBe(TEXT);
      expect(theirs.specials).toEqual({ bos: '<|start|>', eos: '<|end|>', pad: '<|pad|>' });
    }
  });
});
