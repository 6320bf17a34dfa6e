/** @file What a measure is: a formula of sums, with a value or a reason why it has none. */
import type { DictionaryConfig } from '../kind.ts';
import type { Sums } from './sums.ts';

/** A value, or why there is none. */
export type Value = number | Undefined;

/** Why a measure has no value. */
export interface Undefined {
  readonly undefined: string;
}

/** What of a dictionary its measures need beside sums. */
export interface MeasuredDictionary {
  readonly config: DictionaryConfig;
  /** Width of what is decoded. */
  readonly width: number;
  /** Bits of one latent's value. */
  readonly valueBits: number;
}

/** What must have been added up: rows, latents, or likelihoods under a model. */
export type MeasureGroup = 'rows' | 'latents' | 'model';

/** One measure. */
export interface Measure {
  readonly name: string;
  readonly group: MeasureGroup;
  /** The formula, E for the mean over rows. */
  readonly formula: string;
  /** Where the definition comes from, and who else uses it. */
  readonly source: string;
  value(sums: Sums, dictionary: MeasuredDictionary): Value;
}

/** A ratio, or why there is none. */
export function over(value: number, by: number, why: string): Value {
  return by === 0 ? { undefined: why } : value / by;
}

/** A function of a value that there is. */
export function mapped(value: Value, map: (value: number) => number): Value {
  return typeof value === 'number' ? map(value) : value;
}
