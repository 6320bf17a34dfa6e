/** @file Rates of the secret against its decoys. */
import { describe, expect, test } from 'vitest';
import { type DecoySample, decoyCalibrated, newcombe } from '../../src/statistics/index.ts';
import { randomStream } from '../../src/tensor/random.ts';

/** 40 prompts of `perPrompt` samples; nine decoys, each named at `decoy`, the secret at `secret`. */
function simulate(run: number, secret: number, decoy: number, perPrompt: number): DecoySample[] {
  const reader = randomStream(run, 'decoys').reader();
  const chance = (p: number) => (reader.uniform() < p ? 1 : 0);
  return Array.from({ length: 40 * perPrompt }, (_, i) => {
    const named = Array.from({ length: 9 }, () => chance(decoy) as number);
    return {
      cluster: `${i % 40}`,
      secret: chance(secret) as 0 | 1,
      decoys: named.reduce((sum, x) => sum + x, 0) / 9,
    };
  });
}

/** Shares of runs whose interval holds the truth, and whose interval lies above 0. */
function tally(runs: number, secret: number, decoy: number, perPrompt: number) {
  let [covered, above] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const samples = simulate(run, secret, decoy, perPrompt);
    const [low, high] = decoyCalibrated(samples, { resamples: 300, seed: run }).interval;
    if (low <= secret - decoy && secret - decoy <= high) covered++;
    if (low > 0) above++;
  }
  return { covered: covered / runs, above: above / runs };
}

describe('decoy-calibrated rate', () => {
  test('is the rate of the secret minus the mean rate of the decoys', () => {
    const samples = [
      { cluster: 'a', secret: 1, decoys: 0.25 },
      { cluster: 'a', secret: 0, decoys: 0 },
      { cluster: 'b', secret: 1, decoys: 0.5 },
      { cluster: 'b', secret: 0, decoys: 0.05 },
    ] as const;
    expect(decoyCalibrated(samples).estimate).toBeCloseTo(0.5 - 0.2, 12);
  });

  test('covers 95 % at common rates, and never less at rare ones', () => {
    expect(Math.abs(tally(400, 0.2, 0.1, 10).covered - 0.95)).toBeLessThan(0.03);
    expect(tally(300, 0.01, 0.002, 15).covered).toBeGreaterThan(0.93);
  });

  test('a secret named no more than its decoys is not taken for known', () => {
    expect(tally(300, 0.02, 0.02, 15).above).toBeLessThanOrEqual(0.05);
    expect(tally(300, 0.001, 0.001, 15).above).toBeLessThanOrEqual(0.05);
  });

  test('nothing named at all leaves room on both sides', () => {
    const samples = Array.from({ length: 50 }, () => ({
      cluster: 'only',
      secret: 0 as const,
      decoys: 0,
    }));
    const { estimate, interval, method } = decoyCalibrated(samples);
    expect([estimate, method]).toEqual([0, 'hybrid score']);
    // One cluster and no decoys named: Newcombe's interval for 0 of 50 twice.
    expect(interval).toEqual(newcombe({ successes: 0, n: 50 }, { successes: 0, n: 50 }).interval);
  });

  test('bad samples are refused', () => {
    expect(() => decoyCalibrated([])).toThrow('at least one sample');
    expect(() => decoyCalibrated([{ cluster: 'a', secret: 1, decoys: 1.5 }])).toThrow(
      'decoys must be from 0 to 1, got 1.5',
    );
  });
});
