/** @file The kinds of dictionaries. */
import { badInput, nearest } from '../../tensor/index.ts';
import type { DictionaryKind } from '../kind.ts';
import { standard } from './standard.ts';

/** All kinds; those that are trained by gradients, then those that are fitted. */
export const KINDS: readonly DictionaryKind[] = [standard];

/** A kind by name. @throws TouchstoneError naming the nearest */
export function kindOf(name: string): DictionaryKind {
  const kind = KINDS.find((known) => known.name === name);
  if (kind) return kind;
  const names = KINDS.map((known) => known.name);
  return badInput(
    `unknown kind of dictionary '${name}'`,
    `did you mean '${nearest(name, names)}'?`,
  );
}
