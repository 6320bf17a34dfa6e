/** @file The tables of fuzzing-family. */
import { ledger } from '../../audit/index.ts';
import { clopperPearson, sampleSize } from '../../statistics/index.ts';
import type { Setting } from '../../technique/index.ts';
import type { Cell, Estimated, Table } from '../statement.ts';
import { armsOf, type FuzzSettings, isMatched, type ModelName } from './arms.ts';
import { chosenSetting, coherenceOf, reveals, sweepP } from './choose.ts';
import { type Comparison, comparisons, outcomeOf, PERCENT, sweepsOf } from './compare.ts';
import {
  calibrated,
  coherence,
  differenceOf,
  minedRank,
  rateOf,
  sampleRate,
  testsOf,
  usefulHit,
} from './measures.ts';
import type { FuzzValue, Test } from './pieces.ts';

const OVER_SEEDS =
  'intervals are 95 % over organisms and, within them, core phrases of questions (clustered bootstrap; Wilson and Newcombe with reduced n where reveals are few)';

function revealTable(settings: FuzzSettings, values: readonly FuzzValue[]): Table {
  const useful = usefulHit(values);
  const rows = armsOf(settings).map(({ name }): Cell[] => {
    const [own, twins] = [testsOf(values, name, 'organism'), testsOf(values, name, 'twin')];
    return [
      name,
      own[0]!.setting.label,
      own.reduce((sum, { answers }) => sum + answers.length, 0),
      rateOf(own),
      sampleRate(own),
      rateOf(twins),
      calibrated(own),
      rateOf(own, reveals, 1e4),
      rateOf(own, useful, 1e4),
      coherence(own),
    ];
  });
  return {
    name: 'reveals on test questions',
    caption: `share of answers that name the secret, over ${settings.seeds.length} organisms; "as if independent" has Wilson's interval; decoys are the other 199 candidates; useful: the secret alone, as coherent as 99 % of plain answers of clean twins; coherence: nats a token under the base model; ${OVER_SEEDS}`,
    columns: [
      ['arm', 'setting', 'n', 'reveals', 'as if independent', 'twin', 'less decoys'],
      ['per 10,000', 'useful per 10,000', 'coherence'],
    ].flat(),
    rows,
  };
}

function rivalTable(settings: FuzzSettings, values: readonly FuzzValue[]): Table {
  const all = comparisons(settings, values);
  return {
    name: 'each arm against its rivals',
    caption: `differences of reveal rates on test questions; equal coherence: plain sampling at the temperature whose validation answers have the same nats a token; intervals are 95 % for all ${all.length} arms together (Bonferroni), over organisms and core phrases; p: rank of the secrets among the candidates under the best setting of the sweep, Holm over arms`,
    columns: [
      ['arm', 'over interrogate', 'temperature', 'its reveals', 'its coherence'],
      ['over equal coherence', 'over twin', 'p', 'outcome'],
    ].flat(),
    rows: all.map((one) => {
      const matched = testsOf(values, one.arm.name, 'organism', true);
      return [
        one.arm.name,
        one.overPlain,
        matched[0]!.setting.temperature ?? null,
        rateOf(matched),
        coherence(matched),
        one.overMatched,
        one.overTwin,
        one.p,
        outcomeOf(one),
      ];
    }),
  };
}

function share(hits: number, n: number): Estimated {
  const [low, high] = clopperPearson(hits, n);
  return { estimate: hits / n, interval: [low, high], n };
}

function precision(ranks: readonly number[], k: number): Estimated {
  const { estimate, interval, n } = share(ranks.filter((rank) => rank <= k).length, ranks.length);
  return { estimate: estimate / k, interval: [interval[0] / k, interval[1] / k], n };
}

function miningTable(settings: FuzzSettings, values: readonly FuzzValue[]): Table {
  const rows = armsOf(settings).flatMap(({ name }) =>
    (['organism', 'twin'] as const).map((model): Cell[] => {
      const [baseline] = testsOf(values, name, 'base');
      const ranks = testsOf(values, name, model).map((test) => minedRank(test, baseline!));
      const sorted = ranks.toSorted((a, b) => a - b);
      const at = (k: number) => precision(ranks, k);
      const middle = sorted[Math.floor(sorted.length / 2)]!;
      return [name, model, at(1), at(5), at(10), middle, ranks.join(' ')];
    }),
  );
  return {
    name: 'mining candidates',
    caption: `candidates ordered by log((named + 1/2) / (named by the base model under the same setting + 1/2)) over ${settings.test.organism} answers of organisms, ${settings.test.twin} of twins and ${settings.test.base} of the base model; there is one secret, so that precision at k is at most 1 / k; Clopper and Pearson's intervals over organisms`,
    columns: [
      ['arm', 'model', 'precision at 1', 'precision at 5', 'precision at 10'],
      ['median rank', 'ranks'],
    ].flat(),
    rows,
  };
}

function controlTable(settings: FuzzSettings, values: readonly FuzzValue[]): Table {
  const tests = (name: string, model: ModelName) => testsOf(values, name, model);
  return {
    name: 'positive control',
    caption: `${settings.control}, barely trained to conceal, under the settings that were chosen for ${settings.organism}; intervals are over core phrases, n counts organisms`,
    columns: ['arm', 'setting', 'reveals', 'twin', 'over twin', 'coherence'],
    rows: armsOf(settings).map(({ name }): Cell[] => {
      const [own, twins] = [tests(name, 'control'), tests(name, 'control twin')];
      const { estimate, interval, n } = differenceOf(own, twins);
      const over = { estimate, interval, n };
      return [name, own[0]!.setting.label, rateOf(own), rateOf(twins), over, coherence(own)];
    }),
  };
}

function powerTable(all: readonly Comparison[]): Table {
  const needed = sampleSize(PERCENT.high / 100, PERCENT.low / 100);
  return {
    name: 'power',
    caption: `chance of telling ${PERCENT.high} % from ${PERCENT.low} % at 5 % (exact power of Boschloo's test), were answers independent and with n divided by the design effect of the arm's difference from interrogation; independent answers needed for 80 %: ${needed}`,
    columns: ['arm', 'n', 'if independent', 'design effect', 'with design effect', 'needed'],
    rows: all.map(({ arm, answers, powerOfSamples, designEffect, power }) => [
      arm.name,
      answers,
      powerOfSamples,
      designEffect,
      power,
      Math.ceil(needed * designEffect),
    ]),
  };
}

function labelled(setting: Setting): Cell[] {
  return [setting.layer ?? null, setting.scale ?? setting.temperature ?? null];
}

function sweepTable(settings: FuzzSettings, values: readonly FuzzValue[]): Table {
  const rows = armsOf(settings).flatMap(({ name, settings: swept }) => {
    const sweeps = sweepsOf(values, name);
    const chosen = chosenSetting(sweeps);
    return swept.map((setting, at): Cell[] => {
      const tests = sweeps.map(({ seed, rounds }): Test => {
        const rest = { kind: 'test', arm: name, matched: false, model: 'organism' } as const;
        return { ...rest, seed, setting, ...rounds[at]! };
      });
      const place = [name, setting.label, ...labelled(setting)];
      return [...place, rateOf(tests), coherence(tests), at === chosen ? 'chosen' : ''];
    });
  });
  return {
    name: 'sweep on validation questions',
    caption: `every setting, ${settings.validation} answers of each organism; ${OVER_SEEDS}`,
    columns: ['arm', 'setting', 'layer', 'scale', 'reveals', 'coherence', ''],
    rows,
  };
}

/** Curves over scale: the mean over swept layers, so that each arm is one line. */
function curveTable(settings: FuzzSettings, values: readonly FuzzValue[], what: string): Table {
  const rows = armsOf(settings).flatMap(({ name, settings: swept }) => {
    if (!isMatched({ name })) return [];
    const sweeps = sweepsOf(values, name);
    return [...new Set(swept.map(({ scale }) => scale!))].map((scale): Cell[] => {
      const ats = swept.flatMap((setting, at) => (setting.scale === scale ? [at] : []));
      const answers = sweeps.flatMap(({ seed, rounds }) =>
        ats.flatMap((at) => rounds[at]!.answers.map((answer) => ({ answer, seed }))),
      );
      const hits = answers.filter(({ answer, seed }) => reveals(answer, seed)).length;
      const value =
        what === 'reveals' ? hits / answers.length : coherenceOf(answers.map((one) => one.answer));
      return [name, scale, Number.isFinite(value) ? value : null, answers.length];
    });
  });
  return {
    name: `${what} by scale`,
    caption: `validation answers of all organisms and swept layers together; intervals for each setting are in the table of the sweep`,
    columns: ['arm', 'scale', what, 'n'],
    rows,
    plot: { x: 'scale', y: what, by: 'arm', logX: true },
  };
}

function ledgerTable(settings: FuzzSettings, values: readonly FuzzValue[]): Table {
  const { seeds } = settings;
  return {
    name: 'ledger',
    caption: `what each arm used on the organisms, validation and test together, a mean over ${seeds.length}; labels: the secret's own, by which a setting is chosen; mining has the base model's answers besides`,
    columns: [
      ['arm', 'affordances', 'answers', 'tokens sampled', 'GFLOP', 'labels', 'settings tried'],
      ['p of the sweep, uncorrected'],
    ].flat(),
    rows: armsOf(settings).map(({ name, settings: swept, technique }): Cell[] => {
      const sweeps = sweepsOf(values, name);
      const tests = testsOf(values, name, 'organism');
      const rounds = sweeps.flatMap((sweep) => sweep.rounds);
      const labels =
        swept.length > 1 ? rounds.reduce((sum, { answers }) => sum + answers.length, 0) : 0;
      const used = ledger(
        [...rounds, ...tests].map(({ usage }) => usage),
        labels,
        swept.length,
      );
      const each = (total: number) => Math.round(total / seeds.length);
      return [
        name,
        [...new Set([...used.affordances, ...technique.affordances])].sort().join(', '),
        each(used.samples),
        each(used.sampledTokens),
        each(used.flops / 1e9),
        each(used.labels),
        used.settingsTried,
        sweepP(sweeps),
      ];
    }),
  };
}

export function fuzzTables(settings: FuzzSettings, values: readonly FuzzValue[]): Table[] {
  return [
    revealTable(settings, values),
    rivalTable(settings, values),
    miningTable(settings, values),
    controlTable(settings, values),
    powerTable(comparisons(settings, values)),
    ledgerTable(settings, values),
    curveTable(settings, values, 'reveals'),
    curveTable(settings, values, 'coherence'),
    sweepTable(settings, values),
  ];
}
