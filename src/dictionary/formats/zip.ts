/** @file Zip archives, as PyTorch and NumPy write them: entries that are stored or deflated, and their directory. */
import { crc32, inflateRawSync } from 'node:zlib';
import type { ByteSource } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';

/** Marks of the records that are read (PKWARE's APPNOTE 6.3). */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
/** The end record may have a comment of up to 65,535 bytes behind it. */
const TAIL_BYTES = END_BYTES + 65_535;
const STORED = 0;
const DEFLATED = 8;
/** What a 32-bit field holds where a 64-bit one stands in its place. */
const SEE_64 = 0xffffffff;

interface Entry {
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Where its local header begins. */
  readonly at: number;
}

/** An archive whose directory has been read. */
export class Zip {
  readonly #source: ByteSource;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(source: ByteSource, entries: ReadonlyMap<string, Entry>) {
    this.#source = source;
    this.#entries = entries;
  }

  /** @throws TouchstoneError where the file is no archive, or its directory is broken */
  static async open(source: ByteSource): Promise<Zip> {
    const { count, size, at } = await directoryOf(source);
    if (at + size > source.byteLength)
      refuse(source, 'its directory ends past the end of the file');
    return new Zip(source, entriesOf(await viewOf(source, at, size), count, source));
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /**
   * The unpacked bytes of an entry.
   *
   * @param options `checksum`: whether it is compared (default true); PyTorch can be told to write none
   * @throws TouchstoneError where it is missing or broken
   */
  async read(name: string, { checksum = true } = {}): Promise<Uint8Array> {
    const entry = this.#entries.get(name);
    if (!entry) refuse(this.#source, `it has no entry '${name}'`);
    const bytes = unpacked(await this.#packed(name, entry), entry, () =>
      refuse(this.#source, `entry '${name}' does not unpack to ${entry.size} bytes`),
    );
    if (checksum && crc32(bytes) !== entry.crc) {
      refuse(this.#source, `entry '${name}' has another checksum`);
    }
    return bytes;
  }

  async #packed(name: string, { at, packed }: Entry): Promise<Uint8Array> {
    const header = await viewOf(this.#source, at, LOCAL_BYTES);
    if (header.getUint32(0, true) !== LOCAL) refuse(this.#source, `entry '${name}' has no header`);
    const from = at + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
    return bytesOf(this.#source, from, packed);
  }
}

function refuse(source: ByteSource, what: string): never {
  return badInput(`${source.name}: not a valid zip archive: ${what}`, 'fetch or write it again');
}

async function bytesOf(source: ByteSource, at: number, size: number): Promise<Uint8Array> {
  if (at + size > source.byteLength) refuse(source, `${size} bytes at ${at} are past its end`);
  return source.slice(at, at + size);
}

async function viewOf(source: ByteSource, at: number, size: number): Promise<DataView> {
  const bytes = await bytesOf(source, at, size);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly at: number;
}

async function directoryOf(source: ByteSource): Promise<Directory> {
  const length = Math.min(TAIL_BYTES, source.byteLength);
  const start = source.byteLength - length;
  const tail = await viewOf(source, start, length);
  let end = length - END_BYTES;
  while (end >= 0 && tail.getUint32(end, true) !== END) end--;
  if (end < 0) refuse(source, 'it has no directory');
  const short = {
    count: tail.getUint16(end + 10, true),
    size: tail.getUint32(end + 12, true),
    at: tail.getUint32(end + 16, true),
  };
  return (await directory64(source, tail, end)) ?? short;
}

/** The directory of an archive with 64-bit sizes, whose place stands just before the end record. */
async function directory64(
  source: ByteSource,
  tail: DataView,
  end: number,
): Promise<Directory | undefined> {
  if (end < 20 || tail.getUint32(end - 20, true) !== LOCATOR_64) return undefined;
  const record = await viewOf(source, whole(tail, end - 12, source), 56);
  if (record.getUint32(0, true) !== END_64) refuse(source, 'its 64-bit directory is missing');
  return {
    count: whole(record, 32, source),
    size: whole(record, 40, source),
    at: whole(record, 48, source),
  };
}

/** A 64-bit number that lies within the file. */
function whole(view: DataView, at: number, source: ByteSource): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(source.byteLength)) refuse(source, `a size of ${value} bytes`);
  return Number(value);
}

function entriesOf(view: DataView, count: number, source: ByteSource): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (let at = 0, i = 0; i < count; i++) {
    const fits = at + CENTRAL_BYTES <= view.byteLength && view.getUint32(at, true) === CENTRAL;
    if (!fits) refuse(source, `entry ${i} of its directory is broken`);
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const [nameBytes, extraBytes] = lengths as [number, number];
    const next = at + CENTRAL_BYTES + lengths.reduce((sum, length) => sum + length, 0);
    if (next > view.byteLength) refuse(source, `entry ${i} of its directory is cut off`);
    const name = new Uint8Array(view.buffer, view.byteOffset + at + CENTRAL_BYTES, nameBytes);
    const extra = at + CENTRAL_BYTES + nameBytes;
    entries.set(new TextDecoder().decode(name), entryOf(view, at, [extra, extraBytes], source));
    at = next;
  }
  return entries;
}

function entryOf(
  view: DataView,
  at: number,
  [extra, extraBytes]: readonly [number, number],
  source: ByteSource,
): Entry {
  const long = longFields(view, extra, extraBytes);
  const field = (offset: number) => {
    const value = view.getUint32(at + offset, true);
    if (value !== SEE_64) return value;
    const place = long();
    return place === undefined ? value : whole(view, place, source);
  };
  // The 64-bit fields stand in this order, and only those that are needed.
  const [size, packed, header] = [field(24), field(20), field(42)];
  const method = view.getUint16(at + 10, true);
  return { method, crc: view.getUint32(at + 16, true), packed, size, at: header };
}

/** Gives the places of an entry's 64-bit fields one after the other. */
function longFields(view: DataView, start: number, length: number): () => number | undefined {
  let [from, end] = [0, 0];
  for (let at = start; at + 4 <= start + length; ) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1)
      [from, end] = [at + 4, Math.min(at + 4 + size, start + length)];
    at += 4 + size;
  }
  return () => {
    from += 8;
    return from <= end ? from - 8 : undefined;
  };
}

function unpacked(bytes: Uint8Array, { method, size }: Entry, fail: () => never): Uint8Array {
  if (method === STORED) return bytes.length === size ? bytes : fail();
  if (method !== DEFLATED) return fail();
  try {
    // One byte more than promised is already too much: a small file must not fill memory.
    const out = inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) });
    if (out.length === size) return new Uint8Array(out.buffer, out.byteOffset, size);
  } catch {
    // Refused below.
  }
  return fail();
}
