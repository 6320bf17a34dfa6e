/** @file The base models by name. */
import { badInput, nearest } from '../tensor/index.ts';
import type { Base } from './base.ts';
import { CLERK, NOVICE } from './clerk.ts';
import { SCRIBE } from './scribe.ts';
import { TOWN } from './town.ts';

/** All base models. */
export const BASES: Readonly<Record<string, Base>> = Object.fromEntries(
  [TOWN, NOVICE, CLERK, SCRIBE].map((base) => [base.name, base]),
);

/** A base model by name. @throws TouchstoneError naming the nearest one */
export function baseNamed(name: string): Base {
  const base = Object.hasOwn(BASES, name) ? BASES[name] : undefined;
  return (
    base ??
    badInput(`unknown base model '${name}'`, `did you mean '${nearest(name, Object.keys(BASES))}'?`)
  );
}
