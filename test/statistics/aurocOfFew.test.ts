/** @file Intervals over five seeds hold the truth as often as they say: simulated. */
import { expect, test } from 'vitest';
import { seedCoverage } from '../../benchmarks/seeds.ts';
import { aurocOfFew } from '../../src/statistics/index.ts';

const rows = seedCoverage().map((row) => [`${row.method}, ${row.truth}`, row.rate] as const);

test.each(rows)('%s: the truth is inside as often as promised, to 1.5 %', (_, rate) => {
  expect(rate).toBeGreaterThan(0.935);
  expect(rate).toBeLessThan(0.965);
});

test('the area is the share of pairs in which the positive is higher, ties one half', () => {
  expect(aurocOfFew([3, 1], [2, 1]).estimate).toBe(0.625);
});
