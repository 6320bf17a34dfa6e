/** @file The base models by name. */
import { badInput, nearest } from '../tensor/index.ts';
import type { Base } from './base.ts';
import { TOWN } from './town.ts';

/** All base models. */
export const BASES: Readonly<Record<string, Base>> = { [TOWN.name]: TOWN };

/** A base model by name. @throws TouchstoneError naming the nearest one */
export function baseNamed(name: string): Base {
  const base = Object.hasOwn(BASES, name) ? BASES[name] : undefined;
  return (
    base ??
    badInput(`unknown base model '${name}'`, `did you mean '${nearest(name, Object.keys(BASES))}'?`)
  );
}
