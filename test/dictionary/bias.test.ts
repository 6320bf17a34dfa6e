/**
 * @file Reconstruction bias of trained autoencoders on planted data of width 64, small enough to train here. The run over
 * five seeds is the experiment `reconstruction-bias`.
 */
import { expect, test } from 'vitest';
import {
  type Dictionary,
  type DictionaryConfig,
  type DictionarySums,
  gammaOfPenalty,
  measureRows,
  rowsInMemory,
  trainDictionaries,
  valuesOf,
} from '../../src/dictionary/index.ts';
import { runtime } from '../model/support.ts';
import { plantedRows } from './planted.ts';

const rows = plantedRows(8192, { width: 64, latents: 96, share: 0.05 });
const SIZES = { d_in: 64, d_sae: 128 };
const length = { steps: 1200, batch: 256 };

async function trained(
  configs: readonly DictionaryConfig[],
  seeds = [0],
  learningRate = 3e-3,
): Promise<Dictionary[]> {
  const plans = configs.flatMap((config, i) =>
    seeds.map((seed) => ({
      name: `${i}/${seed}`,
      config,
      seed,
      learningRate,
      normalize: false,
    })),
  );
  return trainDictionaries(plans, rowsInMemory(rows), { ...length, runtime });
}

/** Sums about b_dec, where shrinkage acts. */
async function measuredOf(dictionary: Dictionary): Promise<DictionarySums> {
  return measureRows(dictionary, rows, { about: dictionary.tensors.get('b_dec')!.data });
}

const gammaC = (sums: DictionarySums): number => Number(valuesOf(sums).gamma_C);

test('an L1 penalty shrinks as equation E says within 2 per cent, and more the larger it is', async () => {
  const penalties = [0.1, 0.3];
  const configs = penalties.map((l1_coefficient) => ({
    architecture: 'standard',
    ...SIZES,
    l1_coefficient,
  }));
  const gammas: number[] = [];
  for (const [i, dictionary] of (await trained(configs)).entries()) {
    const sums = await measuredOf(dictionary);
    const expected = gammaOfPenalty(sums.total(), penalties[i]!);
    gammas.push(gammaC(sums));
    expect(gammas[i]! / expected).toBeGreaterThan(0.98);
    expect(gammas[i]! / expected).toBeLessThan(1.02);
    await dictionary.release();
  }
  expect(gammas[0]).toBeLessThan(0.97);
  expect(gammas[1]).toBeLessThan(gammas[0]!);
});

test('a gated autoencoder does not shrink', async () => {
  const config = { architecture: 'gated', ...SIZES, l1_coefficient: 0.2 };
  for (const dictionary of await trained([config], [0, 1])) {
    const gamma = gammaC(await measuredOf(dictionary));
    expect(gamma).toBeGreaterThan(0.97);
    expect(gamma).toBeLessThan(1.03);
    await dictionary.release();
  }
});

// Only rows on which a gate is open close it further, so the last ones take long: hence the high rate.
test('without its auxiliary loss the gate dies', async () => {
  const config = { architecture: 'gated', ...SIZES, l1_coefficient: 1, auxiliary: 'none' };
  const [dictionary] = await trained([config], [0], 0.02);
  expect(Number(valuesOf(await measuredOf(dictionary!)).l0)).toBeLessThan(1e-3);
  await dictionary!.release();
});
