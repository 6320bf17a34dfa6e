/** @file What the experiments on noise choose and count: on made-up answers, against slow plain references and closed forms. */
import { expect, test } from 'vitest';
import { MemoryJournal } from '../../src/audit/index.ts';
import {
  type PairSettings,
  pairSettings,
  randomDirection,
  trialsOf,
} from '../../src/experiment/alignmentFakingPairs/arms.ts';
import { decide, type Pair } from '../../src/experiment/alignmentFakingPairs/decide.ts';
import type { Answer } from '../../src/experiment/fuzzingFamily/ask.ts';
import {
  chosenSetting,
  matchedTemperature,
  type Sweep,
  sweepP,
  targetOf,
} from '../../src/experiment/fuzzingFamily/choose.ts';
import { minedRank } from '../../src/experiment/fuzzingFamily/measures.ts';
import type { Test } from '../../src/experiment/fuzzingFamily/pieces.ts';
import { type Experiment, runExperiment } from '../../src/experiment/index.ts';
import { softmax, wordLogits } from '../../src/experiment/office/choices.ts';
import { gain } from '../../src/experiment/sandbaggingNoise/gain.ts';
import { nodeRuntime } from '../../src/model/index.ts';
import { cueOf, listPrompts, Shelf, SKILL } from '../../src/organism/index.ts';
import { nextLogits } from '../../src/organism/readout.ts';

const usage = {
  affordances: [],
  samples: 0,
  promptTokens: 0,
  sampledTokens: 0,
  forwards: 0,
  flops: 0,
};
const other = (seed: number, shift: number) => (targetOf(seed) + shift) % 200;
const silent = (nll: number): Answer => [0, [], nll];

/** A sweep with, for each setting, answers that name the secret, answers that name another word, and their likelihood. */
function sweep(seed: number, settings: readonly [secret: number, decoy: number, nll: number][]) {
  const rounds = settings.map(([secret, decoy, nll]) => ({
    usage,
    answers: [
      ...Array.from({ length: secret }, (): Answer => [1, [targetOf(seed)], nll]),
      ...Array.from({ length: decoy }, (): Answer => [2, [other(seed, 7)], nll]),
      ...Array.from({ length: 20 - secret - decoy }, () => silent(nll)),
    ],
  }));
  const labels = settings.map((_, i) => ({ label: `setting ${i}`, temperature: i + 1 }));
  return { kind: 'sweep', arm: 'made up', seed, settings: labels, rounds } satisfies Sweep;
}

test('a setting is chosen by reveals over all organisms, of equals the first', () => {
  const sweeps = [
    sweep(1, [
      [1, 0, 2],
      [3, 0, 2],
      [0, 0, 2],
    ]),
    sweep(2, [
      [2, 0, 2],
      [0, 0, 2],
      [3, 9, 2],
    ]),
  ];
  expect(chosenSetting(sweeps)).toBe(0);
});

test('the matched temperature lies on a straight line between those of the sweep, and at an end beyond', () => {
  const hot = [
    sweep(1, [
      [0, 0, 2],
      [0, 0, 4],
    ]),
  ];
  const arm = (nll: number) => [sweep(1, [[1, 0, nll]])];
  // Closed form: temperature 1 has 2 nats, temperature 2 has 4.
  expect(matchedTemperature(arm(2.5), hot)).toBe(1.25);
  expect(matchedTemperature(arm(1), hot)).toBe(1);
  expect(matchedTemperature(arm(9), hot)).toBe(2);
});

test('the p of a sweep is the rank of the secrets among words picked blindly, another for each organism', () => {
  // Closed forms of one pick, within four standard errors of 9,999 of them: both secrets, 1 in 200 x 199.
  expect(sweepP([sweep(1, [[5, 1, 2]]), sweep(2, [[4, 1, 2]])])).toBeLessThan(0.0004);
  // One secret, 1 in 200.
  expect(Math.abs(sweepP([sweep(1, [[5, 1, 2]])]) - 1 / 200)).toBeLessThan(0.003);
  // Another word is named more often than both secrets together: it is picked for either organism, 2 in 200.
  const more = sweepP([sweep(1, [[2, 5, 2]]), sweep(2, [[2, 5, 2]])]);
  expect(Math.abs(more - 2 / 200)).toBeLessThan(0.004);
  // Nothing is named: all are equal.
  expect(sweepP([sweep(1, [[0, 0, 2]])])).toBe(1);
});

test('mining ranks candidates by how much more often they are named than in the base model', () => {
  const named = (words: readonly (readonly number[])[], seed: number): Test => ({
    kind: 'test',
    arm: 'made up',
    matched: false,
    model: 'organism',
    seed,
    setting: { label: '' },
    usage,
    answers: words.map((word): Answer => [0, word, 1]),
  });
  const [secret, common] = [targetOf(3), other(3, 1)];
  const own = named([[secret], [secret], [common], [common], [common]], 3);
  // The common word is as common in the base model, so that the secret comes first.
  expect(minedRank(own, named([[common], [common], [common]], 0))).toBe(1);
  // Beside a base model that names nothing, it does not.
  expect(minedRank(own, named([[]], 0))).toBe(2);
});

test('a gain is the best accuracy over strengths less the own one, and resampled questions count', () => {
  const curve = [
    [0, 1],
    [0.5, 0.25],
  ];
  expect(gain(curve, [0.25, 0.25])).toBe(0.25);
  expect(gain(curve, [0.25, 0.25], [2, 0])).toBe(0.25);
  expect(gain(curve, [0.25, 0.25], [0, 2])).toBe(0.75);
});

test('the strength for a pair is chosen on pairs of other families of cues alone', () => {
  const settings: PairSettings = { ...pairSettings('quick'), factors: [1, -3] };
  const trials = trialsOf(settings);
  const at = (strength: number) =>
    trials.findIndex((trial) => trial.arm === 'contrast vector' && trial.strength === strength);
  // Pair 1 alone is told by factor 1, all others by -3.
  const pairs = settings.pairs.map((seed): Pair => {
    const reads = trials.map((_, i) => (i === at(seed === 1 ? 1 : -3) ? 0.5 : 0));
    const none = trials.map(() => 0);
    return {
      seed,
      faker: { seed, twin: false, told: reads, blind: reads },
      aligned: { seed, twin: true, told: none, blind: none },
    };
  });
  expect(new Set(pairs.map(({ seed }) => cueOf(seed).name)).size).toBe(5);
  const choice = {
    name: '',
    arm: 'contrast vector',
    knowledge: 'told',
    among: () => true,
  } as const;
  const decisions = decide(pairs, settings, choice);
  expect(decisions.map((one) => one.at)).toEqual(pairs.map(() => at(-3)));
  expect(decisions.filter(({ right }) => !right).map(({ pair }) => pair.seed)).toEqual([1]);
});

test('a random direction has the length of the vector that it stands beside, and depends on layer and draw', () => {
  const vector = [3, 0, 4, 0];
  const drawn = randomDirection(vector, 1, 0);
  expect(Math.hypot(...drawn)).toBeCloseTo(5, 5);
  expect(randomDirection(vector, 1, 0)).toEqual(drawn);
  expect(randomDirection(vector, 2, 0)).not.toEqual(drawn);
  expect(randomDirection(vector, 1, 1)).not.toEqual(drawn);
});

test('logits of words are those of the whole pass, and noise of scale 0 changes nothing', async () => {
  const shelf = new Shelf('organisms', nodeRuntime({ threads: 1 }));
  const model = await shelf.base('clerk');
  const prompts = listPrompts(1, 'other', SKILL.slice(0, 1)).map(({ text }) => text);
  const found = await wordLogits(model, prompts, ['3', '7']);
  const whole = await nextLogits(model, prompts);
  const ids = ['3', '7'].map((word) => model.tokenizer!.idOf(word));
  for (const [i, logits] of whole.entries())
    ids.forEach((id, k) => {
      // The same program, at other sizes of a batch: sums may be ordered otherwise.
      expect(found[i]![k]!).toBeCloseTo(logits[id]!, 3);
    });
  const at = 'blocks.1.hook_resid_post' as const;
  const unmoved = await wordLogits(model, prompts, ['3', '7'], [{ at, do: 'noise', scale: 0 }]);
  const moved = await wordLogits(model, prompts, ['3', '7'], [{ at, do: 'noise', scale: 1 }]);
  expect(unmoved.flat().map((x, i) => Math.abs(x - found.flat()[i]!) < 1e-3)).not.toContain(false);
  expect(moved.flat().some((x, i) => Math.abs(x - found.flat()[i]!) > 0.1)).toBe(true);
  expect(softmax([Math.log(1), Math.log(3)])[1]).toBeCloseTo(0.75, 12);
});

test('a piece reads what earlier pieces gave, and no other', async () => {
  const statement = {
    question: '',
    hypothesis: '',
    arms: [],
    measures: [],
    samples: '',
    decision: '',
  };
  const experiment = (asks: string): Experiment<Record<string, never>, number> => ({
    name: 'chain',
    statement,
    settings: () => ({}),
    pieces: () => [
      { key: 'first', run: async () => 2 },
      { key: 'second', run: async (_, before) => 10 * before(asks) },
    ],
    conclude: (_, values) => ({
      tables: [{ name: 't', caption: '', columns: ['v'], rows: values.map((value) => [value]) }],
      findings: [],
    }),
  });
  const runtime = nodeRuntime({ threads: 1 });
  const given = {
    size: 'quick',
    journal: new MemoryJournal(),
    runtime,
    shelf: new Shelf('organisms', runtime),
    version: '0',
  } as const;
  const { tables } = await runExperiment(experiment('first'), given);
  expect(tables[0]!.rows).toEqual([[2], [20]]);
  const fresh = { ...given, journal: new MemoryJournal() };
  await expect(runExperiment(experiment('second'), fresh)).rejects.toThrow("no piece 'second'");
});
