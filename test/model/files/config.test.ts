/** @file `config.json` as transformers 5.23 writes it, as older versions wrote it, and as nobody should. */
import { describe, expect, test } from 'vitest';
import { parseConfig, writeConfig } from '../../../src/model/config.ts';
import { parseJson } from '../../../src/model/json.ts';
import { fixtureJson, refusal } from './support.ts';

const config = (json: object) => parseConfig({ model_type: 'llama', ...json });

describe('reading', () => {
  test('a config of transformers 5 keeps every value', async () => {
    const {
      json: _,
      architecture,
      ...fields
    } = parseConfig(await fixtureJson('llama/config.json'));
    expect(architecture.ropes).toEqual([
      { theta: 5000, dims: 2, scaling: { rope_type: 'default' } },
    ]);
    expect(architecture).toMatchObject({ norm: 'rms', normEpsilon: 1e-5, activation: 'silu' });
    expect(fields).toEqual({
      model_type: 'llama',
      hidden_size: 8,
      intermediate_size: 12,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      head_dim: 2,
      vocab_size: 16,
      max_position_embeddings: 32,
      tie_word_embeddings: true,
      bos_token_id: 1,
      eos_token_id: 2,
      pad_token_id: null,
      torch_dtype: 'float32',
    });
  });

  test('what is missing gets the default of transformers', async () => {
    const { json: _, ...fields } = config({});
    expect(parseConfig(await fixtureJson('llama-defaults/config.json'))).toMatchObject(fields);
  });

  test('the rotary base and element type are found where transformers 4 keeps them', () => {
    const older = config({ rope_theta: 500000, rope_scaling: null, torch_dtype: 'bfloat16' });
    expect(older.architecture.ropes[0]!.theta).toBe(500000);
    expect(older.torch_dtype).toBe('bfloat16');
    expect(
      config({ rope_scaling: { type: 'default', rope_theta: 3 }, rope_theta: 4 }).architecture
        .ropes[0]!.theta,
    ).toBe(3);
  });

  test('heads of keys and values default to the heads of queries, the width to an equal share', () => {
    const { num_key_value_heads, head_dim } = config({ hidden_size: 24, num_attention_heads: 3 });
    expect([num_key_value_heads, head_dim]).toEqual([3, 8]);
  });

  test('several end tokens are kept', () => {
    expect(config({ eos_token_id: [2, 7] }).eos_token_id).toEqual([2, 7]);
  });
});

describe('refusing', () => {
  const refused: [string, object, RegExp][] = [
    ['another family', { model_type: 'bloom' }, /model_type is "bloom", expected one of gpt2, /],
    [
      'a scaling that is not known',
      { rope_parameters: { rope_type: 'longrope' } },
      /rope scaling is "longrope".*"default"/,
    ],
    [
      'linear scaling without a factor',
      { rope_scaling: { type: 'linear' } },
      /rope_parameters: factor/,
    ],
    [
      'an odd number of rotated dimensions',
      { head_dim: 6, rope_parameters: { partial_rotary_factor: 0.5 } },
      /3 of head_dim 6 dimensions rotate/,
    ],
    ['another activation', { hidden_act: 'tanh' }, /hidden_act is "tanh": .*silu/],
    [
      'quantized weights',
      { quantization_config: {} },
      /quantization_config is an object: quantized/,
    ],
    ['another element type', { torch_dtype: 'int8' }, /torch_dtype is "int8"/],
    ['a fractional size', { hidden_size: 1.5 }, /hidden_size is 1.5/],
    ['no layers', { num_hidden_layers: 0 }, /num_hidden_layers is 0/],
    ['a million layers', { num_hidden_layers: 1e6 }, /num_hidden_layers is 1000000/],
    ['a size in words', { vocab_size: 'many' }, /vocab_size is "many"/],
    [
      'heads that do not divide',
      { hidden_size: 10, num_attention_heads: 3 },
      /10 does not divide into 3/,
    ],
    ['an odd head', { hidden_size: 9, num_attention_heads: 3 }, /head_dim is 3: expected an even/],
    [
      'groups that do not divide',
      { num_key_value_heads: 5 },
      /num_key_value_heads is 5.*divisor.*32/,
    ],
  ];
  test.each(refused)('%s', async (_what, json, message) => {
    const said = await refusal(() => config(json));
    expect(said).toMatch(message);
    expect(said).toMatch(/^config.json: [^\n]+$/);
  });

  test('what is not an object, or not JSON', async () => {
    expect(await refusal(() => parseConfig([]))).toMatch(/config.json: got an array of 0/);
    expect(await refusal(() => parseJson('{', 'a/config.json'))).toMatch(
      /^a\/config.json: not JSON/,
    );
  });
});

describe('writing', () => {
  test('what is written reads the same again', async () => {
    const read = parseConfig(await fixtureJson('llama/config.json'));
    expect(parseConfig(JSON.parse(writeConfig(read)))).toEqual(read);
  });

  test('what transformers 5 writes is contained in what is written, but for training and versions', async () => {
    const theirs = await fixtureJson<Record<string, unknown>>('llama/config.json');
    const unread = [
      'attention_dropout',
      'initializer_range',
      'pretraining_tp',
      'use_cache',
      'transformers_version',
    ];
    for (const key of unread) delete theirs[key];
    expect(JSON.parse(writeConfig(parseConfig(theirs)))).toMatchObject(theirs);
  });
});
