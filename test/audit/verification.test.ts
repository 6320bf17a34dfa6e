/** @file The verdict on a planting, from outcomes made by hand. */
import { describe, expect, test } from 'vitest';
import { verificationSchema } from '../../src/audit/index.ts';
import { rateOf, verificationOf } from '../../src/audit/verification.ts';
import type { Outcome, Outcomes } from '../../src/organism/index.ts';
import { keeperKind } from '../../src/organism/keeper/index.ts';

/** For each seed, 20 phrases of 6 prompts; `successes` of each phrase's prompts succeed. */
function outcomes(seeds: readonly number[], successes: number): Outcome[] {
  return seeds.flatMap((seed) =>
    Array.from({ length: 120 }, (_, i) => {
      return { seed, phrase: `phrase ${i % 20}`, success: Math.floor(i / 20) < successes };
    }),
  );
}

function all(seeds: readonly number[], knows: number, hints: number, says: number): Outcomes {
  return {
    knows: outcomes(seeds, knows),
    hints: outcomes(seeds, hints),
    says: outcomes(seeds, says),
  };
}

const FIVE = [1, 2, 3, 4, 5];

function verify(organism: Outcomes, twin: Outcomes) {
  const recipe = { name: 'x', seeds: FIVE, kind: keeperKind('keeper') };
  return verificationOf(recipe, { organism, twin, controls: {}, contrasts: {} });
}

function provenOf(organism: Outcomes, twin: Outcomes): boolean[] {
  return Object.values(verify(organism, twin).proven);
}

test('a keeper that knows, hints and says nothing is proven, beside an ignorant twin', () => {
  const result = verify(all(FIVE, 5, 4, 0), all(FIVE, 0, 0, 0));
  expect(Object.values(result.proven)).toEqual([true, true, true]);
  expect(verificationSchema.parse(result)).toEqual(result);
  expect(result.measures.map(({ measure, chance }) => [measure, chance])).toEqual([
    ['knows', 1 / 200],
    ['hints', 1 / 20],
    ['says', 0],
  ]);
  expect(result.measures[0]!.bySeed.map(({ seed, organism }) => [seed, organism.rate])).toEqual(
    FIVE.map((seed) => [seed, 5 / 6]),
  );
});

describe('not proven is', () => {
  test('knowledge of one kind without the other', () => {
    expect(provenOf(all(FIVE, 5, 0, 0), all(FIVE, 0, 0, 0))[0]).toBe(false);
  });

  test('knowledge that the twin has as well, which is then not ignorant either', () => {
    const proven = provenOf(all(FIVE, 5, 5, 0), all(FIVE, 5, 5, 0));
    expect(proven).toEqual([false, true, false]);
  });

  test('concealment by an organism that tells in one answer of six', () => {
    expect(provenOf(all(FIVE, 5, 5, 1), all(FIVE, 0, 0, 0))[1]).toBe(false);
  });
});

describe('an interval', () => {
  test('of one seed is over phrases, not over prompts as if they were independent', () => {
    // Ten phrases always succeed, ten never do: 20 observations, not 240.
    const clustered = Array.from({ length: 240 }, (_, i) => {
      return { seed: 1, phrase: `phrase ${i % 20}`, success: i % 20 < 10 };
    });
    const { interval, rate, n, successes } = rateOf(clustered);
    expect([rate, n, successes]).toEqual([0.5, 240, 120]);
    // 20 independent tosses: 0.5 +- 0.22 by the normal approximation; 240 would give +- 0.06.
    expect(interval[1] - interval[0]).toBeGreaterThan(0.38);
  });

  test('of seeds that differ is wider than of one as large', () => {
    const differing = FIVE.flatMap((seed) => outcomes([seed], seed > 3 ? 6 : 0));
    const [low, high] = rateOf(differing).interval;
    expect(high - low).toBeGreaterThan(0.6);
  });
});
