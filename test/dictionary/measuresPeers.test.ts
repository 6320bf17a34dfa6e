/** @file Measures against SAELens's and dictionary_learning's own metric code, where definitions agree. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  Dictionary,
  type DictionarySums,
  measureRows,
  valuesOf,
} from '../../src/dictionary/index.ts';
import { runtime } from '../model/support.ts';

interface Peers {
  readonly x: readonly number[];
  readonly weights: Record<string, { readonly shape: number[]; readonly data: number[] }>;
  readonly saelens: Record<string, number> & { readonly feature_density: number[] };
  readonly dictionary_learning: Record<string, number>;
}

/** Written by `test/fixtures/measures/make.py`: sae-lens 6.54.12, dictionary-learning 0.1.0. */
const path = new URL('../fixtures/measures/values.json', import.meta.url);
const peers = JSON.parse(readFileSync(path, 'utf8')) as unknown as Peers;

async function ours(): Promise<DictionarySums> {
  const tensors = Object.entries(peers.weights).map(
    ([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }] as const,
  );
  const [d_in, d_sae] = peers.weights.W_enc!.shape as [number, number];
  const config = { architecture: 'standard', d_in, d_sae, apply_b_dec_to_input: true };
  const dictionary = new Dictionary(config, new Map(tensors), runtime);
  return measureRows(dictionary, { data: Float32Array.from(peers.x), width: d_in });
}

/** Theirs are float32 means: 1e-5 of the value. */
function near(found: unknown, expected: number | undefined, what: string): void {
  expect(Math.abs(Number(found) / expected! - 1), what).toBeLessThan(1e-5);
}

test("measures are those of SAELens's metric code", async () => {
  const sums = await ours();
  const found = valuesOf(sums);
  const names = {
    mse: 'mse',
    fve: 'explained_variance',
    legacy_explained_variance_per_row: 'explained_variance_legacy',
    gamma_C: 'relative_reconstruction_bias',
    l2_ratio: 'l2_ratio',
    cosine: 'cossim',
    l0: 'l0',
    l1: 'l1',
  };
  for (const [own, theirs] of Object.entries(names)) near(found[own], peers.saelens[theirs], own);
  [...sums.firing.densities()].forEach((density, i) => {
    expect(density).toBeCloseTo(peers.saelens.feature_density[i]!, 6);
  });
});

test("measures are those of dictionary_learning's evaluate", async () => {
  const found = valuesOf(await ours());
  const names = {
    l2_loss: 'l2_loss',
    fve_without_bias: 'frac_variance_explained',
    gamma_C: 'relative_reconstruction_bias',
    l2_ratio: 'l2_ratio',
    cosine: 'cossim',
    l0: 'l0',
    l1: 'l1_loss',
  };
  const theirs = peers.dictionary_learning;
  for (const [own, name] of Object.entries(names)) near(found[own], theirs[name], own);
  near(1 - Number(found.dead), theirs.frac_alive, 'frac_alive');
});
