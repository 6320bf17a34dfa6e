/** @file Probes against scikit-learn (test/fixtures/probe/make.py), closed forms and slow counts. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bestThreshold,
  detectionOf,
  f1Of,
  falsePositiveRateOf,
  fitLogisticProbe,
  meanDifference,
  precisionOf,
  probeScores,
  recallOfDetection,
  thresholdOfRecall,
} from '../../src/probe/index.ts';

interface Case {
  readonly width: number;
  readonly penalty: number;
  readonly rows: readonly number[];
  readonly labels: readonly boolean[];
  readonly direction: readonly number[];
  readonly bias: number;
  readonly precision: number;
  readonly recall: number;
  readonly best_f1: number;
}

const { cases } = JSON.parse(readFileSync('test/fixtures/probe/logistic.json', 'utf8')) as {
  cases: Case[];
};
const rowsOf = ({ rows, width }: Case) => ({ data: Float32Array.from(rows), width });

describe.each(cases.map((one, i) => [i, one] as const))('scikit-learn, case %i', (_, given) => {
  const rows = rowsOf(given);
  const probe = fitLogisticProbe(rows, given.labels, { penalty: given.penalty });
  const scores = probeScores(probe, rows);

  test('the logistic probe has its weights', () => {
    // Both are at the minimum to about 1e-7: scikit-learn ends with L-BFGS.
    given.direction.forEach((weight, i) => {
      expect(probe.direction[i]).toBeCloseTo(weight, 6);
    });
    expect(probe.bias).toBeCloseTo(given.bias, 6);
  });

  test('precision, recall and the best F1 are the same', () => {
    const found = detectionOf(scores, given.labels, 0);
    expect(precisionOf(found)).toBeCloseTo(given.precision, 12);
    expect(recallOfDetection(found)).toBeCloseTo(given.recall, 12);
    const best = bestThreshold(scores, given.labels);
    expect(best.f1).toBeCloseTo(given.best_f1, 12);
    expect(f1Of(detectionOf(scores, given.labels, best.above))).toBeCloseTo(best.f1, 12);
  });
});

test('separable classes have finite weights, and the penalty makes them small', () => {
  const rows = { data: Float32Array.of(-2, -1, 1, 2), width: 1 };
  const labels = [false, false, true, true];
  const [weak, strong] = [0.01, 10].map((penalty) => fitLogisticProbe(rows, labels, { penalty }));
  expect(weak!.direction[0]).toBeGreaterThan(strong!.direction[0]!);
  expect(strong!.direction[0]).toBeGreaterThan(0);
  // Symmetric classes: the bias is 0.
  expect(weak!.bias).toBeCloseTo(0, 9);
});

test('the difference of means points from one class to the other, and its scores vanish midway', () => {
  const rows = { data: Float32Array.of(1, 0, 3, 0, 0, 5, 0, 7), width: 2 };
  const probe = meanDifference(rows, [true, true, false, false]);
  expect([...probe.direction]).toEqual([2, -6]);
  // Midway between (2, 0) and (0, 6).
  const middle = { data: Float32Array.of(1, 3), width: 2 };
  expect(probeScores(probe, middle)[0]).toBeCloseTo(0, 12);
});

const scored = fc
  .array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.boolean()), { minLength: 1, maxLength: 30 })
  .filter((all) => all.some(([, label]) => label));

test('the best threshold has the largest F1 of all, and one by recall is the highest that reaches it', () => {
  fc.assert(
    fc.property(scored, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, recall) => {
      const scores = all.map(([score]) => score);
      const labels = all.map(([, label]) => label);
      const every = Array.from({ length: 24 }, (_, i) => -6.25 + i / 2);
      const largest = Math.max(...every.map((at) => f1Of(detectionOf(scores, labels, at))));
      expect(bestThreshold(scores, labels).f1).toBeCloseTo(largest, 12);
      const at = thresholdOfRecall(scores, labels, recall);
      expect(recallOfDetection(detectionOf(scores, labels, at))).toBeGreaterThanOrEqual(
        recall - 1e-12,
      );
      const needed = scores.filter((score, i) => labels[i] && score > at);
      const higher = detectionOf(scores, labels, Math.min(...needed));
      expect(recallOfDetection(higher)).toBeLessThan(recall);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('rates of what does not occur are undefined', () => {
  const none = detectionOf([0, 0], [false, false], 1);
  expect([precisionOf(none), recallOfDetection(none), falsePositiveRateOf(none)]).toEqual([
    undefined,
    undefined,
    0,
  ]);
});

test.each([
  ['no positives', [false, false], '0 positives among 2 rows'],
  ['no negatives', [true, true], '2 positives among 2 rows'],
  ['labels that are too few', [true], '1 labels for 2 rows'],
])('%s are refused', (_, labels, message) => {
  const rows = { data: Float32Array.of(1, 2), width: 1 };
  expect(() => fitLogisticProbe(rows, labels)).toThrow(message);
  expect(() => meanDifference(rows, labels)).toThrow(message);
});

test('a penalty of 0, and rows of another width, are refused', () => {
  const rows = { data: Float32Array.of(1, 2), width: 1 };
  expect(() => fitLogisticProbe(rows, [true, false], { penalty: 0 })).toThrow('penalty 0');
  const probe = { direction: Float64Array.of(1, 1), bias: 0 };
  expect(() => probeScores(probe, rows)).toThrow('rows of 1 numbers for a probe of 2');
});
