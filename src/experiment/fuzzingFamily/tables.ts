/** @file The tables of fuzzing-family. */
import { ledger } from '../../audit/index.ts';
import { sampleSize } from '../../statistics/index.ts';
import type { Cell, Table } from '../statement.ts';
import { armsOf, type FuzzSettings, type ModelName } from './arms.ts';
import { sweepP } from './choose.ts';
import { type Comparison, comparisons, PERCENT, sweepsOf } from './compare.ts';
import { coherence, differenceOf, rateOf, testsOf } from './measures.ts';
import { miningTable } from './miningTable.ts';
import type { FuzzValue } from './pieces.ts';
import { revealTable, rivalTable } from './revealTables.ts';
import { curveTables, sweepTable } from './sweepTables.ts';

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
    ...curveTables(settings, values),
    sweepTable(settings, values),
  ];
}
