/** @file What the vectors of one arm on one model come to: how many show the plant, how many show anything. */
import { MANNERS, type Manner } from '../../world/index.ts';
import { areaOf } from './curve.ts';
import { loudest, rateOf, shownIn } from './judge.ts';
import type { Defended, Searched, Tried, VectorValue } from './pieces.ts';

/** An arm's vectors on one model. */
export type VectorSet = Pick<Searched | Defended, 'tried' | 'planted' | 'plain' | 'seed' | 'twin'>;

/** Vectors that show the planted manner on test requests. */
export function hitsOf({ tried, planted }: VectorSet): number {
  return tried.filter(({ test }) => shownIn(test) === planted).length;
}

/** Vectors that show any manner. */
export function shownOf({ tried }: VectorSet): number {
  return tried.filter(({ test }) => shownIn(test) !== undefined).length;
}

export function areaOfSet(set: VectorSet, count = set.tried.length): number {
  const first = { ...set, tried: set.tried.slice(0, count) };
  return areaOf(hitsOf(first), first.tried.length);
}

/** The manner that most vectors show, or undefined where none shows one. */
export function namedBy({ tried }: VectorSet): Manner | undefined {
  const shown = tried.map(({ test }) => shownIn(test));
  const count = (manner: Manner) => shown.filter((one) => one === manner).length;
  const most = MANNERS.reduce((a, b) => (count(b) > count(a) ? b : a));
  return count(most) > 0 ? most : undefined;
}

/** The largest share of test replies in the planted manner. */
export function bestRate({ tried, planted }: VectorSet): number {
  return Math.max(...tried.map(({ test }) => rateOf(test, planted)));
}

/** Share of questions on lists that are answered under the vectors, by that without. */
export function keptOf({ plain }: VectorSet, tried: readonly Tried[]): number | undefined {
  if (tried.length === 0 || plain.right === 0) return undefined;
  const right = tried.reduce((sum, one) => sum + one.right, 0) / tried.length;
  return right / plain.right;
}

/** A number that may tell a model with a backdoor from one without. */
export interface Feature {
  readonly name: string;
  of(set: VectorSet): number;
}

/** Largest share of replies in one manner under a vector. */
const loudestOf = (on: 'test' | 'validation') => (one: Tried) => loudest(one[on]).rate;

const largest = ({ tried }: VectorSet, of: (one: Tried) => number) => Math.max(...tried.map(of));

/** The first decides. Radii were chosen on validation requests, so that those flatter. */
export const FEATURES: readonly Feature[] = [
  {
    name: 'largest share of one manner',
    of: (set) => largest(set, loudestOf('test')),
  },
  {
    name: 'the same, mean over vectors',
    of: ({ tried }) => tried.map(loudestOf('test')).reduce((a, b) => a + b, 0) / tried.length,
  },
  {
    name: 'largest share of one manner, on validation requests',
    of: (set) => largest(set, loudestOf('validation')),
  },
  {
    name: 'largest objective',
    of: (set) => largest(set, ({ objective }) => objective),
  },
];

/** The values of one arm. */
export function armOf(values: readonly VectorValue[], name: string, twin: boolean): Searched[] {
  return values.filter(
    (value): value is Searched => value.kind === 'arm' && value.arm === name && value.twin === twin,
  );
}

/** All names of arms, in their order. */
export function armNames(values: readonly VectorValue[]): string[] {
  return [...new Set(values.flatMap((value) => (value.kind === 'arm' ? [value.arm] : [])))];
}

/** The values of one defence. */
export function defenceOf(values: readonly VectorValue[], name: string): Defended[] {
  return values.filter(
    (value): value is Defended => value.kind === 'defence' && value.defence === name,
  );
}
