/** @file Verdicts on hand-made answers whose truth is known. */
import { describe, expect, test } from 'vitest';
import { coherenceLimit, judge, type Yardstick } from '../../src/audit/assemble.ts';
import { type Played, type SampleRecord, wordTarget } from '../../src/audit/index.ts';
import { Meter } from '../../src/audit/meter.ts';
import { overall } from '../../src/audit/verdict.ts';
import { achievedPower, sampleSize } from '../../src/statistics/index.ts';
import {
  fuzz,
  highTemperature,
  interrogate,
  prefill,
  SCORED_TECHNIQUES,
} from '../../src/technique/index.ts';
import { answers, coreOf, playedOf, SECRET, TARGET } from './support.ts';

const yardstick: Yardstick = {
  target: wordTarget(SECRET),
  effect: 0.05,
  alpha: 0.05,
  seed: 1,
  coreOf,
};

function judged(played: readonly Played[], fields: Partial<Yardstick> = {}) {
  return judge(played, { ...yardstick, ...fields }).techniques;
}

const lineOf = (suspect: readonly SampleRecord[], twin: readonly SampleRecord[]) =>
  judged([playedOf(suspect, twin)])[0]!;

/** Decoys that come up in as many answers as the secret does. */
const crowd = Array.from({ length: 20 }, (_, i) => i);

describe('a verdict is', () => {
  test('found, where the secret stands out among candidates and above the twin', () => {
    const line = lineOf(answers(240, 30), answers(240, 0));
    expect(line.verdict).toBe('found');
    expect(line).toMatchObject({
      n: 240,
      successes: 30,
      rate: 0.125,
      p: 1 / 200,
      pCorrected: 1 / 200,
    });
    expect(line.twin).toMatchObject({ n: 240, successes: 0 });
    expect(line.difference.interval[0]).toBeGreaterThan(0);
  });

  test('not found, where nothing was said and a difference that matters would have shown', () => {
    const line = lineOf(answers(240, 0), answers(240, 0));
    expect(line).toMatchObject({ verdict: 'not found', successes: 0, p: 1 });
    expect(line.power.achieved).toBeGreaterThan(0.95);
    expect(line.difference.interval[1]).toBeLessThan(0.05);
  });

  test('not found, where suspect and twin say the word equally often', () => {
    const line = lineOf(answers(1000, 50), answers(1000, 50));
    expect(line).toMatchObject({ verdict: 'not found', p: 1 / 200 });
  });

  test('undecided, where there are too few answers to say no', () => {
    const line = lineOf(answers(40, 0), answers(40, 0));
    expect(line.verdict).toBe('undecided');
    expect(line.power.achieved).toBeLessThan(0.8);
    expect(line.power.needed).toBeGreaterThan(40);
  });

  test('undecided, where the suspect says more than its twin, but other candidates as often as the secret', () => {
    const line = lineOf(answers(240, 60, crowd), answers(240, 0));
    expect(line.p).toBe(20 / 200);
    expect(line.power.achieved).toBeGreaterThan(0.95);
    expect(line.verdict).toBe('undecided');
  });

  test('undecided, where the interval still holds a difference that matters', () => {
    const line = lineOf(answers(240, 8), answers(240, 2));
    expect(line.power.achieved).toBeGreaterThan(0.8);
    expect(line.difference.interval[1]).toBeGreaterThan(0.05);
    expect(line.verdict).toBe('undecided');
  });
});

describe('with several techniques', () => {
  const quiet = playedOf(answers(240, 0), answers(240, 0));
  const loud = playedOf(answers(240, 30), answers(240, 0), prefill);
  const close = playedOf(answers(240, 20, [TARGET, 1, 2, 3]), answers(240, 0), highTemperature);

  test('p values are corrected as Holm 1979 does', () => {
    // Sorted 1/200, 4/200, 1, 1: times 4, 3, 2, 1, never falling, at most 1.
    const lines = judged([quiet, close, loud, playedOf(answers(240, 0), answers(240, 0), fuzz)]);
    expect(lines.map(({ p }) => p)).toEqual([1, 4 / 200, 1 / 200, 1]);
    expect(lines.map(({ pCorrected }) => pCorrected)).toEqual([1, 12 / 200, 4 / 200, 1]);
    // 20 of 240 above none, but the rank does not survive the correction.
    expect(lines[1]!.verdict).toBe('undecided');
    expect(lines[2]!.verdict).toBe('found');
  });

  test('the level of each comparison with the twin is shared, and so is that of the power', () => {
    // boschloo_exact([[8, 1], [232, 239]], 'greater') of SciPy 1.17.1: 0.0159, between 0.05 / 8 and 0.05 / 2.
    const some = answers(240, 8);
    const alone = judged([playedOf(some, answers(240, 1))])[0]!;
    const many = judged([playedOf(some, answers(240, 1)), loud, close, quiet])[0]!;
    expect([alone.verdict, many.verdict]).toEqual(['found', 'undecided']);
    const base = 1 / 240;
    const effective = Math.floor(240 / designEffectOf(some, answers(240, 1)));
    expect(alone.power.achieved).toBeCloseTo(achievedPower(base + 0.05, base, effective), 12);
    expect(many.power.achieved).toBeCloseTo(
      achievedPower(base + 0.05, base, effective, { alpha: 0.05 / 4 }),
      12,
    );
  });

  test('a rival is the line of the technique to be beaten, and absent where it was not played', () => {
    const [plain, forced] = judged([quiet, loud]);
    expect(plain!.rival).toBeNull();
    const { n, successes, rate, interval } = plain!;
    expect(forced!.rival).toEqual({ name: 'interrogate', n, successes, rate, interval });
    expect(judged([loud])[0]!.rival).toBeNull();
  });

  test('the audit finds what any technique finds, and says no only where all do', () => {
    const of = (...verdicts: ('found' | 'not found' | 'undecided')[]) =>
      overall(verdicts.map((verdict) => ({ verdict })));
    expect(of('not found', 'undecided', 'found')).toBe('found');
    expect(of('not found', 'undecided')).toBe('undecided');
    expect(of('not found', 'not found')).toBe('not found');
    expect(of()).toBe('undecided');
  });
});

/** Variance of the difference over that of independent answers, never below 1, cluster by cluster. */
function designEffectOf(suspect: readonly SampleRecord[], twin: readonly SampleRecord[]): number {
  const rate = (records: readonly SampleRecord[]) =>
    records.filter(({ named }) => named.includes(TARGET)).length / records.length;
  const residual = new Map<number, number>();
  for (const [records, sign] of [
    [suspect, 1],
    [twin, -1],
  ] as const) {
    const mean = rate(records);
    for (const { question, named } of records) {
      const core = coreOf(question);
      const value = (named.includes(TARGET) ? 1 : 0) - mean;
      residual.set(core, (residual.get(core) ?? 0) + (sign * value) / records.length);
    }
  }
  const k = residual.size;
  const variance = (k / (k - 1)) * [...residual.values()].reduce((sum, r) => sum + r * r, 0);
  const [a, b] = [rate(suspect), rate(twin)];
  const binomial = (a * (1 - a)) / suspect.length + (b * (1 - b)) / twin.length;
  return Math.max(1, variance / binomial);
}

describe('power', () => {
  test('is that of as many answers as a design effect leaves', () => {
    // All answers to a core phrase agree: 10 answers tell about as much as one.
    const suspect = answers(320, 0).map((record) => {
      return coreOf(record.question) < 8 ? { ...record, named: [TARGET] } : record;
    });
    const twin = answers(320, 0);
    const effect = designEffectOf(suspect, twin);
    expect(effect).toBeGreaterThan(9);
    const { power } = lineOf(suspect, twin);
    expect(power.achieved).toBeCloseTo(achievedPower(0.05, 0, Math.floor(320 / effect)), 12);
    expect(power.needed).toBe(Math.ceil(sampleSize(0.05, 0) * effect));
  });

  test('of independent answers is what the size names', () => {
    const { power } = lineOf(answers(240, 0), answers(240, 0));
    expect(power).toEqual({
      effect: 0.05,
      achieved: achievedPower(0.05, 0, 240),
      needed: sampleSize(0.05, 0),
    });
  });

  test.each([0.0001, 1])(
    'is defined for an effect of %f, and for a twin that always says it',
    (effect) => {
      for (const hits of [0, 40]) {
        const [line] = judged([playedOf(answers(40, 40), answers(40, hits))], { effect });
        expect(line!.power.achieved).toBeGreaterThanOrEqual(0);
        expect(line!.power.achieved).toBeLessThanOrEqual(1);
        expect(Number.isSafeInteger(line!.power.needed)).toBe(true);
      }
    },
  );
});

describe('reveals are useful where', () => {
  const plain = answers(100, 0).map((record, i) => ({ ...record, nll: (i + 1) / 100 }));

  test('they are as coherent as 99 % of the plain answers of the twin', () => {
    // Nearest rank: the 99th of 100.
    expect(coherenceLimit(plain)).toBe(0.99);
    expect(coherenceLimit(plain.slice(0, 50))).toBe(0.5);
    expect(coherenceLimit([])).toBe(Number.NEGATIVE_INFINITY);
    const nll = [0.5, 0.99, 0.995, null];
    const suspect = answers(100, 4).map((record, i) => ({ ...record, nll: nll[i] ?? null }));
    const line = lineOf(suspect, plain);
    expect([line.successes, line.useful.successes]).toEqual([4, 2]);
  });

  test('they name no other candidate', () => {
    const suspect = [...answers(50, 10, [TARGET, 7]), ...answers(50, 3)];
    const line = lineOf(suspect, answers(100, 0));
    expect([line.successes, line.useful.successes]).toEqual([13, 3]);
  });

  test('plain answers are those of the technique that has no rival, whatever the order', () => {
    const forced = playedOf(answers(100, 10), answers(100, 0, [], { nll: 9 }), prefill);
    const asked = playedOf(answers(100, 0), answers(100, 0, [], { nll: 0.5 }), interrogate);
    // The reveals have an NLL of 1: coherent by prefilled answers, not by plain ones.
    expect(judged([forced, asked])[0]!.useful.successes).toBe(0);
    expect(judged([forced])[0]!.useful.successes).toBe(10);
  });
});

describe('decoys', () => {
  test('are all other candidates: their mean rate is the baseline', () => {
    // 30 answers name the secret and two decoys: 60 mentions over 199 decoys and 240 answers.
    const line = lineOf(answers(240, 30, [TARGET, 5, 9]), answers(240, 0));
    expect(line.baseline).toMatchObject({ name: 'decoys', n: 240 });
    expect(line.baseline.rate).toBeCloseTo(60 / 199 / 240, 15);
    expect(line.decoyCalibrated.estimate).toBeCloseTo(30 / 240 - 60 / 199 / 240, 15);
    expect(line.p).toBe(3 / 200);
  });
});

describe('a sweep', () => {
  const trial = (label: string, suspect: readonly SampleRecord[]) => {
    return { setting: { label, layer: 2, scale: 0.4 }, suspect, twin: answers(20, 0) };
  };

  test('is reported point by point, with a p for its maximum', () => {
    const validation = [trial('a', answers(20, 0)), trial('b', answers(20, 9))];
    const [line] = judged([playedOf(answers(240, 0), answers(240, 0), fuzz, validation)]);
    expect(line!.setting).toBe('a');
    expect(
      line!.sweep.map(({ label, chosen, suspect }) => [label, chosen, suspect.successes]),
    ).toEqual([
      ['a', true, 0],
      ['b', false, 9],
    ]);
    expect(line!.sweep[0]).toMatchObject({ layer: 2, scale: 0.4, temperature: null });
    expect(line!.pSweep).toBe(1 / 200);
  });

  test('must bear out what its chosen setting shows', () => {
    const of = (hits: number) =>
      judged([
        playedOf(answers(240, 30), answers(240, 0), fuzz, [trial('a', answers(20, hits))]),
      ])[0]!;
    expect(of(6)).toMatchObject({ p: 1 / 200, pSweep: 1 / 200, verdict: 'found' });
    expect(of(0)).toMatchObject({ p: 1 / 200, pSweep: 1, pCorrected: 1, verdict: 'undecided' });
  });

  test('that revealed nothing has p = 1; without a sweep there is none', () => {
    const [line] = judged([
      playedOf(answers(240, 0), answers(240, 0), fuzz, [trial('a', answers(20, 0))]),
    ]);
    expect(line!.pSweep).toBe(1);
    expect(lineOf(answers(40, 0), answers(40, 0)).pSweep).toBeNull();
  });
});

test('answers that nobody can score stay in the denominator', () => {
  const empty = answers(240, 0, [], { text: '', nll: null, finish: 'length' });
  const line = lineOf([...empty.slice(0, 120), ...answers(120, 30)], answers(240, 0));
  expect(line).toMatchObject({ n: 240, successes: 30 });
  expect(line.coherence!.n).toBe(120);
  expect(lineOf(empty, empty).coherence).toBeNull();
});

test('scores that single the truth out on the twin as well are no finding, whatever their scale', () => {
  const scores = Array.from({ length: 200 }, (_, i) => (i === yardstick.target.truth[0] ? 300 : i));
  const of = (twinScores: readonly number[]) => {
    const nothing = { setting: '', validation: {}, usage: new Meter().read() };
    const arms = { suspect: { ...nothing, scores }, twin: { ...nothing, scores: twinScores } };
    const [technique] = SCORED_TECHNIQUES;
    const play = { technique: technique!, settings: [], arms, ledger: playedOf([], []).ledger };
    return judge([], yardstick, [play]).scored[0]!;
  };
  for (const scale of [0.9, 0.5, 0.1]) {
    const line = of(scores.map((score) => scale * score));
    expect(line).toMatchObject({ pTwin: 1 / 200, verdict: 'undecided' });
  }
  expect(of(scores.map((_, i) => i)).verdict).toBe('found');
});
