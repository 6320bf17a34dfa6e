/** @file The experiments on dictionaries at quick size: complete and as published, after a stop on the way. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type ExperimentResult, renderExperiment } from '../../src/experiment/index.ts';
import { estimate, expectPublished, rowsOf, stoppedAndResumed } from './support.ts';

describe('reconstruction-bias', () => {
  let result: ExperimentResult;
  beforeAll(async () => {
    result = await stoppedAndResumed('reconstruction-bias', 5);
  }, 300_000);

  test('has the published shape and every table', () => {
    expectPublished(result);
    expect(renderExperiment(result, { color: false, width: 100 })).toContain('gamma_C');
  });

  test('gamma_A is rho^2 gamma_C in its numbers, and L1 shrinks where the gate does not', () => {
    const identity = result.findings.find(({ claim }) => claim.startsWith('gamma_A = rho^2'));
    expect(identity?.outcome).toBe('supported');
    const bias = rowsOf(result, 'reconstruction bias').filter(({ data }) => data === 'planted');
    const gammas = (arm: string) =>
      bias.filter((row) => row.arm === arm).map(({ gamma_C }) => estimate(gamma_C));
    expect(Math.max(...gammas('standard'))).toBeLessThan(Math.min(...gammas('gated')));
  });

  test('known dictionaries: by-products are found unread, features are not', () => {
    const rows = rowsOf(result, 'latents that no model reads');
    const gate = rows.find(({ dictionary }) => dictionary === 'with by-products by a gate')!;
    expect(estimate(gate['found unread (by-products)'])).toBe(1);
    expect(estimate(gate['found unread'])).toBe(0);
    expect(estimate(gate['fve by latents found unread'])).toBeGreaterThan(0.01);
    // A probe of outputs is at chance for the exclusive or, where one of activations is not.
    expect(estimate(gate['probe lost, by-products'])).toBeGreaterThan(0.3);
    expect(estimate(gate['probe lost, features'])).toBeLessThan(0.02);
  });
});

describe('dictionaries-versus-clusters', () => {
  let result: ExperimentResult;
  beforeAll(async () => {
    result = await stoppedAndResumed('dictionaries-versus-clusters', 5);
  }, 300_000);

  test('has the published shape and a curve for each kind of activations', () => {
    expectPublished(result);
    const curves = result.tables.filter(({ name }) =>
      name.startsWith('variance explained by bits'),
    );
    expect(curves.map(({ name }) => name.split(', ')[1])).toEqual([
      'planted',
      'unequal',
      'base',
      'random weights',
      'phases shuffled',
    ]);
  });

  test('two dictionaries of equal variance explained are told apart by ablation', () => {
    const [truth, rotated] = rowsOf(result, 'two dictionaries of equal variance explained');
    expect(estimate(truth!.fve)).toBeCloseTo(estimate(rotated!.fve), 4);
    expect(estimate(truth!.selectivity)).toBeGreaterThan(estimate(rotated!.selectivity));
    const found = result.findings.find(({ claim }) =>
      claim.startsWith('variance explained cannot'),
    );
    expect(found?.outcome).not.toBe('undecided');
  });

  test('failure modes are told of autoencoders and clusterings alike', () => {
    const rows = rowsOf(result, 'failure modes at main sizes');
    const arms = new Set(rows.filter(({ data }) => data === 'unequal').map(({ arm }) => arm));
    for (const arm of ['topk', 'standard', 'gated', 'kmeans', 'spherical_kmeans', 'pca_kmeans']) {
      expect(arms.has(arm), arm).toBe(true);
    }
    for (const { stability } of rows) expect(Math.abs(estimate(stability))).toBeLessThanOrEqual(1);
  });
});
