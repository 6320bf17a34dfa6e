/** @file A measure as it is reported: formula, estimate, interval, and what they rest on. */
import type { Interval } from '../../statistics/index.ts';
import type { DictionarySums } from './dictionarySums.ts';
import type { Measure } from './formula.ts';

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

/** An estimate, and how its interval is formed. */
export interface Figures {
  readonly estimate: number;
  readonly interval: Interval | undefined;
  readonly method: string;
  readonly why?: string | undefined;
}

/** A measure with its figures, as it is reported. */
export function described(
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
