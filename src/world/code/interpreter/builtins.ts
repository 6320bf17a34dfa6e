/** @file The functions that a program can call without importing anything. */
import { EXCEPTIONS, raise } from './faults.ts';
import type { Machine } from './machine.ts';
import { namedOf, native } from './natives.ts';
import { arithmetic, itemsOf } from './operators.ts';
import {
  Exception,
  NativeFunction,
  numberOf,
  order,
  Sequence,
  textOf,
  truthy,
  typeName,
  type Value,
} from './values.ts';

function length(value: Value): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Sequence) return value.items.length;
  return raise('TypeError', `object of type '${typeName(value)}' has no len()`);
}

function toInt(value: Value): number {
  const number = numberOf(value);
  if (number !== undefined) return number;
  if (typeof value !== 'string') return raise('TypeError', `int() of ${typeName(value)}`);
  const text = value.trim();
  if (!/^[+-]?[0-9]+(?:_[0-9]+)*$/.test(text))
    raise('ValueError', `int() of ${JSON.stringify(value)}`);
  return Number(text.replaceAll('_', ''));
}

function range(given: readonly Value[], machine: Machine): Sequence {
  const [first, second, third] = given.map((value) => numberOf(value)!);
  const [start, end, step] = second === undefined ? [0, first!, 1] : [first!, second, third ?? 1];
  if (step === 0) raise('ValueError', 'range() with a step of zero');
  const count = Math.max(0, Math.ceil((end - start) / step));
  machine.sized(count);
  return new Sequence(
    Array.from({ length: count }, (_, i) => start + i * step),
    'range',
  );
}

/** Items in order, by `key` and downwards where asked; equal ones keep their places. */
export function sortItems(
  items: readonly Value[],
  named: ReadonlyMap<string, Value>,
  machine: Machine,
): Value[] {
  const key = named.get('key') ?? null;
  const keyed = items.map((item) => ({
    item,
    by: key === null ? item : machine.call(key, [item]),
  }));
  const sign = truthy(named.get('reverse') ?? false) ? -1 : 1;
  keyed.sort((a, b) => {
    machine.tick();
    return sign * (order(a.by, b.by) ?? raise('TypeError', 'items that have no order'));
  });
  return keyed.map(({ item }) => item);
}

const sorted = new NativeFunction('sorted', (given, machine) => {
  const named = namedOf('sorted', given, ['key', 'reverse']);
  if (given.positional.length !== 1) raise('TypeError', 'sorted() takes one list');
  return new Sequence(sortItems([...itemsOf(given.positional[0]!)], named, machine));
});

const print = new NativeFunction('print', ({ positional }, machine) => {
  machine.sized(positional.map(textOf).join(' ').length);
  return null;
});

/** The least or greatest of several arguments, or of the items of one. */
function extreme(name: 'min' | 'max'): NativeFunction {
  return new NativeFunction(name, (given) => {
    namedOf(name, given, []);
    const { positional } = given;
    const items = positional.length === 1 ? [...itemsOf(positional[0]!)] : positional;
    if (items.length === 0)
      raise(positional.length === 0 ? 'TypeError' : 'ValueError', `${name}() of nothing`);
    const better = (a: Value, b: Value) =>
      (order(a, b) ?? raise('TypeError', `${name}() of items that have no order`)) < 0;
    return items.reduce((best, item) =>
      (name === 'min' ? better(item, best) : better(best, item)) ? item : best,
    );
  });
}

function sum(items: Iterable<Value>, machine: Machine): Value {
  let total: Value = 0;
  for (const item of items) total = arithmetic(machine, '+', total, item);
  return total;
}

const FUNCTIONS: readonly NativeFunction[] = [
  native('len', ['any'], ([value]) => length(value!)),
  native('str', ['any?'], ([value]) => (value === undefined ? '' : textOf(value))),
  native('int', ['any?'], ([value], machine) => machine.exact(toInt(value ?? 0))),
  native('bool', ['any?'], ([value]) => truthy(value ?? false)),
  native(
    'list',
    ['any?'],
    ([value]) => new Sequence(value === undefined ? [] : [...itemsOf(value)]),
  ),
  native('range', ['int', 'int?', 'int?'], range),
  native('abs', ['int'], ([value]) => Math.abs(numberOf(value!)!)),
  native('sum', ['any'], ([value], machine) => sum(itemsOf(value!), machine)),
  native('any', ['any'], ([value]) => [...itemsOf(value!)].some(truthy)),
  native('all', ['any'], ([value]) => [...itemsOf(value!)].every(truthy)),
  extreme('min'),
  extreme('max'),
  sorted,
  print,
];

/** All names that are bound before a program begins. */
export const BUILTINS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...FUNCTIONS.map((f) => [f.name, f] as const),
  ...EXCEPTIONS.map((name) => [name, new Exception(name)] as const),
]);
