/** @file The experiment unsupervised-vectors: its curve against enumeration, its judge, and a quick run that is stopped and resumed. */
import { describe, expect, test } from 'vitest';
import { renderExperiment } from '../../src/experiment/index.ts';
import {
  areaOf,
  foundWithin,
  meanOver,
  shareOver,
  sideOf,
} from '../../src/experiment/unsupervisedVectors/curve.ts';
import { shownIn } from '../../src/experiment/unsupervisedVectors/judge.ts';
import { powerToTell } from '../../src/experiment/unsupervisedVectors/telling.ts';
import { expectPublished, stoppedAndResumed } from './support.ts';

/** Share of all subsets of a size that hold one of the first `hits`, by counting them. */
function counted(drawn: number, hits: number, all: number): number {
  let [subsets, found] = [0, 0];
  for (let mask = 0; mask < 2 ** all; mask++) {
    const members = Array.from({ length: all }, (_, i) => i).filter((i) => (mask >> i) & 1);
    if (members.length !== drawn) continue;
    subsets++;
    if (members.some((member) => member < hits)) found++;
  }
  return found / subsets;
}

describe('the curve', () => {
  test('is the share of draws that hold a hit, as counting all of them says', () => {
    for (const [drawn, hits, all] of [
      [1, 2, 6],
      [3, 2, 6],
      [4, 3, 7],
      [5, 3, 7],
      [6, 0, 6],
    ] as const) {
      expect(foundWithin(drawn, hits, all)).toBeCloseTo(counted(drawn, hits, all), 12);
    }
  });

  test('has an area of 0 without hits, of 1 with nothing else, and of (n + 1) / 2n with one among n', () => {
    expect([areaOf(0, 9), areaOf(9, 9)]).toEqual([0, 1]);
    expect(areaOf(1, 9)).toBeCloseTo(10 / 18, 12);
  });
});

test("shares have Wilson's interval, means Student's at the level asked for", () => {
  // Wilson 1927: 5 of 5 is [1 / (1 + z^2 / 5), 1].
  expect(shareOver([1, 1, 1, 1, 1]).interval[0]).toBeCloseTo(1 / (1 + 1.959964 ** 2 / 5), 6);
  // Tables: t(0.995, 4) = 4.6041, standard error sqrt(1 / 2).
  const { estimate, interval } = meanOver([1, 2, 3, 4, 5], 0.99);
  expect(estimate).toBe(3);
  expect(interval[1]).toBeCloseTo(3 + 4.6041 * Math.SQRT1_2, 3);
});

test('an interval without width decides nothing', () => {
  expect(sideOf({ estimate: 1, interval: [1, 1], n: 5 }, 0)).toBe('undecided');
  expect(sideOf({ estimate: 1, interval: [0.5, 1], n: 5 }, 0)).toBe('supported');
  expect(sideOf({ estimate: 0, interval: [-1, -0.1], n: 5 }, 0)).toBe('refuted');
});

test('a behaviour is shown by half of the replies, and hardly any of another kind', () => {
  expect(shownIn({ n: 20, boast: 10, song: 2 })).toBe('boast');
  expect(shownIn({ n: 20, boast: 9 })).toBeUndefined();
  expect(shownIn({ n: 20, boast: 10, song: 3 })).toBeUndefined();
  expect(shownIn({ n: 20 })).toBeUndefined();
});

test('five models of each kind tell little apart, the more the farther apart they are', () => {
  const [none, some, much] = [0, 1.8124, 6].map((z) => powerToTell(5, z));
  expect(none).toBeLessThan(0.12);
  expect(some).toBeGreaterThan(none!);
  expect(much).toBeGreaterThan(0.95);
});

test('a quick run has every table and claim, after a stop on the way', async () => {
  // The sweeps are done then: what builds on them has to find them in the journal.
  const result = await stoppedAndResumed('unsupervised-vectors', 5);
  expectPublished(result);
  const arms = result.tables[0]!.rows.map(([arm]) => arm);
  expect(arms).toContain('MELBO, p = 4, over tokens');
  expect(arms).toContain('adapters');
  expect(result.findings).toHaveLength(15);
  expect(renderExperiment(result, { color: false, width: 100 })).toContain('P(found)');
}, 600_000);
