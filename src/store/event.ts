/**
 * @file One line of `events.jsonl`: JSON whose first member is a checksum of the rest.
 *
 * The checksum also covers the checksum of the line before, so that a line changed, dropped, moved or
 * taken from another run is noticed at that line.
 */
import { createHash } from 'node:crypto';

const DIGITS = 16;
const HEAD = '{"sum":"';
/** Bytes before the part that the checksum covers: the head, the digits, a quote and a comma. */
const COVERED_FROM = HEAD.length + DIGITS + 2;

/** The first 16 hexadecimal digits of SHA-256 over the checksum before and this text. */
export function checksum(before: string, text: string | Uint8Array): string {
  return createHash('sha256').update(before).update(text).digest('hex').slice(0, DIGITS);
}

/** A line without its newline, and its checksum. */
export interface Line {
  readonly text: string;
  readonly sum: string;
}

/** The part of a line that its checksum covers. */
export function encodeBody(key: string, value: unknown): string {
  refuseLossy(value, key);
  return `"key":${JSON.stringify(key)},"value":${JSON.stringify(value)}}`;
}

/** The line that follows the one with checksum `before`. */
export function encodeLine(before: string, body: string): Line {
  const sum = checksum(before, body);
  return { text: `${HEAD}${sum}",${body}`, sum };
}

/** A line as read back; undefined where it is torn, damaged or out of place. */
export function decodeLine(
  before: string,
  bytes: Uint8Array,
): (Line & { readonly key: string }) | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const sum = text.slice(HEAD.length, HEAD.length + DIGITS);
  if (!text.startsWith(`${HEAD}${sum}",`)) return undefined;
  if (checksum(before, bytes.subarray(COVERED_FROM)) !== sum) return undefined;
  return { text, sum, key: (JSON.parse(text) as { key: string }).key };
}

/** The part of a line that its checksum covers. */
export function bodyOf(text: string): string {
  return text.slice(COVERED_FROM);
}

/** The value of a line known to be sound. */
export function decodeValue(text: string): unknown {
  return (JSON.parse(text) as { value: unknown }).value;
}

/** Throws where JSON would change a value silently, since a resumed run would then differ. */
function refuseLossy(value: unknown, path: string): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) refuseLossy(value[i], `${path}[${i}]`);
  } else if (typeof value === 'object' && isPlain(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (member !== undefined) refuseLossy(member, `${path}.${name}`);
    }
  } else {
    throw new Error(`internal: ${path} is ${describe(value)}, which JSON cannot keep`);
  }
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${value.constructor.name}`;
  return typeof value === 'function' ? 'a function' : String(value);
}
