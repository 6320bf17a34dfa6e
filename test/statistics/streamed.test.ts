/** @file Rates from streamed sums are those of the samples themselves. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clusteredProportion, streamedProportion } from '../../src/statistics/index.ts';

/** Sums over clusters of `c` successes among `n` samples, as they stream by. */
function streamed(clusters: readonly (readonly [c: number, n: number])[]) {
  const sum = (value: (c: number, n: number) => number) =>
    clusters.reduce((total, [c, n]) => total + value(c, n), 0);
  return streamedProportion({
    successes: sum((c) => c),
    n: sum((_, n) => n),
    clusters: clusters.length,
    squares: sum((c) => c * c),
    products: sum((c, n) => c * n),
    sizes: sum((_, n) => n * n),
  });
}

// Below ten clusters with a success, clusteredProportion resamples nothing: the same formula over the samples.
test('the rate, the interval and the design effect are those of the samples kept one by one', () => {
  const cluster = fc
    .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }))
    .map(([hits, misses]): [number, number] => [hits, hits + misses + 1]);
  fc.assert(
    fc.property(fc.array(cluster, { minLength: 1, maxLength: 9 }), (clusters) => {
      const samples = clusters.flatMap(([c, n], i) =>
        Array.from({ length: n }, (_, k) => ({ cluster: String(i), success: k < c ? 1 : 0 })),
      );
      const [own, kept] = [streamed(clusters), clusteredProportion(samples)];
      expect(own.estimate).toBeCloseTo(kept.estimate, 12);
      expect(own.designEffect).toBeCloseTo(kept.designEffect, 8);
      own.interval.forEach((end, i) => {
        expect(end).toBeCloseTo(kept.interval[i]!, 8);
      });
    }),
  );
});

test('no samples leave everything open', () => {
  expect(streamed([])).toMatchObject({ estimate: 0, interval: [0, 1] });
});
