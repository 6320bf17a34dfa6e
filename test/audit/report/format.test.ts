/** @file Numbers as text. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  count,
  list,
  percent,
  plural,
  points,
  powerPercent,
  pValue,
  short,
} from '../../../src/audit/report/format.ts';

test('shares keep the digits that matter and never show a small one as nothing', () => {
  const shown = [0, 0.00001, 0.0007, 0.007, 0.0125, 0.125, 0.9996, 1].map(percent);
  expect(shown).toEqual(['0', '0.001', '0.07', '0.70', '1.3', '12.5', '100', '100']);
  fc.assert(
    fc.property(fc.double({ min: 1e-12, max: 1, noNaN: true }), (p) => Number(percent(p)) > 0),
  );
});

test('differences carry their sign and zero has none', () => {
  expect([0.042, -0.042, 0, -0].map(points)).toEqual(['+4.2', '-4.2', '0', '0']);
});

test('p values keep two digits and are never zero', () => {
  expect([0, 0.00005, 0.000123, 0.0456, 0.5, 1].map(pValue)).toEqual([
    '<0.0001',
    '<0.0001',
    '0.00012',
    '0.046',
    '0.5',
    '1',
  ]);
});

test('power is never rounded up to certainty', () => {
  expect([0.2149, 0.8, 0.999].map(powerPercent)).toEqual(['21%', '80%', '>99%']);
});

test('counts, prefixes, lists and plurals', () => {
  expect([7, 1234, 1234567].map(count)).toEqual(['7', '1,234', '1,234,567']);
  expect([0, 999, 12_340, 999_600].map((v) => short(v))).toEqual(['0', '999', '12.3k', '1.00M']);
  expect(`${short(3.05e12, ' ')}FLOP`).toBe('3.05 TFLOP');
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(list)).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
  expect([plural(1, 'sample'), plural(2000, 'sample')]).toEqual(['1 sample', '2,000 samples']);
});
