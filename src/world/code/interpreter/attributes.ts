/** @file Methods of texts, lists, patterns and matches, and members of modules. */
import { raise } from './faults.ts';
import { LIST_METHODS } from './lists.ts';
import type { Machine } from './machine.ts';
import { native, type Wanted } from './natives.ts';
import { MATCH_METHODS, PATTERN_METHODS } from './regex.ts';
import { TEXT_METHODS } from './texts.ts';
import {
  Match,
  Module,
  type NativeFunction,
  Pattern,
  Sequence,
  typeName,
  type Value,
} from './values.ts';

/** A method of a kind of value, before it is bound to one. */
export type Methods<Self> = Readonly<
  Record<
    string,
    | readonly [
        signature: readonly Wanted[],
        run: (self: Self, given: readonly Value[], machine: Machine) => Value,
      ]
    | ((self: Self) => NativeFunction)
  >
>;

function bind<Self>(methods: Methods<Self>, self: Self, name: string): Value | undefined {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) return undefined;
  if (typeof method === 'function') return method(self);
  const [signature, run] = method;
  return native(name, signature, (given, machine) => run(self, given, machine));
}

function memberOf(value: Value, name: string): Value | undefined {
  if (typeof value === 'string') return bind(TEXT_METHODS, value, name);
  if (value instanceof Sequence && value.kind === 'list') return bind(LIST_METHODS, value, name);
  if (value instanceof Pattern) return bind(PATTERN_METHODS, value, name);
  if (value instanceof Match) return bind(MATCH_METHODS, value, name);
  return value instanceof Module ? value.members.get(name) : undefined;
}

/** `value.name`. */
export function attributeOf(value: Value, name: string): Value {
  return (
    memberOf(value, name) ??
    raise('AttributeError', `'${typeName(value)}' object has no attribute '${name}'`)
  );
}
