/** @file The experiment conditional-steering at quick size: complete, as published, the same after a stop; its comparisons against numbers worked by hand. */
import { beforeAll, describe, expect, test } from 'vitest';
import { MemoryJournal } from '../../src/audit/index.ts';
import type { Steered } from '../../src/experiment/conditionalSteering/pieces.ts';
import { compared } from '../../src/experiment/conditionalSteering/rates.ts';
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
const experiment = experimentNamed('conditional-steering');

/** Runs it with a stop after some pieces. */
async function stoppedAndResumed(after: number): Promise<ExperimentResult> {
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
  await expect(
    runExperiment(experiment, { ...given, journal: counting, safePoint }),
  ).rejects.toThrow('stopped');
  return runExperiment(experiment, { ...given, journal });
}

describe('conditional-steering', () => {
  let result: ExperimentResult;
  beforeAll(async () => {
    result = await stoppedAndResumed(10);
  }, 600_000);

  const rowsOf = (name: string) => {
    const table = result.tables.find((one) => one.name === name)!;
    return table.rows.map((row) =>
      Object.fromEntries(table.columns.map((column, i) => [column, row[i] ?? null])),
    );
  };
  const row = (name: string, arm: string) => rowsOf(name).find((one) => one.arm === arm)!;
  const estimate = (cell: unknown) => (cell as { estimate: number }).estimate;

  test('has the published shape, and every table has rows', () => {
    expect(experimentResultSchema.parse(result)).toEqual(result);
    for (const { rows, name } of result.tables) expect(rows.length, name).toBeGreaterThan(0);
    expect(renderExperiment(result, { color: false, width: 100 })).toContain('rejection by block');
    expect(result.findings.length).toBeGreaterThan(10);
  });

  test('the coder as it is differs nowhere from itself, and banned tokens leave fewer violations', () => {
    const plain = row('elsewhere', 'nothing');
    expect([estimate(plain['KL elsewhere']), estimate(plain['less as it is'])]).toEqual([0, 0]);
    const violation = (arm: string) =>
      estimate(row('violation against semantic pass', arm).violation);
    expect(violation('logit ban')).toBeLessThan(violation('nothing'));
    expect(violation('rejection by line')).toBeLessThan(violation('nothing'));
  });

  test('what is thrown away is paid for', () => {
    const tokens = (arm: string) => estimate(row('base rate 90 %', arm)['tokens per kept']);
    expect(tokens('rejection by line')).toBeGreaterThan(tokens('prompt'));
  });

  test('the ledger tells what each arm was given', () => {
    expect(row('ledger', 'nothing')['labelled programs']).toBe(0);
    expect(row('ledger', 'latent per token')['labelled programs']).toBeGreaterThan(0);
    expect(row('ledger', 'fine-tuned')['trained on']).toBeGreaterThan(0);
    expect(row('ledger', 'rejection by block').given).toBe('the text of outputs');
  });
});

describe('an arm dominates another', () => {
  /** Of each seed: shares of ten programs that break the rule, and that pass, at every base rate alike. */
  const arm = (rates: readonly (readonly [violation: number, pass: number])[]): Steered[] =>
    rates.map(([violation, pass], seed) => {
      const marks = (count: number) => '1'.repeat(count).padEnd(10, '0');
      const written = {
        violates: marks(violation),
        syntactic: marks(10),
        semantic: marks(pass),
        drawn: 1,
        flops: 1,
      };
      const levels = ([10, 50, 90] as const).map((level) => ({ level, ...written }));
      const effects = { kl: 0, right: '1' };
      const choice = { tried: [], chosen: { scale: 0 }, validationPrograms: 0, trainedOn: 0 };
      return { kind: 'steered', seed, arm: 'one', levels, effects, ...choice };
    });
  const plain = arm([
    [5, 5],
    [6, 5],
    [5, 6],
  ]);

  test.each([
    [
      'fewer violations at equal passes',
      [
        [0, 5],
        [1, 5],
        [0, 6],
      ],
      'dominates',
    ],
    [
      'fewer violations at fewer passes',
      [
        [0, 1],
        [1, 1],
        [0, 2],
      ],
      'neither',
    ],
    [
      'the same',
      [
        [5, 5],
        [6, 5],
        [5, 6],
      ],
      'neither',
    ],
    [
      'more violations at equal passes',
      [
        [9, 5],
        [10, 5],
        [9, 6],
      ],
      'is dominated',
    ],
    [
      'fewer violations in one seed alone',
      [
        [0, 5],
        [6, 5],
        [5, 6],
      ],
      'neither',
    ],
  ] as const)('%s', (_, rates, outcome) => {
    expect(compared(arm(rates), plain).outcome).toBe(outcome);
  });
});
