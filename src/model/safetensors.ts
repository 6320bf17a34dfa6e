/**
 * @file The safetensors format: 8 bytes of header size, a JSON header, then the tensors' bytes.
 *
 * A header is trusted in nothing: the tensors must tile the data exactly, as in the reference
 * implementation (https://github.com/huggingface/safetensors, `Metadata::validate`).
 */
import { badInput, badUsage } from '../tensor/errors.ts';
import {
  DTYPE_BYTES,
  type Dtype,
  fromFloat32,
  isDtype,
  type SavedDtype,
  toFloat32,
} from './dtype.ts';
import { show } from './json.ts';
import type { ByteSource } from './source.ts';

/** Where one tensor lies: `begin` and `end` are byte offsets from the start of the file. */
export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A checked header. */
export interface SafetensorsFile {
  readonly tensors: Map<string, TensorInfo>;
  readonly metadata: Record<string, string>;
}

/** A tensor in memory: row-major float32 with its shape. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Integers in memory: row-major int32 with their shape. */
export interface IntegerTensor {
  readonly shape: readonly number[];
  readonly data: Int32Array;
}

/** The reference implementation's limit, in bytes. */
const MAX_HEADER_BYTES = 100_000_000;

/** What every Hugging Face reader expects to find in the header. */
export const HF_METADATA: Readonly<Record<string, string>> = { format: 'pt' };

/**
 * Reads and checks the header.
 *
 * @throws TouchstoneError when the file is truncated, malformed or malicious in any way
 */
export async function readSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const fail = (what: string): never =>
    badInput(`${source.name}: not a valid safetensors file: ${what}`, 'fetch or write it again');
  if (source.byteLength < 8) fail(`${source.byteLength} bytes, expected at least 8`);
  const headerBytes = await readHeaderSize(source, fail);
  const header = parseHeader(await source.slice(8, 8 + headerBytes), fail);
  const metadata = checkMetadata(header.get('__metadata__'), fail);
  header.delete('__metadata__');
  const dataStart = 8 + headerBytes;
  const tensors = new Map<string, TensorInfo>();
  for (const [name, entry] of header) tensors.set(name, checkEntry(name, entry, dataStart, fail));
  checkTiling(tensors, dataStart, source.byteLength, fail);
  return { tensors, metadata };
}

type Fail = (what: string) => never;

async function readHeaderSize(source: ByteSource, fail: Fail): Promise<number> {
  const prefix = await source.slice(0, 8);
  const size = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (size > MAX_HEADER_BYTES)
    fail(`header of ${size} bytes, expected at most ${MAX_HEADER_BYTES}`);
  const available = source.byteLength - 8;
  if (size > available) fail(`header of ${size} bytes, but only ${available} bytes follow`);
  return Number(size);
}

function parseHeader(bytes: Uint8Array, fail: Fail): Map<string, unknown> {
  if (bytes[0] !== 0x7b) fail('the header does not begin with {');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail('the header is not UTF-8');
  }
  const header = parseObject(text, fail);
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) fail(`the header has the key ${show(duplicate)} twice`);
  if (Object.hasOwn(header, '__proto__')) fail('a tensor is named "__proto__"');
  return new Map(Object.entries(header));
}

function parseObject(text: string, fail: Fail): object {
  try {
    return JSON.parse(text) as object; // it begins with {
  } catch {
    return fail('the header is not JSON');
  }
}

/** The first key that an object of a valid JSON text has twice; JSON.parse would keep the last. */
function duplicateKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, , colon] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/gs)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(token.slice(0, -colon.length)) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

function checkMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value))
    return fail(`__metadata__ is ${show(value)}, expected an object of strings`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') fail(`__metadata__.${key} is ${show(text)}, expected a string`);
  }
  return value as Record<string, string>;
}

function checkEntry(name: string, entry: unknown, dataStart: number, fail: Fail): TensorInfo {
  const tensor = `tensor ${show(name)}`;
  if (!isRecord(entry)) return fail(`${tensor} is ${show(entry)}, expected an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDtype(dtype)) {
    return fail(
      `${tensor} has dtype ${show(dtype)}, expected one of ${Object.keys(DTYPE_BYTES).join(', ')}`,
    );
  }
  if (!isSizes(shape)) return fail(`${tensor} has shape ${listed(shape)}, expected sizes >= 0`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    return fail(`${tensor} has data_offsets ${listed(offsets)}, expected [begin, end] in order`);
  }
  const bytes = shape.reduce((product, size) => product * size, 1) * DTYPE_BYTES[dtype];
  const [begin, end] = offsets as [number, number];
  // A product that overflows 2^53 is above every offset, so the comparison still refuses it.
  if (bytes !== end - begin) {
    fail(
      `${tensor} of shape ${listed(shape)} and ${dtype} takes ${bytes} bytes, but has ${end - begin}`,
    );
  }
  return { dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

/** The tensors, in order of their offsets, must cover the data without overlap, hole or rest. */
function checkTiling(
  tensors: Map<string, TensorInfo>,
  dataStart: number,
  fileEnd: number,
  fail: Fail,
): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let expected = dataStart;
  for (const [name, { begin, end }] of inOrder) {
    if (begin < expected) fail(`tensor ${show(name)} overlaps the one before it`);
    if (begin > expected)
      fail(`${begin - expected} bytes before tensor ${show(name)} belong to none`);
    if (end > fileEnd)
      fail(`tensor ${show(name)} ends ${end - fileEnd} bytes past the end of the file`);
    expected = end;
  }
  if (expected !== fileEnd) fail(`${fileEnd - expected} bytes at the end belong to no tensor`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function listed(value: unknown): string {
  if (!Array.isArray(value)) return show(value);
  const shown = value.slice(0, 8).map(show).join(', ');
  return value.length > 8 ? `[${shown}, ...]` : `[${shown}]`;
}

/** Reads one tensor as float32 (see {@link toFloat32} for the other types). */
export async function loadTensor(source: ByteSource, info: TensorInfo): Promise<Float32Array> {
  return toFloat32(info.dtype, await source.slice(info.begin, info.end));
}

/** Reads one tensor of type I32. @throws TouchstoneError where it has another type */
export async function loadIntegers(
  source: ByteSource,
  { dtype, begin, end }: TensorInfo,
): Promise<Int32Array> {
  if (dtype !== 'I32') badInput(`${source.name}: a tensor has dtype ${dtype}, expected I32`);
  // A copy aligns the bytes.
  return new Int32Array((await source.slice(begin, end)).slice().buffer);
}

/** Bytes of a tensor that are read at once: what is read and what is decoded are never both whole in memory. */
const PIECE_BYTES = 2 ** 24;

/** Reads one tensor as float32 into its place, piece by piece. */
export async function loadTensorInto(
  source: ByteSource,
  { dtype, begin, end }: TensorInfo,
  into: Float32Array,
): Promise<void> {
  for (let from = begin; from < end; from += PIECE_BYTES) {
    const piece = await source.slice(from, Math.min(end, from + PIECE_BYTES));
    into.set(toFloat32(dtype, piece), (from - begin) / DTYPE_BYTES[dtype]);
  }
}

/** Reads every tensor of a file, in the header's order. */
export async function loadAll(source: ByteSource): Promise<Map<string, NamedTensor>> {
  const { tensors } = await readSafetensors(source);
  const loaded = new Map<string, NamedTensor>();
  for (const [name, info] of tensors) {
    loaded.set(name, { shape: info.shape, data: await loadTensor(source, info) });
  }
  return loaded;
}

/**
 * Encodes tensors, names sorted, header padded to 8 bytes: equal tensors give equal bytes.
 *
 * @param dtype the element type of floats in the file; integers are I32
 * @returns the file in pieces; with F32 the tensors' pieces are views of `data`, not copies
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor | IntegerTensor>,
  metadata: Readonly<Record<string, string>> = HF_METADATA,
  dtype: SavedDtype = 'F32',
): Uint8Array[] {
  const names = [...tensors.keys()].sort();
  const pieces: Uint8Array[] = [];
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push(['__metadata__', sorted(metadata)]);
  let offset = 0;
  for (const name of names) {
    const { shape, data } = tensors.get(name)!;
    checkWritable(name, shape, data);
    const floats = data instanceof Float32Array;
    const piece = floats ? fromFloat32(dtype, data) : bytesOf(data);
    const type = floats ? dtype : 'I32';
    entries.push([name, { dtype: type, shape, data_offsets: [offset, offset + piece.length] }]);
    offset += piece.length;
    pieces.push(piece);
  }
  return [encodeHeader(JSON.stringify(Object.fromEntries(entries))), ...pieces];
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function checkWritable(name: string, shape: readonly number[], data: ArrayLike<number>): void {
  if (name === '__metadata__' || name === '__proto__' || /\p{Cs}/u.test(name)) {
    badUsage(`a tensor cannot be named ${show(name)}`);
  }
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) {
    badUsage(
      `tensor ${show(name)} of shape ${listed(shape)} has ${data.length} values, expected ${size}`,
    );
  }
}

function sorted(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function encodeHeader(json: string): Uint8Array {
  const text = new TextEncoder().encode(json);
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  return bytes;
}
