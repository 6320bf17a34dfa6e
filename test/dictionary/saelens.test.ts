/** @file Dictionaries written here, opened by SAELens: every kind that it has, with equal latents and reconstructions. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  type Dictionary,
  openDictionary,
  rowsInMemory,
  SAELENS_KINDS,
  saveDictionary,
  trainDictionaries,
} from '../../src/dictionary/index.ts';
import { largestDifference, temporaryFolder } from '../model/support.ts';
import { askPython, needsPython } from '../python.ts';
import { CASES, madeUp, pathOf, rowsOf, runtime } from './fixtures.ts';
import { random } from './kindGraph.ts';

const SCRIPT = fileURLToPath(new URL('../fixtures/dictionaries/reopen.py', import.meta.url));

interface Reopened {
  latents: number[][];
  reconstruction: number[][];
  architecture: string;
  hook: string;
  model: string;
  log_densities?: number[];
}

const x = CASES['saelens/standard']!.x;
const subtracting = ['standard', 'gated', 'jumprelu', 'topk', 'abstopk'];

/** Each kind that SAELens has, with b_dec subtracted and not, and inputs scaled. */
function allKinds(): Dictionary[] {
  const shifted = subtracting.map((kind) => madeUp(kind, { apply_b_dec_to_input: true }));
  const scaled = ['layer_norm', 'constant_norm_rescale'].flatMap((normalize_activations) =>
    ['standard', 'gated', 'jumprelu'].map((kind) => madeUp(kind, { normalize_activations })),
  );
  const heads = { hook_name: 'blocks.0.attn.hook_z', reshape_activations: 'hook_z' };
  // What a training made of a gate, and batches' thresholds, are written as the kinds that encode alike.
  const written = ['straight_through', 'rescale', 'rescale_and_shift'].map((gate) =>
    madeUp('gated', { gate, gate_bandwidth: 1 }),
  );
  const thresholds = ['batchtopk', 'matryoshka_batchtopk'].map((kind) => madeUp(kind));
  const plain = SAELENS_KINDS.map((kind) => madeUp(kind));
  return [...plain, ...shifted, ...scaled, madeUp('standard', heads), ...written, ...thresholds];
}

test('SAELens opens every kind that it has, and encodes and reconstructs as here', async ({
  skip,
}) => {
  await needsPython(skip, ['torch', 'sae_lens']);
  const dir = await temporaryFolder();
  const config = { architecture: 'batchtopk', d_in: 6, d_sae: 12, k: 2 };
  const data = rowsOf(random(5, 'rows', 400, 6));
  const length = { steps: 20, batch: 50, runtime };
  const trained = await trainDictionaries(
    [{ name: 'trained', config }],
    rowsInMemory(data),
    length,
  );
  const theirs = await Promise.all(
    ['saelens/hook_z', 'dictionary_learning/GatedAutoEncoder', 'saelens/sparsity'].map((name) =>
      openDictionary(pathOf(name), runtime),
    ),
  );
  const dictionaries = [...allKinds(), ...trained, ...theirs];
  const folders = dictionaries.map((_, i) => join(dir, String(i)));
  for (const [i, dictionary] of dictionaries.entries())
    await saveDictionary(dictionary, folders[i]!);
  const out = await askPython([SCRIPT, ...folders, '--rows', JSON.stringify(x)]);
  const reopened = JSON.parse(out) as Reopened[];
  for (const [i, dictionary] of dictionaries.entries()) await expectSame(dictionary, reopened[i]!);
  expect(reopened.at(-1)!.log_densities).toHaveLength(10);
}, 120_000);

async function expectSame(dictionary: Dictionary, theirs: Reopened): Promise<void> {
  const { config } = dictionary;
  const what = `${config.architecture} ${config.gate ?? ''} ${config.normalize_activations ?? ''}`;
  const rows = rowsOf(x);
  const latents = largestDifference(await dictionary.encode(rows), theirs.latents.flat());
  expect(latents, what).toBeLessThan(1e-5);
  const back = largestDifference(await dictionary.reconstruct(rows), theirs.reconstruction.flat());
  expect(back, what).toBeLessThan(1e-5);
  expect([theirs.hook, theirs.model]).toEqual([
    config.hook_name ?? null,
    config.model_name ?? null,
  ]);
}
