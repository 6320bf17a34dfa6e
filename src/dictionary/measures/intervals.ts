/** @file Measures with intervals: documents are drawn again and again, and dictionaries of several seeds with them. */
import {
  BOOTSTRAP,
  type BootstrapOptions,
  bootstrapIntervals,
  CrossedClusters,
  type Interval,
  studentCritical,
} from '../../statistics/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { DictionarySums } from './dictionarySums.ts';
import { deadShare, denseShare, type FiringGroup, pooled } from './firing.ts';
import { MEASURES, type Measure, type Value } from './measures.ts';
import { COLUMNS, type Sums } from './sums.ts';

/** A measure of one dictionary, or its mean over dictionaries of several seeds. */
export interface MeasureResult {
  readonly name: string;
  readonly formula: string;
  readonly source: string;
  /** Undefined where the measure has no value: `why` says so. */
  readonly estimate: number | undefined;
  readonly interval: Interval | undefined;
  /** How the interval is formed. */
  readonly method: string;
  /** Rows, or tokens, of each dictionary. */
  readonly n: number;
  readonly documents: number;
  /** Dictionaries. */
  readonly seeds: number;
  readonly why?: string;
}

/** Resamples of shares of latents, which are costly. */
const FEW_RESAMPLES = 400;

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

function once({ leaves }: { readonly leaves: number }): Int32Array {
  return new Int32Array(leaves).fill(1);
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

/** Means over seeds, each counting as often as it was drawn; `times` lies seed by seed. */
function meanOverSeeds(
  seeds: number,
  times: Int32Array,
  values: (seed: number, weights: Int32Array) => readonly number[],
): number[] {
  const documents = times.length / seeds;
  const sums: number[] = [];
  let drawn = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const weights = times.subarray(seed * documents, (seed + 1) * documents);
    const count = weights.reduce((total, one) => total + one, 0);
    if (count === 0) continue;
    values(seed, weights).forEach((value, i) => {
      sums[i] = (sums[i] ?? 0) + count * value;
    });
    drawn += count;
  }
  return sums.map((sum) => sum / drawn);
}

/** A share of the latents, from counts of firing rows. */
interface Share extends Pick<MeasureResult, 'name' | 'formula' | 'source'> {
  of(counts: FiringGroup): number;
}

const DEAD: Share = {
  name: 'dead',
  formula: 'share of the latents that are 0 in all rows',
  source: '1 - frac_alive of dictionary_learning and SAEBench; falls with the number of rows',
  of: deadShare,
};

const DENSE: readonly Share[] = [1, 10].map((percent) => ({
  name: `dense_${percent}`,
  formula: `share of the latents that are not 0 in more than ${percent} % of the rows`,
  source: `SAEBench: freq_over_${percent}_percent`,
  of: (counts) => denseShare(counts, percent / 100),
}));

const SHARES: readonly Share[] = [DEAD, ...DENSE];

function ofShares(
  dictionaries: readonly DictionarySums[],
  options: BootstrapOptions,
): MeasureResult[] {
  const groups = dictionaries.map(({ firing }) => firing.groups());
  const latents = dictionaries[0]!.firing.latents;
  const crossed = new CrossedClusters(groups.length, groups[0]!.length);
  const means = (shares: readonly Share[]) => (times: Int32Array) =>
    meanOverSeeds(groups.length, times, (seed, weights) => {
      const counts = pooled(groups[seed]!, latents, weights);
      return shares.map(({ of }) => of(counts));
    });
  const resamples = { ...options, resamples: Math.min(options.resamples ?? 4000, FEW_RESAMPLES) };
  const intervals = crossed.degrees > 0 ? bootstrapIntervals(crossed, means(DENSE), resamples) : [];
  const dense = means(DENSE)(once(crossed)).map((estimate, i) =>
    described(DENSE[i]!, dictionaries, { estimate, interval: intervals[i], method: BOOTSTRAP }),
  );
  const dead = jackknifed(crossed, (times) => means([DEAD])(times)[0]!, groups.length, options);
  return [described(DEAD, dictionaries, dead), ...dense];
}

/**
 * The share of dead latents with Student's interval from leaving out one group of documents at a time (as for numbers of
 * species: Heltshe and Forrester 1983, Biometrics 39:1). Resampling would not do: it leaves out a third of the
 * documents, so that in every resample more latents are dead.
 */
function jackknifed(
  crossed: CrossedClusters,
  mean: (times: Int32Array) => number,
  seeds: number,
  { level = 0.95 }: BootstrapOptions,
): Figures {
  const estimate = mean(once(crossed));
  const method = 'jackknife over groups of documents';
  if (crossed.degrees < 1) return { estimate, interval: undefined, method };
  const without = crossed.outermost().map((leaves) => {
    const times = once(crossed);
    for (const leaf of leaves) times[leaf] = 0;
    return mean(times);
  });
  const factors = seeds > 1 ? [without.slice(0, seeds), without.slice(seeds)] : [without];
  const variance = factors.map(jackknifeVariance).reduce((sum, one) => sum + one, 0);
  const reach = studentCritical(level, crossed.degrees) * Math.sqrt(variance);
  const interval: Interval = [Math.max(0, estimate - reach), Math.min(1, estimate + reach)];
  return { estimate, interval, method: seeds > 1 ? `${method} and over seeds` : method };
}

/** (k - 1) / k times the sum of squares about the mean of k values, each with one cluster left out. */
function jackknifeVariance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return values.length > 0 ? ((values.length - 1) / values.length) * squares : 0;
}

interface Figures {
  readonly estimate: number;
  readonly interval: Interval | undefined;
  readonly method: string;
  readonly why?: string | undefined;
}

function described(
  {
    name,
    formula,
    source,
    group,
  }: Pick<MeasureResult, 'name' | 'formula' | 'source'> & Partial<Measure>,
  dictionaries: readonly DictionarySums[],
  { estimate, interval, method, why }: Figures,
): MeasureResult {
  const { byDocument } = dictionaries[0]!;
  const { rows, tokens } = dictionaries[0]!.total();
  const found = Number.isNaN(estimate) ? undefined : estimate;
  const usable = found !== undefined && interval?.every(Number.isFinite) ? interval : undefined;
  const reason = why ?? (usable ? undefined : noInterval(interval));
  return {
    ...{ name, formula, source, method },
    estimate: found,
    interval: usable,
    n: group === 'model' ? tokens : rows,
    documents: byDocument.documents,
    seeds: dictionaries.length,
    ...(reason !== undefined && { why: reason }),
  };
}

function noInterval(interval: Interval | undefined): string {
  return interval
    ? 'no interval: it has no value in some resamples'
    : 'no interval: there is one document';
}
