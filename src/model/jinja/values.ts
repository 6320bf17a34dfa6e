/** @file Values inside a template, and what Python's built-in functions make of them. */
import { Environment } from '@huggingface/jinja';

/** A value inside a template. */
export interface Value {
  readonly type: string;
  readonly value: unknown;
}

export const SEQUENCES: readonly string[] = ['ArrayValue', 'TupleValue'];
export const MAPPINGS: readonly string[] = ['ObjectValue'];
export const NUMBERS: readonly string[] = ['IntegerValue', 'FloatValue', 'BooleanValue'];

/** A value of the library for one of JavaScript. */
export function wrapped(value: unknown): Value {
  return new Environment().set('value', value) as Value;
}

/** The kind of a value, for messages. */
export function kind({ type }: Value): string {
  return type.replace('Value', '').toLowerCase();
}

/** Python's remainder has the sign of the divisor. */
export function remainder(left: number, right: number): number {
  if (right === 0) throw new Error('division by zero');
  return ((left % right) + right) % right;
}

/** Python's `==`. */
export function equal(left: Value, right: Value): boolean {
  if (NUMBERS.includes(left.type) && NUMBERS.includes(right.type))
    return Number(left.value) === Number(right.value);
  if (left.type !== right.type) return false;
  if (SEQUENCES.includes(left.type)) return equalItems(itemsOf(left), itemsOf(right));
  if (MAPPINGS.includes(left.type)) return equalFields(fieldsOf(left), fieldsOf(right));
  return left.value === right.value;
}

function equalItems(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((item, i) => equal(item, right[i]!));
}

function equalFields(left: ReadonlyMap<string, Value>, right: ReadonlyMap<string, Value>): boolean {
  const same = ([key, value]: [string, Value]) => right.has(key) && equal(value, right.get(key)!);
  return left.size === right.size && [...left].every(same);
}

/** Of a list or tuple. */
export function itemsOf(value: Value): readonly Value[] {
  return value.value as Value[];
}

/** Of a dict. */
export function fieldsOf(value: Value): ReadonlyMap<string, Value> {
  return value.value as Map<string, Value>;
}

/** Python's `str`. */
export function str(value: Value): string {
  return value.type === 'StringValue' ? String(value.value) : repr(value);
}

/** Python's `repr`; nothing for what is undefined. */
function repr(value: Value): string {
  if (value.type === 'StringValue') return quoted(String(value.value));
  if (value.type === 'BooleanValue') return value.value ? 'True' : 'False';
  if (value.type === 'NullValue') return 'None';
  if (value.type === 'UndefinedValue') return '';
  if (value.type === 'TupleValue') return tuple(itemsOf(value).map(repr));
  if (value.type === 'ArrayValue') return `[${itemsOf(value).map(repr).join(', ')}]`;
  if (!MAPPINGS.includes(value.type)) return String(value);
  const fields = [...fieldsOf(value)].map(([key, item]) => `${quoted(key)}: ${repr(item)}`);
  return `{${fields.join(', ')}}`;
}

function tuple(items: readonly string[]): string {
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A string as Python writes it: in single quotes, unless only double ones need no escape. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\n\r\t]|[\p{C}\p{Z}]/gu, (character) => {
    if (character === '\\') return '\\\\';
    if (character === ' ') return ' ';
    return ESCAPES[character] ?? escapedCode(character.codePointAt(0)!);
  });
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

function escapedCode(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** White space as Python's `strip` sees it: Unicode's, and four separators besides. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the separators
const SPACE = /[\p{White_Space}\x1c-\x1f]/u;

/** Python's `strip`, `lstrip` and `rstrip`: of white space, or of the given characters. */
export function strip(text: string, which: string, characters?: string | null): string {
  const all = [...text];
  const goes = (character: string | undefined) =>
    character !== undefined &&
    (characters == null ? SPACE.test(character) : [...characters].includes(character));
  let start = 0;
  let end = all.length;
  if (which !== 'rstrip') while (start < end && goes(all[start])) start++;
  if (which !== 'lstrip') while (end > start && goes(all[end - 1])) end--;
  return all.slice(start, end).join('');
}

/** Python's `capitalize`. */
export function capitalized(text: string): string {
  const [first = '', ...rest] = text;
  return first.toUpperCase() + rest.join('').toLowerCase();
}
