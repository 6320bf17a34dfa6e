/** @file Functions of the language itself: their arguments are checked by one line of signature. */
import { raise } from './faults.ts';
import type { Machine } from './machine.ts';
import {
  type Arguments,
  NativeFunction,
  numberOf,
  Sequence,
  typeName,
  type Value,
} from './values.ts';

/** What an argument may be; '?' marks one that may be left out. */
export type Wanted = 'text' | 'int' | 'list' | 'any' | 'text?' | 'int?' | 'any?';

/** A function that takes exactly what its signature says, by position. */
export function native(
  name: string,
  signature: readonly Wanted[],
  run: (given: readonly Value[], machine: Machine) => Value,
): NativeFunction {
  return new NativeFunction(name, ({ positional, named }, machine) => {
    if (named.size > 0) raise('TypeError', `${name}() takes no named arguments`);
    checkCount(name, signature, positional.length);
    positional.forEach((value, i) => void checkKind(name, signature[i]!, value));
    machine.tick();
    return run(positional, machine);
  });
}

function checkCount(name: string, signature: readonly Wanted[], given: number): void {
  const needed = signature.filter((wanted) => !wanted.endsWith('?')).length;
  if (given < needed || given > signature.length)
    raise('TypeError', `${name}() takes ${signature.length} arguments, got ${given}`);
}

function checkKind(name: string, wanted: Wanted, value: Value): void {
  const kind = wanted.replace('?', '');
  const fits =
    kind === 'any' ||
    (kind === 'text' && typeof value === 'string') ||
    (kind === 'int' && numberOf(value) !== undefined) ||
    (kind === 'list' && value instanceof Sequence && value.kind === 'list');
  if (!fits) raise('TypeError', `${name}() takes a ${kind}, got ${typeName(value)}`);
}

/** The named arguments of a call, of which only these exist. */
export function namedOf(
  name: string,
  { named }: Arguments,
  known: readonly string[],
): ReadonlyMap<string, Value> {
  for (const key of named.keys())
    if (!known.includes(key)) raise('TypeError', `${name}() has no argument '${key}'`);
  return named;
}
