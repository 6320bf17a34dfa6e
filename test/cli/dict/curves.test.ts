/** @file Curves of training in a bounded number of points, and as bars. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Curve, LiveCurves, sparkline } from '../../../src/cli/work/dict/curves.ts';

const entry = (step: number, loss: number, dictionary = 'a') => ({
  dictionary,
  step,
  loss,
  l0: 2,
  explainedVariance: 0.5,
  dead: 3,
  terms: {},
  learningRate: 1,
});

test('a curve has few points, whose weighted mean is the mean of all steps', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 200 }),
      (losses) => {
        const curve = new Curve(8);
        losses.forEach((loss, i) => {
          curve.add(entry(i + 1, loss));
        });
        const { points } = curve;
        expect(points.length).toBeLessThanOrEqual(8);
        expect(points.at(-1)!.step).toBe(losses.length);
        const sum = points.reduce((total, { step, loss }, i) => {
          return total + loss * (step - (points[i - 1]?.step ?? 0));
        }, 0);
        expect(sum).toBeCloseTo(
          losses.reduce((total, loss) => total + loss, 0),
          6,
        );
      },
    ),
  );
});

test('bars go from the least to the largest number', () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([5, 5])).toBe('▁▁');
});

test('several dictionaries take turns on the progress line', () => {
  const curves = new LiveCurves();
  curves.add([entry(1, 8), entry(1, 4, 'b')]);
  curves.add([entry(2, 2), entry(2, 5, 'b')]);
  expect(curves.note(0)).toBe('a: loss █▁ 2.00, L0 ▁▁ 2.0, explained ▁▁ 0.500, dead ▁▁ 3');
  expect(curves.note(2000)).toMatch(/^b: loss ▁█ 5\.00/);
  expect(curves.note(4000)).toMatch(/^a: /);
});
