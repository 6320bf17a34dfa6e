/** @file The experiments on dictionaries at quick size: complete, as published, and the same after a stop. */
import { beforeAll, describe, expect, test } from 'vitest';
import { MemoryJournal } from '../../src/audit/index.ts';
import {
  type ExperimentResult,
  experimentNamed,
  experimentResultSchema,
  renderExperiment,
  runExperiment,
} from '../../src/experiment/index.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { Shelf } from '../../src/organism/index.ts';

const runtime = nodeRuntime({ threads: 1 });
const shelf = new Shelf('organisms', runtime);
const given = { runtime, shelf, size: 'quick', version: '0' } as const;

/** Runs an experiment, stopping once after some pieces and going on with what the journal has. */
async function stoppedAndResumed(name: string, after: number): Promise<ExperimentResult> {
  const journal = new MemoryJournal();
  let pieces = 0;
  const counting = {
    recall: (key: string) => journal.recall(key),
    record: async (key: string, value: unknown) => {
      await journal.record(key, value);
      pieces++;
    },
  };
  const safePoint = async () => {
    if (pieces >= after) throw new Error('stopped');
  };
  const experiment = experimentNamed(name);
  await expect(
    runExperiment(experiment, { ...given, journal: counting, safePoint }),
  ).rejects.toThrow('stopped');
  return runExperiment(experiment, { ...given, journal });
}

function table({ tables }: ExperimentResult, name: string) {
  const found = tables.find((one) => one.name === name);
  if (!found) throw new Error(`no table '${name}'`);
  return found.rows.map((row) =>
    Object.fromEntries(found.columns.map((column, i) => [column, row[i] ?? null])),
  );
}

function estimate(cell: unknown): number {
  return (cell as { estimate: number }).estimate;
}

describe('reconstruction-bias', () => {
  let result: ExperimentResult;
  beforeAll(async () => {
    result = await stoppedAndResumed('reconstruction-bias', 5);
  }, 300_000);

  test('has the published shape and every table', () => {
    expect(experimentResultSchema.parse(result)).toEqual(result);
    for (const { rows, name } of result.tables) expect(rows.length, name).toBeGreaterThan(0);
    expect(renderExperiment(result, { color: false, width: 100 })).toContain('gamma_C');
  });

  test('gamma_A is rho^2 gamma_C in its numbers, and L1 shrinks where the gate does not', () => {
    const identity = result.findings.find(({ claim }) => claim.startsWith('gamma_A = rho^2'));
    expect(identity?.outcome).toBe('supported');
    const bias = table(result, 'reconstruction bias').filter(({ data }) => data === 'planted');
    const gammas = (arm: string) =>
      bias.filter((row) => row.arm === arm).map(({ gamma_C }) => estimate(gamma_C));
    expect(Math.max(...gammas('standard'))).toBeLessThan(Math.min(...gammas('gated')));
  });

  test('known dictionaries: by-products are found unread, features are not', () => {
    const rows = table(result, 'latents that no model reads');
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
    expect(experimentResultSchema.parse(result)).toEqual(result);
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
    const [truth, rotated] = table(result, 'two dictionaries of equal variance explained');
    expect(estimate(truth!.fve)).toBeCloseTo(estimate(rotated!.fve), 4);
    expect(estimate(truth!.selectivity)).toBeGreaterThan(estimate(rotated!.selectivity));
    const found = result.findings.find(({ claim }) =>
      claim.startsWith('variance explained cannot'),
    );
    expect(found?.outcome).not.toBe('undecided');
  });

  test('failure modes are told of autoencoders and clusterings alike', () => {
    const rows = table(result, 'failure modes at main sizes');
    const arms = new Set(rows.filter(({ data }) => data === 'unequal').map(({ arm }) => arm));
    for (const arm of ['topk', 'standard', 'gated', 'kmeans', 'spherical_kmeans', 'pca_kmeans']) {
      expect(arms.has(arm), arm).toBe(true);
    }
    for (const { stability } of rows) expect(Math.abs(estimate(stability))).toBeLessThanOrEqual(1);
  });
});
