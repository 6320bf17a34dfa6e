/** @file Permutation and rank tests, and corrections for many tests. */
import { describe, expect, test } from 'vitest';
import {
  benjaminiHochberg,
  holm,
  maxRankP,
  pairedPermutation,
  rankP,
} from '../../src/statistics/index.ts';
import { randomStream } from '../../src/tensor/random.ts';
import { near, values } from './fixture.ts';

const observe = (sums: readonly number[]) =>
  sums.flatMap((sum, i) =>
    Array.from({ length: 4 }, (_, k) => ({ cluster: `${i}`, success: k < sum ? 1 : 0 })),
  );

describe('paired permutation', () => {
  test('agrees with SciPy where all flips are tried', () => {
    const { a, b, greater, twoSided } = values.permutation;
    const result = pairedPermutation({ a: observe(a), b: observe(b) });
    near(result.greater, greater);
    near(result.twoSided, twoSided);
    expect(result.method).toBe('all 2^11 sign flips');
  });

  test('random flips come near to all flips', () => {
    const sums = { a: [3, 0, 3, 2, 4, 2, 0, 4, 3, 3, 3], b: [0, 0, 2, 3, 1, 3, 1, 2, 1, 2, 3] };
    const pad = [1, 1, 1, 1, 1, 1];
    // Clusters without a difference change nothing but the count of flips.
    const arms = { a: observe([...sums.a, ...pad]), b: observe([...sums.b, ...pad]) };
    const result = pairedPermutation(arms, { resamples: 20_000 });
    expect(result.method).toBe('20000 random sign flips');
    expect(Math.abs(result.greater - values.permutation.greater)).toBeLessThan(0.008);
  });

  test('arms without a common cluster cannot be paired', () => {
    const a = [{ cluster: 'x', success: 1 }];
    expect(() => pairedPermutation({ a, b: [{ cluster: 'y', success: 1 }] })).toThrow('no cluster');
  });
});

describe('ranks', () => {
  test('the p-value is the rank, ties counted against the secret', () => {
    expect(rankP(9, [1, 2, 3])).toBe(0.25);
    expect(rankP(2, [1, 2, 3])).toBe(0.75);
    expect(rankP(0, [0, 0, 0])).toBe(1);
    expect(() => rankP(Number.NaN, [1])).toThrow('NaN');
  });

  test('with one setting the maximum changes nothing', () => {
    for (const secret of [0, 1, 2, 5]) {
      expect(maxRankP([secret], [[0, 1, 1, 3]])).toBe(rankP(secret, [0, 1, 1, 3]));
    }
  });

  test('thirty hits in one setting outrank one lucky hit in a quiet one', () => {
    const quiet = Array.from({ length: 39 }, (_, i) => (i === 7 ? 1 : 0));
    const loud = Array.from({ length: 39 }, () => 0);
    expect(maxRankP([0, 30], [quiet, loud])).toBe(1 / 40);
  });

  test('the maximum over a sweep is uniform when the secret is no different', () => {
    const reader = randomStream(1, 'sweep').reader();
    const counts: number[] = [];
    for (let run = 0; run < 4000; run++) {
      const settings = [0.02, 0.1, 0.4].map((rate) =>
        Array.from({ length: 20 }, () =>
          Array.from({ length: 8 }, () => (reader.uniform() < rate ? 1 : 0)).reduce<number>(
            (s, x) => s + x,
            0,
          ),
        ),
      );
      counts.push(
        maxRankP(
          settings.map((s) => s[0]!),
          settings.map((s) => s.slice(1)),
        ),
      );
    }
    for (const level of [0.05, 0.1, 0.25]) {
      const share = counts.filter((p) => p <= level).length / counts.length;
      expect(share).toBeLessThanOrEqual(level + 3 * Math.sqrt((level * (1 - level)) / 4000));
    }
  });

  test('settings must match', () => {
    expect(() => maxRankP([1, 2], [[1]])).toThrow('as many settings');
    expect(() => maxRankP([], [])).toThrow('at least 1');
    expect(() => maxRankP([1, 2], [[1], [1, 2]])).toThrow('setting 1 has 2 decoys');
  });
});

describe('many tests', () => {
  test('Holm follows its definition, Benjamini-Hochberg agrees with SciPy', () => {
    const { p, holm: expectedHolm, bh } = values.multiple;
    holm(p).forEach((x, i) => {
      near(x, expectedHolm[i]!, 1e-12);
    });
    benjaminiHochberg(p).forEach((x, i) => {
      near(x, bh[i]!, 1e-12);
    });
    expect([holm([]), benjaminiHochberg([]), holm([0.3])]).toEqual([[], [], [0.3]]);
    expect(() => holm([1.2])).toThrow('p-value must be from 0 to 1, got 1.2');
  });
});
