/** @file LoRA adapters, against what PEFT 0.21.2 wrote. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Adapter,
  adapterFiles,
  checkAdapter,
  loadAdapter,
  loraKey,
  loraScaling,
  parseAdapterConfig,
  parseLoraKey,
  writeAdapterConfig,
} from '../../../src/model/adapter.ts';
import { writeFolder } from '../../../src/model/folder.ts';
import {
  concatenated,
  fixture,
  fixtureBytes,
  fixtureJson,
  refusal,
  temporaryFolder,
} from './support.ts';

const peft = () => loadAdapter(fixture('adapter'));

describe('reading', () => {
  test('an adapter of PEFT opens with its rank, scaling and tensors', async () => {
    const { config, tensors } = await peft();
    expect(config).toMatchObject({ r: 2, lora_alpha: 6, target_modules: ['down_proj', 'q_proj'] });
    expect(loraScaling(config)).toBe(3);
    expect(tensors.size).toBe(8);
    const key = loraKey({ module: 'model.layers.1.mlp.down_proj', part: 'A' });
    expect(key).toBe('base_model.model.model.layers.1.mlp.down_proj.lora_A.weight');
    expect(tensors.get(key)!.shape).toEqual([2, 12]);
  });

  test('rank-stabilized adapters scale by the root of the rank', async () => {
    const { config } = await peft();
    expect(loraScaling({ ...config, r: 4, lora_alpha: 6, use_rslora: true })).toBe(3);
  });

  test('names and places translate both ways', () => {
    for (const module of ['model.layers.11.mlp.up_proj', 'transformer.h.0.attn.c_attn']) {
      const place = { module, part: 'B' } as const;
      expect(parseLoraKey(loraKey(place))).toEqual(place);
    }
    const key = loraKey({ module: 'model.layers.1.self_attn.q_proj', part: 'A' });
    const others = [
      key.replace('base_model.', ''),
      key.replace('.1.', '..'),
      `${key}x`,
      key.replace('lora_A', 'lora_C'),
    ];
    for (const other of others) expect(parseLoraKey(other)).toBeUndefined();
  });
});

describe('writing', () => {
  test('the tensors of PEFT are written again with the same bytes', async () => {
    const files = adapterFiles(await peft());
    const written = concatenated(files.get('adapter_model.safetensors') as Uint8Array[]);
    expect(written).toEqual(await fixtureBytes('adapter/adapter_model.safetensors'));
  });

  test('a written folder opens as the same adapter', async () => {
    const adapter = await peft();
    const dir = join(await temporaryFolder(), 'adapter');
    await writeFolder(dir, adapterFiles(adapter));
    expect(await loadAdapter(dir)).toEqual(adapter);
  });

  test('the config says nothing that PEFT does not say', async () => {
    const theirs = await fixtureJson<Record<string, unknown>>('adapter/adapter_config.json');
    const ours = JSON.parse(writeAdapterConfig(parseAdapterConfig(theirs)));
    // PEFT writes its set of modules in any order.
    theirs.target_modules = [...(theirs.target_modules as string[])].sort();
    expect(theirs).toMatchObject(ours);
  });
});

describe('refusing', () => {
  const refused: [string, object, RegExp][] = [
    ['another method', { peft_type: 'IA3' }, /peft_type is "IA3": .*"LORA"/],
    ['another task', { task_type: 'SEQ_CLS' }, /task_type is "SEQ_CLS"/],
    ['no rank', { r: undefined }, /r is missing/],
    ['rank 0', { r: 0 }, /r is 0/],
    [
      'what cannot name a module',
      { target_modules: ['q_proj', 'a.b'] },
      /target_modules.1 is "a.b"/,
    ],
    ['a pattern for modules', { target_modules: '.*proj' }, /target_modules is ".\*proj"/],
    ['DoRA', { use_dora: true }, /use_dora is true/],
    ['biases', { bias: 'all' }, /bias is "all"/],
    [
      'ranks per module',
      { rank_pattern: { q_proj: 4 } },
      /rank_pattern.q_proj is 4: .*not supported/,
    ],
    ['whole modules', { modules_to_save: ['lm_head'] }, /modules_to_save.0 is "lm_head"/],
  ];
  test.each(refused)('%s', async (_what, change, message) => {
    const json = { ...(await fixtureJson<object>('adapter/adapter_config.json')), ...change };
    expect(await refusal(() => parseAdapterConfig(json))).toMatch(message);
  });

  test('tensors that do not fit the config', async () => {
    const { config, tensors } = await peft();
    const key = loraKey({ module: 'model.layers.0.self_attn.q_proj', part: 'A' });
    const check = (change: Partial<Adapter>) =>
      refusal(() => checkAdapter({ config, tensors, ...change }, 'file'));
    const without = new Map(tensors);
    without.delete(key);
    expect(await check({ tensors: without })).toMatch(
      /without its partner ".*q_proj.lora_A.weight"/,
    );
    expect(await check({ tensors: new Map() })).toMatch(/no tensors/);
    expect(await check({ config: { ...config, r: 3 } })).toMatch(
      /shape \[2, \d+\], expected rank 3 on axis 0/,
    );
    expect(await check({ config: { ...config, target_modules: ['q_proj'] } })).toMatch(
      /down_proj.*is not a/,
    );
    expect(await check({ tensors: new Map(tensors).set('x', tensors.get(key)!) })).toMatch(
      /"x" is not a/,
    );
  });

  test('a folder without its files', async () => {
    const said = await refusal(async () => loadAdapter(await temporaryFolder()));
    expect(said).toMatch(/adapter_config.json: no such file/);
  });
});
