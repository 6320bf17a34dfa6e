/** @file The experiment conditional-steering at quick size: complete and as published, after a stop on the way; its comparisons against numbers worked by hand. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Steered } from '../../src/experiment/conditionalSteering/pieces.ts';
import { compared } from '../../src/experiment/conditionalSteering/rates.ts';
import { type ExperimentResult, renderExperiment } from '../../src/experiment/index.ts';
import { estimate, expectPublished, rowsOf, stoppedAndResumed } from './support.ts';

describe('conditional-steering', () => {
  let result: ExperimentResult;
  beforeAll(async () => {
    result = await stoppedAndResumed('conditional-steering', 10);
  }, 600_000);

  const row = (name: string, arm: string) => rowsOf(result, name).find((one) => one.arm === arm)!;

  test('has the published shape, and every table has rows', () => {
    expectPublished(result);
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
