/** @file What GGUF metadata become as a config, and what is refused by name. */
import { describe, expect, test } from 'vitest';
import { parseConfig, writeConfig } from '../../src/model/config.ts';
import { ggufConfig } from '../../src/model/gguf/config.ts';
import type { GgufFile } from '../../src/model/gguf/file.ts';
import type { GgufTensorInfo } from '../../src/model/gguf/header.ts';
import { Metadata } from '../../src/model/gguf/metadata.ts';
import { elementType } from '../../src/model/gguf/quantization.ts';
import type { MetadataValue } from '../../src/model/gguf/reader.ts';
import { bytesSource } from '../../src/model/index.ts';
import { refusal } from './support.ts';

type Fields = Record<string, MetadataValue>;

const SIZES: Fields = {
  block_count: 2,
  context_length: 64,
  embedding_length: 16,
  feed_forward_length: 24,
  'attention.head_count': 4,
  'attention.head_count_kv': 2,
  'attention.layer_norm_rms_epsilon': Math.fround(1e-5),
};

/** A file with metadata, an embedding of F16, and float32 tensors with the given values. */
function file(
  architecture: string,
  fields: Fields = {},
  vectors: Record<string, number[]> = {},
  others: Fields = {},
): GgufFile {
  const own = Object.entries({ ...SIZES, ...fields });
  const metadata = new Map<string, MetadataValue>([
    ...own.map(([key, value]) => [`${architecture}.${key}`, value] as const),
    ...Object.entries(others),
  ]);
  const bytes = new Uint8Array(new Float32Array(Object.values(vectors).flat()).buffer);
  let at = 0;
  const tensors = Object.entries(vectors).map(([name, values]) => {
    const begin = at;
    at += values.length * 4;
    return [name, { type: elementType(0)!, shape: [values.length], begin, end: at }] as const;
  });
  const embedding = { type: elementType(1)!, shape: [50, 16], begin: 0, end: 0 };
  return {
    source: bytesSource('x.gguf', bytes),
    metadata: new Metadata('x.gguf', metadata),
    tensors: new Map<string, GgufTensorInfo>([['token_embd.weight', embedding], ...tensors]),
    architecture,
  };
}

async function configOf(...from: Parameters<typeof file>) {
  return parseConfig(await ggufConfig(file(...from)), 'x.gguf');
}

test('sizes, ids and the element type are those of the metadata; a float32 is the number it was written for', async () => {
  const ids = { bos: 1, eos: 2, eot: 7, padding: 0 };
  const others = Object.entries(ids).map(([role, id]) => [`tokenizer.ggml.${role}_token_id`, id]);
  const config = await configOf('llama', {}, {}, Object.fromEntries(others) as Fields);
  expect(config).toMatchObject({
    model_type: 'llama',
    vocab_size: 50,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 4,
    max_position_embeddings: 64,
    tie_word_embeddings: true,
    bos_token_id: 1,
    eos_token_id: [2, 7],
    pad_token_id: 0,
    torch_dtype: 'float16',
  });
  expect(config.architecture.normEpsilon).toBe(1e-5);
});

test('sizes that are given for each layer may be all alike', async () => {
  const fields = { feed_forward_length: [24, 24], 'attention.head_count_kv': [1, 1] };
  const config = await configOf('llama', fields);
  expect([config.intermediate_size, config.num_key_value_heads]).toEqual([24, 1]);
});

describe("Gemma's factor of queries", () => {
  test.each([
    ['gemma2', 26, 8],
    ['gemma2', 46, 4],
    ['gemma3', 26, 8],
    ['gemma3', 62, 4],
  ])('%s with %i layers divides by the root of %i', async (architecture, block_count, scalar) => {
    const fields = { block_count, 'attention.key_length': 8 };
    const config = await configOf(architecture, fields);
    expect(config.architecture.attentionScale).toBeCloseTo(scalar ** -0.5, 12);
  });
});

describe("Gemma 3's layers", () => {
  const windows = async (fields: Fields) =>
    (
      await configOf('gemma3', { block_count: 7, 'attention.sliding_window': 9, ...fields })
    ).architecture.layers.map(({ window }) => window);

  test('are global at every sixth place', async () => {
    expect(await windows({})).toEqual([9, 9, 9, 9, 9, undefined, 9]);
  });

  test('or at other places that the file names', async () => {
    const key = 'attention.sliding_window_pattern';
    expect(await windows({ [key]: 3 })).toEqual([9, 9, undefined, 9, 9, undefined, 9]);
    const flags = [true, false, true, true, false, false, true];
    expect(await windows({ [key]: flags })).toEqual(flags.map((flag) => (flag ? 9 : undefined)));
  });
});

describe("Llama 3's rotary scaling", () => {
  /** As its paper has it, in doubles. */
  const divisors = (dims: number, theta: number, factor: number, length: number) =>
    Array.from({ length: dims / 2 }, (_, i) => {
      const turns = length / (2 * Math.PI * theta ** ((2 * i) / dims));
      const smooth = Math.min(1, Math.max(0, (turns - 1) / 3));
      return 1 / ((1 - smooth) / factor + smooth);
    });

  test.each([
    [8, 8192],
    [32, 8192],
    [8, 64],
  ])('by %i at %i positions is found from its divisors', async (factor, original) => {
    const fields = {
      'rope.freq_base': 500_000,
      'attention.key_length': 64,
      'attention.value_length': 64,
    };
    const vectors = { 'rope_freqs.weight': divisors(64, 500_000, factor, original) };
    const config = await configOf('llama', fields, vectors);
    expect(config.architecture.ropes[0]!.scaling).toEqual({
      rope_type: 'llama3',
      factor,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: original,
    });
  });

  test('is none where all divisors are 1', async () => {
    const config = await configOf('llama', {}, { 'rope_freqs.weight': [1, 1] });
    expect(config.architecture.ropes[0]!.scaling).toEqual({ rope_type: 'default' });
  });
});

test("YaRN's numbers are taken as they stand", async () => {
  const config = await configOf('qwen3', {
    'rope.scaling.type': 'yarn',
    'rope.scaling.factor': 4,
    'rope.scaling.original_context_length': 32,
    'rope.scaling.yarn_beta_fast': 16,
    'rope.scaling.yarn_attn_factor': 1.25,
  });
  expect(config.architecture.ropes[0]!.scaling).toEqual({
    rope_type: 'yarn',
    factor: 4,
    attention_factor: 1.25,
    beta_fast: 16,
    beta_slow: 1,
    original_max_position_embeddings: 32,
    truncate: true,
  });
});

describe('what cannot be computed as the file asks is refused by the name of its key:', () => {
  test.each<[string, Parameters<typeof file>, RegExp]>([
    ['an unknown family', ['bloom'], /general\.architecture is "bloom", expected one of gpt2/],
    ['experts', ['llama', { expert_count: 8 }], /llama\.expert_count is 8/],
    ['a scale of logits', ['llama', { logit_scale: 2.5 }], /llama\.logit_scale is 2\.5/],
    [
      'longrope',
      ['phi3', { 'rope.scaling.type': 'longrope' }],
      /phi3\.rope\.scaling\.type is "longrope"/,
    ],
    [
      "longrope's factors",
      ['phi3', {}, { 'rope_factors_long.weight': [1, 2] }],
      /rope_factors_long\.weight.*longrope/,
    ],
    [
      'other divisors of frequencies',
      ['llama', {}, { 'rope_freqs.weight': [3, 5] }],
      /rope_freqs\.weight/,
    ],
    [
      'divisors of another number',
      ['llama', {}, { 'rope_freqs.weight': [1] }],
      /rope_freqs\.weight.*\[1\], expected \[2\]/,
    ],
    [
      'partly rotated heads of Llama',
      ['llama', { 'rope.dimension_count': 2 }],
      /llama\.rope\.dimension_count is 2, expected 4/,
    ],
    [
      'windows of OLMo 3',
      ['olmo2', { 'attention.sliding_window': 4 }],
      /olmo2\.attention\.sliding_window is 4/,
    ],
    [
      'values of another width than keys',
      ['qwen3', { 'attention.key_length': 8, 'attention.value_length': 4 }],
      /qwen3\.attention\.value_length is 4/,
    ],
    [
      'layers of different sizes',
      ['llama', { feed_forward_length: [24, 32] }],
      /llama\.feed_forward_length is an array of 2/,
    ],
    ['a missing size', ['llama', { block_count: 0 }], /llama\.block_count is 0/],
    ['a size that is no number', ['llama', { block_count: 'two' }], /llama\.block_count is "two"/],
    ['a missing epsilon', ['gptneox'], /gptneox\.attention\.layer_norm_epsilon is missing/],
  ])('%s', async (_what, from, message) => {
    const error = await refusal(() => configOf(...from));
    expect(error.message).toMatch(/^x\.gguf: /);
    expect(error.message).toMatch(message);
  });
});

test('soft caps are saved with a point, without which transformers refuses them', async () => {
  const text = writeConfig(await configOf('gemma2', { attn_logit_softcapping: 50 }));
  expect(text).toContain('"attn_logit_softcapping": 50.0,');
  expect(text).toContain('"final_logit_softcapping": 30.0,');
  expect(JSON.parse(text)).toMatchObject({ final_logit_softcapping: 30 });
});
