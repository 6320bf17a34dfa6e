/** @file What operators do to values: sums, comparisons, places in texts and lists. */
import type { Arithmetic, Comparison } from '../syntax/tree.ts';
import { raise, stop } from './faults.ts';
import type { Machine } from './machine.ts';
import { equal, numberOf, order, Sequence, typeName, type Value } from './values.ts';

/** `left operator right`. */
export function arithmetic(
  machine: Machine,
  operator: Arithmetic,
  left: Value,
  right: Value,
): Value {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return machine.exact(ofNumbers(operator, a, b));
  if (operator === '+') return joined(machine, left, right);
  if (operator === '*' && b !== undefined) return repeated(machine, left, b);
  if (operator === '*' && a !== undefined) return repeated(machine, right, a);
  if (operator === '%' && typeof left === 'string') stop('formatting by % is beyond the language');
  return unsupported(operator, left, right);
}

function unsupported(operator: string, left: Value, right: Value): never {
  return raise('TypeError', `'${operator}' does not take ${typeName(left)} and ${typeName(right)}`);
}

function ofNumbers(operator: Arithmetic, a: number, b: number): number {
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  if (operator === '*') return a * b;
  if (b === 0) raise('ZeroDivisionError', 'division by zero');
  const quotient = Math.floor(a / b);
  return operator === '//' ? quotient : a - quotient * b;
}

function joined(machine: Machine, left: Value, right: Value): Value {
  if (typeof left === 'string' && typeof right === 'string') {
    machine.sized(left.length + right.length);
    return left + right;
  }
  if (!isList(left) || !isList(right)) return unsupported('+', left, right);
  machine.sized(left.items.length + right.items.length);
  return new Sequence([...left.items, ...right.items]);
}

function isList(value: Value): value is Sequence {
  return value instanceof Sequence && value.kind === 'list';
}

function repeated(machine: Machine, value: Value, times: number): Value {
  const count = Math.max(0, times);
  if (typeof value === 'string') {
    machine.sized(value.length * count);
    return value.repeat(count);
  }
  if (!isList(value)) return unsupported('*', value, times);
  machine.sized(value.items.length * count);
  return new Sequence(Array.from({ length: count }, () => value.items).flat());
}

/** `-value` or `+value`. */
export function negated(machine: Machine, operator: '-' | '+', value: Value): number {
  const number = numberOf(value);
  if (number === undefined) return raise('TypeError', `'${operator}' on ${typeName(value)}`);
  return machine.exact(operator === '-' ? -number : number);
}

/** Whether `left operator right` holds. */
export function compare(operator: Comparison, left: Value, right: Value): boolean {
  switch (operator) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case 'is':
      return left === right;
    case 'is not':
      return left !== right;
    case 'in':
      return contains(right, left);
    case 'not in':
      return !contains(right, left);
    default:
      return ordered(operator, left, right);
  }
}

function ordered(operator: '<' | '<=' | '>' | '>=', left: Value, right: Value): boolean {
  const difference = order(left, right);
  if (difference === undefined) return unsupported(operator, left, right);
  if (operator === '<') return difference < 0;
  if (operator === '<=') return difference <= 0;
  return operator === '>' ? difference > 0 : difference >= 0;
}

function contains(whole: Value, part: Value): boolean {
  if (whole instanceof Sequence) return whole.items.some((item) => equal(item, part));
  if (typeof whole !== 'string') return raise('TypeError', `'in' on ${typeName(whole)}`);
  if (typeof part !== 'string') return raise('TypeError', `a text has no ${typeName(part)} in it`);
  return whole.includes(part);
}

/** The items that a loop goes through. A list that changes meanwhile is seen as it changes. */
export function itemsOf(value: Value): Iterable<Value> {
  if (value instanceof Sequence) return value.items;
  if (typeof value === 'string') return value.split('');
  return raise('TypeError', `'${typeName(value)}' object is not iterable`);
}

/** `object[index]`. */
export function subscript(object: Value, index: Value): Value {
  if (typeof object === 'string') return object[placeIn(object.length, index)]!;
  if (object instanceof Sequence) return object.items[placeIn(object.items.length, index)]!;
  return raise('TypeError', `'${typeName(object)}' object has no places`);
}

/** Writes `object[index] = value`. */
export function setSubscript(object: Value, index: Value, value: Value): void {
  if (!isList(object)) raise('TypeError', `'${typeName(object)}' object takes no new items`);
  object.items[placeIn(object.items.length, index)] = value;
}

function placeIn(length: number, index: Value): number {
  const given = numberOf(index);
  if (given === undefined) return raise('TypeError', `a place is an int, not ${typeName(index)}`);
  const place = given < 0 ? given + length : given;
  if (place < 0 || place >= length) return raise('IndexError', 'index out of range');
  return place;
}

/** `object[from:to:step]`; None where a bound is left out. */
export function sliced(object: Value, from: Value, to: Value, step: Value): Value {
  if (object instanceof Sequence)
    return new Sequence(pick(object.items, from, to, step), object.kind);
  if (typeof object === 'string') return pick(object.split(''), from, to, step).join('');
  return raise('TypeError', `'${typeName(object)}' object has no places`);
}

function pick<T>(items: readonly T[], from: Value, to: Value, step: Value): T[] {
  const by = bound(step) ?? 1;
  if (by === 0) raise('ValueError', 'a slice has a step of zero');
  const [low, high] = by > 0 ? [0, items.length] : [-1, items.length - 1];
  const place = (value: Value, absent: number) => {
    const given = bound(value);
    if (given === undefined) return absent;
    return Math.min(high, Math.max(low, given < 0 ? given + items.length : given));
  };
  const [start, end] = [place(from, by > 0 ? low : high), place(to, by > 0 ? high : low)];
  const picked: T[] = [];
  for (let at = start; by > 0 ? at < end : at > end; at += by) picked.push(items[at]!);
  return picked;
}

function bound(value: Value): number | undefined {
  if (value === null) return undefined;
  return numberOf(value) ?? raise('TypeError', `a slice takes ints, not ${typeName(value)}`);
}
