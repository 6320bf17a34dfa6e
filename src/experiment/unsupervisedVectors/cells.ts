/** @file Cells of the tables of unsupervised-vectors: numbers over models. */
import type { Cell } from '../statement.ts';
import { meanOver, shareOver } from './curve.ts';

/** What intervals are. */
export const OVER =
  "over organisms: shares with Wilson's 95 % interval of as many samples as there are models, other means with Student's";

/** A mean of what is defined, or null. */
export function mean(values: readonly (number | undefined)[]): Cell {
  const defined = values.filter((value) => value !== undefined);
  return defined.length === 0 ? null : meanOver(defined);
}

/** A mean of shares, or null where there are none. */
export function share(values: readonly (boolean | number)[]): Cell {
  return values.length === 0 ? null : shareOver(values.map(Number));
}
