/** @file Values of a GGUF header, one behind another. Nothing is trusted: every count and length is held against the bytes that are there. */
import { show } from '../json.ts';

/** A value of the metadata; integers beyond 2^53 are rounded. */
export type MetadataValue = number | boolean | string | readonly MetadataValue[];

/** Refuses the file. */
export type Fail = (what: string) => never;

/** Thrown where a value lies beyond the bytes that have been read, but not beyond the file. */
export class NeedsMore extends Error {}

type Scalar = readonly [bytes: number, read: (view: DataView, at: number) => number | boolean];

/** Scalars by type number. */
const SCALARS: ReadonlyMap<number, Scalar> = new Map<number, Scalar>([
  [0, [1, (view, at) => view.getUint8(at)]],
  [1, [1, (view, at) => view.getInt8(at)]],
  [2, [2, (view, at) => view.getUint16(at, true)]],
  [3, [2, (view, at) => view.getInt16(at, true)]],
  [4, [4, (view, at) => view.getUint32(at, true)]],
  [5, [4, (view, at) => view.getInt32(at, true)]],
  [6, [4, (view, at) => view.getFloat32(at, true)]],
  [7, [1, (view, at) => view.getUint8(at) !== 0]],
  [10, [8, (view, at) => Number(view.getBigUint64(at, true))]],
  [11, [8, (view, at) => Number(view.getBigInt64(at, true))]],
  [12, [8, (view, at) => view.getFloat64(at, true)]],
]);
const TEXT = 8;
const ARRAY = 9;

/** Bytes of the shortest array: its type and count. */
const ARRAY_BYTES = 12;
/** Bytes of the shortest text: its length. */
const TEXT_BYTES = 8;
const MAX_DEPTH = 3;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads from the first bytes of a file. */
export class HeaderReader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fileBytes: number;
  readonly #fail: Fail;

  /** @param fileBytes size of the file, of which `bytes` are the first */
  constructor(bytes: Uint8Array, fileBytes: number, fail: Fail) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fileBytes = fileBytes;
    this.#fail = fail;
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  uint64(what: string): number {
    const value = this.#view.getBigUint64(this.#take(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      this.#fail(`${what}: ${value} is too large a number`);
    return Number(value);
  }

  /** A count of things of at least so many bytes each. */
  count(what: string, bytes: number): number {
    const count = this.uint64(what);
    const left = this.#fileBytes - this.at;
    if (count * bytes > left) this.#fail(`${count} ${what}, but only ${left} bytes follow`);
    return count;
  }

  text(what: string): string {
    const length = this.count(`characters of ${what}`, 1);
    const start = this.#take(length);
    return utf8.decode(this.#bytes.subarray(start, start + length));
  }

  value(type: number, key: string, depth = 0): MetadataValue {
    if (type === TEXT) return this.text(show(key));
    if (type === ARRAY) return this.#array(key, depth);
    const scalar = SCALARS.get(type);
    if (!scalar) return this.#fail(`metadata ${show(key)} is of the unknown type ${type}`);
    return scalar[1](this.#view, this.#take(scalar[0]));
  }

  #array(key: string, depth: number): MetadataValue[] {
    if (depth >= MAX_DEPTH) this.#fail(`metadata ${show(key)} is nested too deeply`);
    const type = this.uint32();
    const least = type === ARRAY ? ARRAY_BYTES : (SCALARS.get(type)?.[0] ?? TEXT_BYTES);
    const count = this.count(`entries of ${show(key)}`, least);
    const values: MetadataValue[] = [];
    for (let i = 0; i < count; i++) values.push(this.value(type, key, depth + 1));
    return values;
  }

  /** Where the next bytes lie. */
  #take(bytes: number): number {
    const start = this.at;
    const end = start + bytes;
    if (end > this.#fileBytes)
      this.#fail(`it ends at byte ${this.#fileBytes}, within its header: is it complete?`);
    if (end > this.#bytes.length) throw new NeedsMore();
    this.at = end;
    return start;
  }
}
