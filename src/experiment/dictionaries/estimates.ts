/** @file Numbers over seeds as cells of tables. */
import { clusteredMean } from '../../statistics/index.ts';
import type { Cell, Estimated } from '../statement.ts';
import type { Values } from './training.ts';

/** Mean over seeds with Student's interval. */
export function overSeeds(values: readonly number[]): Estimated {
  const measurements = values.map((value) => ({ cluster: 'seeds', value }));
  const { estimate, interval } = clusteredMean(measurements);
  return { estimate, interval: [...interval], n: values.length };
}

/** The same of one measure of several dictionaries; null where it is undefined for one of them. */
export function cellOf(values: readonly Values[], name: string): Cell {
  const numbers = values.map((one) => one[name] ?? null);
  const finite = numbers.filter((value) => value !== null);
  return finite.length < numbers.length || finite.length === 0 ? null : overSeeds(finite);
}

/** '0.982 [0.978, 0.986]' for sentences. */
export function inWords({ estimate, interval }: Estimated): string {
  const text = (value: number) =>
    Math.abs(value) >= 0.001 ? value.toFixed(3) : value.toPrecision(2);
  return `${text(estimate)} [${text(interval[0])}, ${text(interval[1])}]`;
}

/** Groups in the order in which their keys come first. */
export function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
