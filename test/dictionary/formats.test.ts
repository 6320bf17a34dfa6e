/** @file Dictionaries of other libraries, opened: their latents and reconstructions are those of the library that wrote them. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Dictionary,
  KINDS,
  openDictionary,
  saveDictionary,
} from '../../src/dictionary/index.ts';
import { largestDifference, refusal, temporaryFolder } from '../model/support.ts';
import { CASES, madeUp, pathOf, rowsOf, runtime } from './fixtures.ts';
import { random } from './kindGraph.ts';

const open = (name: string) => {
  const { factor } = CASES[name]!;
  return openDictionary(pathOf(name), runtime, {
    ...(factor !== undefined && { normScalingFactor: factor }),
  });
};

/** float32 sums of six products on either side; values are of the order of 1. */
const NEAR = 1e-5;

async function expectLike(dictionary: Dictionary, name: string): Promise<void> {
  const { x, latents, reconstruction } = CASES[name]!;
  const rows = rowsOf(x);
  expect(largestDifference(await dictionary.encode(rows), latents.flat())).toBeLessThan(NEAR);
  const back = await dictionary.reconstruct(rows);
  expect(largestDifference(back, reconstruction.flat())).toBeLessThan(NEAR);
}

describe('opened', () => {
  test.each(Object.keys(CASES))(
    '%s encodes and reconstructs as it does in Python',
    async (name) => {
      await expectLike(await open(name), name);
    },
  );

  test.each(Object.keys(CASES))('%s, written again, is the same to the bit', async (name) => {
    const [first, folder] = [await open(name), await temporaryFolder()];
    await saveDictionary(first, join(folder, 'saved'));
    const again = await openDictionary(join(folder, 'saved'), runtime);
    expect(again.config).toEqual(first.config);
    const names = [...first.tensors.keys()].sort();
    expect([...again.tensors.keys()].sort()).toEqual(names);
    for (const tensor of names)
      expect(again.tensors.get(tensor)).toEqual(first.tensors.get(tensor));
  });

  test.each([
    ['saelens/standard', 'saelens', 'blocks.3.hook_resid_post', 'gpt2'],
    ['saelens-before-6/standard', 'saelens-before-6', 'blocks.1.hook_resid_post', 'gemma-2-2b'],
    [
      'dictionary_learning/AutoEncoderTopK',
      'dictionary_learning',
      'blocks.3.hook_resid_post',
      'EleutherAI/pythia-70m-deduped',
    ],
    [
      'gemma-scope/gemma-scope-2b-pt-res/layer_12/width_16k/average_l0_82',
      'gemma-scope',
      'blocks.12.hook_resid_post',
      'gemma-2-2b',
    ],
    [
      'gemma-scope/gemma-scope-2b-pt-att/layer_3/width_16k/average_l0_10',
      'gemma-scope',
      'blocks.3.attn.hook_z',
      'gemma-2-2b',
    ],
    [
      'gemma-scope/gemma-scope-2b-pt-res/embedding/width_4k/average_l0_6',
      'gemma-scope',
      'hook_embed',
      'gemma-2-2b',
    ],
    ['sparsify/layers.5', 'sparsify', 'blocks.5.hook_resid_post', undefined],
  ])('%s is %s at %s', async (name, format, hook, model) => {
    const { provenance, config } = await open(name);
    expect(provenance?.format).toBe(format);
    expect([config.hook_name, config.model_name]).toEqual([hook, model]);
  });

  test('the account says what was folded, transposed, renamed, dropped and assumed', async () => {
    const of = async (name: string) =>
      (await open(name)).provenance!.changes.map(({ kind, what }) => `${kind} ${what}`);
    expect(await of('saelens-before-6/standard')).toEqual([
      'renamed hook_point',
      'dropped cfg.json',
      'dropped scaling_factor',
    ]);
    expect(await of('saelens-before-6/jumprelu')).toContain('folded normalize_activations');
    expect(await of('saelens/topk-rescaled')).toEqual(['folded norms of W_dec']);
    expect(await of('saelens/topk-float16')).toEqual(['widened F16']);
    expect(await of('dictionary_learning/GatedAutoEncoder')).toEqual([
      'renamed encoder.weight',
      'renamed decoder.weight',
      'renamed decoder_bias',
      'renamed gate_bias',
      'renamed mag_bias',
      'transposed W_enc',
      'transposed W_dec',
      'assumed hook_name',
    ]);
    expect(await of('dictionary_learning/AutoEncoderTopK')).toContain('dropped threshold');
    expect(await of('dictionary_learning/half')).toContain('assumed dict_class');
  });

  test('densities are read, and written again', async () => {
    const dictionary = await open('saelens/sparsity');
    const { densities } = CASES['saelens/sparsity']!;
    expect(largestDifference(dictionary.provenance!.densities!, densities!)).toBeLessThan(1e-6);
    const folder = join(await temporaryFolder(), 'saved');
    await saveDictionary(dictionary, folder);
    const again = await openDictionary(folder, runtime);
    expect(largestDifference(again.provenance!.densities!, densities!)).toBeLessThan(1e-6);
  });

  test('a hook and a model that the caller names take the place of the file’s', async () => {
    const given = { hook: 'blocks.0.hook_mlp_out', model: 'mine' };
    const { config } = await openDictionary(pathOf('sparsify/layers.5'), runtime, given);
    expect([config.hook_name, config.model_name]).toEqual([given.hook, given.model]);
  });

  test.each([
    'saelens/standard-layer_norm',
    'saelens/gated-constant_norm_rescale',
    'saelens/skip_transcoder',
  ])(
    'latents of %s are decoded beside the activations that they are of, and not alone',
    async (name) => {
      const dictionary = await open(name);
      const { x, latents, reconstruction } = CASES[name]!;
      const { message } = await refusal(() => dictionary.decode(rowsOf(latents)));
      expect(message).toContain(dictionary.config.architecture);
      const back = await dictionary.decode(rowsOf(latents), rowsOf(x));
      expect(largestDifference(back, reconstruction.flat())).toBeLessThan(NEAR);
    },
  );
});

describe('refused in a line', () => {
  const config = async (name: string, change: Record<string, unknown>) => {
    const folder = join(await temporaryFolder(), 'x');
    await cp(pathOf(name), folder, { recursive: true });
    const file = join(folder, name.startsWith('dictionary_learning') ? 'config.json' : 'cfg.json');
    const before = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...before, ...change }));
    return (await refusal(() => openDictionary(folder, runtime))).message;
  };

  test.each([
    [
      'saelens/standard',
      { normalize_activations: 'expected_average_only_in' },
      'the factor is not in the file',
    ],
    [
      'saelens/standard',
      { normalize_activations: 'covariance_whitening' },
      'whitening is not in the file',
    ],
    ['saelens/standard', { normalize_activations: 'batch' }, 'normalize_activations is "batch"'],
    ['saelens/standard', { architecture: 'matching_pursuit' }, "architecture 'matching_pursuit'"],
    ['saelens/standard', { architecture: 'gated' }, "tensor 'b_gate' is missing"],
    [
      'saelens/gated',
      { architecture: 'standard' },
      "tensor 'b_gate' is none of a standard dictionary's",
    ],
    ['saelens/standard', { architecture: 'standrad' }, "unknown kind of dictionary 'standrad'"],
    ['saelens/standard', { d_in: 'six' }, 'd_in is "six"'],
    ['saelens/standard', { d_sae: 11 }, "'W_enc' has shape [6, 10], expected [6, 11]"],
    ['saelens/topk', { k: undefined }, 'has no k'],
    ['saelens/jumprelu', { architecture: 'standard' }, "tensor 'threshold'"],
    [
      'saelens-before-6/standard',
      { activation_fn_str: 'tanh-relu' },
      "activation_fn is 'tanh-relu'",
    ],
    [
      'saelens-before-6/scaled',
      { finetuning_scaling_factor: false },
      'scaling_factor is not all ones',
    ],
    ['sparsify/layers.5', { activation: 'groupmax' }, 'activation is "groupmax"'],
    ['sparsify/layers.5', { num_latents: 12 }, '12 latents'],
    [
      'dictionary_learning/AutoEncoder',
      { trainer: { dict_class: 'IdentityDict' } },
      "dict_class is 'IdentityDict'",
    ],
    [
      'dictionary_learning/AutoEncoder',
      { trainer: { dict_class: 'GatedAutoEncoder' } },
      'is missing',
    ],
  ])('%s with %j', async (name, change, message) => {
    const line = await config(name, change);
    expect(line).toContain(message);
  });

  test('a path without a dictionary, with what would be one', async () => {
    const folder = await temporaryFolder();
    const { message, hint } = await refusal(() => openDictionary(folder, runtime));
    expect(message).toBe(`no dictionary at '${folder}'`);
    expect(hint).toContain('ae.pt and config.json (dictionary_learning)');
  });
});

describe('a dictionary of ours', () => {
  test.each(KINDS.map(({ name }) => name))(
    'of kind %s is opened with equal latents',
    async (architecture) => {
      const [dictionary, folder] = [madeUp(architecture), join(await temporaryFolder(), 'saved')];
      await saveDictionary(dictionary, folder);
      const again = await openDictionary(folder, runtime);
      const x = rowsOf(random(4, 'x', 7, 6));
      expect(await again.encode(x)).toEqual(await dictionary.encode(x));
      expect(await again.reconstruct(x)).toEqual(await dictionary.reconstruct(x));
      expect(again.config.hook_name).toBe('blocks.0.hook_mlp_out');
    },
  );
});
