/** @file Measures with intervals: documents are drawn again and again, and dictionaries of several seeds with them. */
import {
  BOOTSTRAP,
  type BootstrapOptions,
  bootstrapIntervals,
  CrossedClusters,
} from '../../statistics/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { DictionarySums } from './dictionarySums.ts';
import { pooled } from './firing.ts';
import type { Measure, Value } from './formula.ts';
import { MEASURES } from './measures.ts';
import { meanOverSeeds, once } from './overSeeds.ts';
import { described, type MeasureResult } from './result.ts';
import { ofShares, SHARES } from './shares.ts';
import { COLUMNS, type Sums } from './sums.ts';

/** Values of all measures that the sums allow, by name, without intervals. */
export function valuesOf(sums: DictionarySums): Record<string, Value> {
  const total = sums.total();
  const formulas = possible(sums).map(({ name, value }) => [name, value(total, sums)]);
  if (!sums.groups.has('latents')) return Object.fromEntries(formulas);
  const all = pooled(sums.firing.groups(), sums.firing.latents);
  return Object.fromEntries([...formulas, ...SHARES.map(({ name, of }) => [name, of(all)])]);
}

/**
 * All measures that the sums allow, with intervals. Of several dictionaries that differ in their seed alone, and were
 * measured on the same documents, the mean over seeds.
 *
 * @throws TouchstoneError where there is none, or they were measured on different documents
 */
export function measured(
  dictionaries: readonly DictionarySums[],
  options: BootstrapOptions = {},
): MeasureResult[] {
  const [first] = dictionaries;
  if (!first) badUsage('no dictionary was measured', 'give one or more');
  const clusters = dictionaries.map(({ byDocument }) => byDocument.clusters().join());
  if (new Set(clusters).size > 1) {
    badUsage('dictionaries measured on different documents', 'measure all seeds on the same ones');
  }
  const formulas = ofFormulas(possible(first), dictionaries, options);
  return first.groups.has('latents') ? [...formulas, ...ofShares(dictionaries, options)] : formulas;
}

function possible({ groups }: DictionarySums): Measure[] {
  return MEASURES.filter(({ group }) => groups.has(group));
}

function ofFormulas(
  measures: readonly Measure[],
  dictionaries: readonly DictionarySums[],
  options: BootstrapOptions,
): MeasureResult[] {
  const tables = dictionaries.map(({ byDocument }) => byDocument.finished().map(rowOf));
  const crossed = new CrossedClusters(dictionaries.length, tables[0]!.length);
  const means = (times: Int32Array) =>
    meanOverSeeds(tables.length, times, (seed, weights) => {
      const total = weighted(tables[seed]!, weights);
      return measures.map(({ value }) => numberOf(value(total, dictionaries[seed]!)));
    });
  const estimates = means(once(crossed));
  const intervals = crossed.degrees > 0 ? bootstrapIntervals(crossed, means, options) : [];
  return measures.map((measure, i) =>
    described(measure, dictionaries, {
      estimate: estimates[i]!,
      interval: intervals[i],
      method: BOOTSTRAP,
      why: reasonOf(measure, dictionaries),
    }),
  );
}

function numberOf(value: Value): number {
  return typeof value === 'number' ? value : Number.NaN;
}

/** Why a measure has no value in some dictionary. */
function reasonOf({ value }: Measure, dictionaries: readonly DictionarySums[]): string | undefined {
  for (const dictionary of dictionaries) {
    const found = value(dictionary.total(), dictionary);
    if (typeof found !== 'number') return found.undefined;
  }
  return undefined;
}

function rowOf(sums: Sums): Float64Array {
  return Float64Array.from(COLUMNS, (column) => sums[column]);
}

function weighted(table: readonly Float64Array[], weights: Int32Array): Sums {
  const total = new Float64Array(COLUMNS.length);
  table.forEach((row, document) => {
    const weight = weights[document]!;
    if (weight === 0) return;
    for (let i = 0; i < total.length; i++) total[i] = total[i]! + weight * row[i]!;
  });
  return Object.fromEntries(COLUMNS.map((column, i) => [column, total[i]!])) as Sums;
}
