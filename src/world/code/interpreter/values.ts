/** @file Values of running programs, and how Python compares, orders and prints them. */
import type { Ownership } from '../syntax/places.ts';
import type { Machine } from './machine.ts';
import type { Scope } from './scope.ts';

/** None, booleans, whole numbers and texts are JavaScript's own. */
export type Value =
  | null
  | boolean
  | number
  | string
  | Sequence
  | UserFunction
  | NativeFunction
  | Exception
  | Pattern
  | Match
  | Module;

/** A list, or a range, which is read alike and equals no list. */
export class Sequence {
  readonly kind: 'list' | 'range';
  items: Value[];

  constructor(items: Value[], kind: 'list' | 'range' = 'list') {
    this.items = items;
    this.kind = kind;
  }
}

/** A function of the program. */
export interface Definition {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly owned: Ownership;
  /** Where it was defined. */
  readonly scope: Scope;
  /** Runs the body in a scope that holds the arguments. */
  readonly run: (machine: Machine, scope: Scope) => Value;
}

export class UserFunction {
  readonly definition: Definition;

  constructor(definition: Definition) {
    this.definition = definition;
  }
}

/** Arguments of a call. */
export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** A function of the language itself, or a method bound to its object. */
export class NativeFunction {
  readonly name: string;
  readonly run: (given: Arguments, machine: Machine) => Value;

  constructor(name: string, run: (given: Arguments, machine: Machine) => Value) {
    this.name = name;
    this.run = run;
  }
}

/** A kind of exception, or one that was raised: both are told by their name. */
export class Exception {
  readonly type: string;
  /** Undefined for the kind itself. */
  readonly message: string | undefined;

  constructor(type: string, message?: string) {
    this.type = type;
    this.message = message;
  }
}

/** A compiled regular expression. */
export class Pattern {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What a regular expression found. */
export class Match {
  readonly groups: readonly (string | undefined)[];
  readonly start: number;

  constructor(groups: readonly (string | undefined)[], start: number) {
    this.groups = groups;
    this.start = start;
  }
}

/** A module that was imported. */
export class Module {
  readonly name: string;
  readonly members: ReadonlyMap<string, Value>;

  constructor(name: string, members: ReadonlyMap<string, Value>) {
    this.name = name;
    this.members = members;
  }
}

/** The name of a value's type, as Python says it. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'int';
  if (typeof value === 'string') return 'str';
  if (value instanceof Sequence) return value.kind;
  if (value instanceof Exception) return value.message === undefined ? 'type' : value.type;
  if (value instanceof Pattern) return 're.Pattern';
  if (value instanceof Match) return 're.Match';
  return value instanceof Module ? 'module' : 'function';
}

export function truthy(value: Value): boolean {
  if (value instanceof Sequence) return value.items.length > 0;
  return value !== null && value !== false && value !== 0 && value !== '';
}

/** A number, or a boolean as the number that it is in Python; undefined for all else. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' ? value : undefined;
}

/** Python's `==`. */
export function equal(a: Value, b: Value): boolean {
  if (a instanceof Sequence && b instanceof Sequence) return equalItems(a, b);
  const [x, y] = [numberOf(a), numberOf(b)];
  return x !== undefined && y !== undefined ? x === y : a === b;
}

function equalItems(a: Sequence, b: Sequence): boolean {
  return (
    a.kind === b.kind &&
    a.items.length === b.items.length &&
    a.items.every((item, i) => equal(item, b.items[i]!))
  );
}

/** Below 0, 0 or above 0; undefined where the two have no order. */
export function order(a: Value, b: Value): number | undefined {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return x - y;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b);
  if (a instanceof Sequence && b instanceof Sequence && a.kind === 'list' && b.kind === 'list')
    return orderItems(a.items, b.items);
  return undefined;
}

function orderItems(a: readonly Value[], b: readonly Value[]): number | undefined {
  const at = a.findIndex((item, i) => i >= b.length || !equal(item, b[i]!));
  if (at < 0) return a.length - b.length;
  return at >= b.length ? 1 : order(a[at]!, b[at]!);
}

/** Python's `str`. */
export function textOf(value: Value): string {
  return typeof value === 'string' ? value : shown(value);
}

/** Python's `repr`. */
export function shown(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Sequence) return `[${value.items.map(shown).join(', ')}]`;
  return `<${typeName(value)}>`;
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\\n\t]/g, (c) => ({ '\n': '\\n', '\t': '\\t' })[c] ?? '\\\\');
  return quote + body.replaceAll(quote, `\\${quote}`) + quote;
}
