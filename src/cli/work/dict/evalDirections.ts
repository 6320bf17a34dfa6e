/** @file What `touchstone dict eval` says of directions: beside those of another dictionary, and from seed to seed. */
import {
  type Dictionary,
  directionsOf,
  type MeasureResult,
  matchDirections,
  matchMeasures,
  stabilityOf,
} from '../../../dictionary/index.ts';
import type { DictEvalOptions } from '../../commands/dict/eval.ts';
import type { DictEvaluation } from './evalSchema.ts';

export const LEVEL = 0.95;

/** Components have directions without a sign. */
const UNSIGNED = ['pca', 'ica'];

/** Whether a direction and its opposite are two: not for components, whose sign says nothing. */
export function areSigned(dictionaries: readonly Dictionary[]): boolean {
  return !dictionaries.some(({ config }) => UNSIGNED.includes(config.architecture));
}

/** How much of the directions of `against` is found in some dictionaries. */
export async function compared(
  dictionaries: readonly Dictionary[],
  against: Dictionary,
  options: Parameters<typeof matchMeasures>[1],
) {
  const signed = areSigned([...dictionaries, against]);
  const matchings = [];
  for (const dictionary of dictionaries) {
    const [theirs, own] = [directionsOf(against), directionsOf(dictionary)];
    matchings.push(await matchDirections(theirs, own, { signed }));
  }
  return matchMeasures(matchings, options).map(written);
}

/** How alike dictionaries of several seeds are, pair by pair. */
export async function stabilityAmong(
  dictionaries: readonly Dictionary[],
  { dictionaries: names, resamples, seed }: DictEvalOptions,
): Promise<DictEvaluation['stability']> {
  const options = { signed: areSigned(dictionaries), resamples, seed, level: LEVEL };
  const { pairs, measures } = await stabilityOf(dictionaries.map(directionsOf), options);
  return {
    measures: measures.map(written),
    pairs: pairs.map(({ pair: [a, b], mmcs, matched = null }) => ({
      dictionaries: [names[a]!, names[b]!],
      mmcs,
      matched_cosine: matched,
    })),
  };
}

/** A measure as it is published: null where there is none. */
export function written({ estimate, interval, why, ...rest }: MeasureResult) {
  const ends: [number, number] | null = interval ? [interval[0], interval[1]] : null;
  return { ...rest, estimate: estimate ?? null, interval: ends, why: why ?? null };
}
