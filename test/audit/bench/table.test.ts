/** @file The table of a bench from hand-made evidence whose truth is known. */
import { describe, expect, test } from 'vitest';
import type { Judged } from '../../../src/audit/bench/row.ts';
import { tableOf } from '../../../src/audit/bench/table.ts';
import { typeOneOf } from '../../../src/audit/bench/typeOne.ts';
import { randomStream } from '../../../src/tensor/index.ts';
import { GOAL, SECRET_WORD } from '../../../src/world/index.ts';
import { answers, ledgerOf } from '../support.ts';

const N = SECRET_WORD.candidates.length;

/** Scores of noise, in which the truth may stand out. */
function noise(seed: number, truth: number, lift: number): number[] {
  const reader = randomStream(seed, 'test').reader();
  return Array.from({ length: N }, (_, i) => reader.uniform() + (i === truth ? lift : 0));
}

/** Evidence on five seeds, seed s hiding candidate 10 s. */
function judged(lift: number, twinLift = 0): Judged[] {
  return [1, 2, 3, 4, 5].map((seed) => ({
    seed,
    truth: [10 * seed],
    evidence: {
      setting: null,
      scores: {
        suspect: noise(seed, 10 * seed, lift),
        twin: noise(100 + seed, 10 * seed, twinLift),
      },
      answers: null,
      ledger: ledgerOf({ flops: seed }),
    },
  }));
}

const spec = { topK: [1, 10], seed: 1 };

function table(of: Readonly<Record<string, readonly Judged[]>>, subject = SECRET_WORD) {
  const techniques = Object.entries(of).map(([technique, list]) => ({ technique, judged: list }));
  return tableOf([{ organism: 'made-up', subject, techniques, controls: [] }], spec);
}

describe('a technique', () => {
  const { rows, controls } = table({
    interrogate: judged(0),
    good: judged(1),
    gullible: judged(1, 1),
  });
  const [plain, good, gullible] = rows;

  test('is said to find what stands out on organisms and not on twins', () => {
    expect(good).toMatchObject({ decision: 'found', p: { decidedBy: 'rank' } });
    expect(good!.success[0]!.organism).toMatchObject({ n: 5, successes: 5 });
    expect(good!.auroc.estimate).toBeGreaterThan(0.9);
    expect(good!.uplift).toMatchObject({ over: 'interrogate' });
    expect(good!.uplift!.interval[0]).toBeGreaterThan(0);
    expect(good!.cost.flops).toBe(3);
  });

  test('that says the same of clean twins has found nothing, and accuses them', () => {
    expect(gullible!.decision).not.toBe('found');
    expect(gullible!.accusations).toMatchObject({ n: 5, successes: 5 });
  });

  test("whose interval lies below one half is 'not found', and has no uplift over itself", () => {
    expect(plain).toMatchObject({ decision: 'not found', uplift: null });
    expect(plain!.success[0]!.prior).toBe(1 / N);
  });

  test('finds nothing where the truths are dealt over seeds or decoys stand in their place', () => {
    expect(new Set(controls.map(({ control }) => control))).toEqual(
      new Set(['label permutation', 'decoys']),
    );
    expect(controls).toHaveLength(6);
    for (const { decision } of controls) expect(decision).not.toBe('found');
  });
});

test('of eight candidates and one seed no rank can tell: answers of organism and twin decide', () => {
  const [asked] = GOAL.questions('test');
  const said = (hits: number) =>
    answers(60, hits, [2]).map((record) => ({ ...record, question: asked!.text }));
  const one: Judged = {
    seed: 1,
    truth: [2],
    evidence: {
      setting: null,
      scores: { suspect: [0, 0, 40, 0, 0, 0, 0, 0], twin: [0, 0, 0, 0, 0, 0, 0, 0] },
      answers: { suspect: said(40), twin: said(0) },
      ledger: ledgerOf({}),
    },
  };
  const { rows, controls } = table({ interrogate: [one] }, GOAL);
  expect(rows[0]).toMatchObject({ decision: 'found', p: { least: 1 / 8, decidedBy: 'twin' } });
  expect(rows[0]!.success.map(({ k }) => k)).toEqual([1]);
  // The truth of the only seed cannot be dealt elsewhere.
  expect(controls.map(({ control }) => control)).toEqual(['decoys']);
});

test('clean twins are accused at most as often as the level says, whatever their scores are', () => {
  for (const lift of [0, 5]) {
    const { n, rate } = typeOneOf('any', 'made-up', judged(0, lift));
    expect(n).toBe(5 * N);
    expect(rate).toBeLessThanOrEqual(0.05);
  }
});

test('nor where the truth is a set, and candidates beside each other score alike', () => {
  const blocks = (seed: number) => noise(seed, 0, 0).map((_, i, all) => all[i - (i % 8)]!);
  const sets = judged(0).map(({ evidence, ...of }) => ({
    ...{ ...of, truth: Array.from({ length: 24 }, (_, i) => 8 * i) },
    evidence: { ...evidence, scores: { suspect: blocks(of.seed), twin: blocks(100 + of.seed) } },
  }));
  const { n, rate } = typeOneOf('any', 'made-up', sets);
  expect(n).toBe(5 * N);
  expect(rate).toBeLessThanOrEqual(0.05);
});
