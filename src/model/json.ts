/** @file JSON from outside: parsing and schema checks whose failures are one clear line. */
import type { z } from 'zod';
import { badInput } from '../tensor/errors.ts';

/**
 * Parses JSON text.
 *
 * @param name the file, for the message
 * @throws TouchstoneError when the text is not JSON
 */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, ' ');
    return badInput(`${name}: not JSON (${reason})`, 'is the file complete?');
  }
}

/**
 * Checks a value against a zod schema.
 *
 * @throws TouchstoneError naming the first field that is wrong, its value, and what was expected
 */
export function checkShape<T extends z.ZodType>(
  schema: T,
  value: unknown,
  name: string,
): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const where = issue.path.length > 0 ? `${issue.path.map(String).join('.')} is ` : 'got ';
  const message = issue.message.replace(/\s+/g, ' ');
  return badInput(`${name}: ${where}${show(valueAt(value, issue.path))}: ${message}`);
}

/** A value as it reads in a one-line message, cut short. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value !== null && typeof value === 'object') return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value;
  for (const key of path) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<PropertyKey, unknown>)[key];
  }
  return here;
}
