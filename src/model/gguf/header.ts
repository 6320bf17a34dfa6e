/** @file The header of a GGUF file: metadata, and where each tensor lies (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). */
import { badInput } from '../../tensor/errors.ts';
import { show } from '../json.ts';
import type { ByteSource } from '../source.ts';
import { type ElementType, elementType, unreadType } from './quantization.ts';
import { type Fail, HeaderReader, type MetadataValue, NeedsMore } from './reader.ts';

/** Where a tensor lies, in bytes of the file; `shape` is row-major, the file's own order reversed. */
export interface GgufTensorInfo {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, GgufTensorInfo>;
}

const MAGIC = 0x46554747;
/** Bytes of a header that are read at first; headers hold the vocabulary. */
const FIRST_BYTES = 2 ** 22;
/** Longer headers are refused: the largest vocabularies take some 20 MB. */
const MAX_HEADER_BYTES = 2 ** 28;

/** @throws TouchstoneError when the file is truncated, malformed, or of a version or type that is not known */
export async function readHeader(source: ByteSource): Promise<GgufHeader> {
  const fail: Fail = (what) => badInput(`${source.name}: not a valid GGUF file: ${what}`);
  for (let size = FIRST_BYTES; ; size *= 4) {
    const bytes = await source.slice(0, Math.min(size, source.byteLength));
    try {
      return parseHeader(new HeaderReader(bytes, source.byteLength, fail), source, fail);
    } catch (error) {
      if (!(error instanceof NeedsMore)) throw error;
      if (size >= MAX_HEADER_BYTES) fail(`its header is longer than ${MAX_HEADER_BYTES} bytes`);
    }
  }
}

function parseHeader(reader: HeaderReader, source: ByteSource, fail: Fail): GgufHeader {
  if (reader.uint32() !== MAGIC) fail('it does not begin with "GGUF"');
  const version = reader.uint32();
  if (version !== 2 && version !== 3) fail(`version ${version}, expected 2 or 3`);
  const tensorCount = reader.count('tensors', 24);
  const entries = reader.count('metadata entries', 13);
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < entries; i++) {
    const key = reader.text(`the name of metadata entry ${i}`);
    if (metadata.has(key)) fail(`metadata ${show(key)} is there twice`);
    metadata.set(key, reader.value(reader.uint32(), key));
  }
  const tensors = Array.from({ length: tensorCount }, (_, i) =>
    readTensor(reader, i, source.name, fail),
  );
  const start = aligned(reader.at, metadata.get('general.alignment') ?? 32, fail);
  return { metadata, tensors: placed(tensors, start, source.byteLength, fail) };
}

interface RawTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly offset: number;
}

function readTensor(reader: HeaderReader, index: number, fileName: string, fail: Fail): RawTensor {
  const name = reader.text(`the name of tensor ${index}`);
  const tensor = `tensor ${show(name)}`;
  const axes = reader.uint32();
  if (axes < 1 || axes > 4) fail(`${tensor} has ${axes} axes, expected 1 to 4`);
  const shape = Array.from({ length: axes }, () => reader.uint64(tensor)).reverse();
  const number = reader.uint32();
  const type = elementType(number);
  if (type === undefined)
    return badInput(`${fileName}: ${tensor} is of ${unreadType(number)}`, 'take another file');
  if (shape.at(-1)! % type.block !== 0)
    fail(`${tensor}: rows of ${shape.at(-1)} are no whole blocks of ${type.block}`);
  return { name, type, shape, offset: reader.uint64(tensor) };
}

function aligned(headerEnd: number, alignment: MetadataValue, fail: Fail): number {
  if (!Number.isInteger(alignment) || !(Number(alignment) >= 1 && Number(alignment) <= 2 ** 16))
    fail(`general.alignment is ${show(alignment)}, expected an integer from 1 to ${2 ** 16}`);
  return Math.ceil(headerEnd / Number(alignment)) * Number(alignment);
}

/** Every tensor must lie within the file, whole, and clear of the others. */
function placed(
  tensors: readonly RawTensor[],
  start: number,
  fileEnd: number,
  fail: Fail,
): Map<string, GgufTensorInfo> {
  const out = new Map<string, GgufTensorInfo>();
  let last = start;
  for (const { name, type, shape, offset } of [...tensors].sort((a, b) => a.offset - b.offset)) {
    const tensor = `tensor ${show(name)}`;
    const values = shape.reduce((product, size) => product * size, 1);
    const begin = start + offset;
    const end = begin + (values / type.block) * type.bytes;
    if (begin < last) fail(`${tensor} overlaps the one before it`);
    if (!(end <= fileEnd)) fail(`${tensor} ends ${end - fileEnd} bytes past the end of the file`);
    if (out.has(name)) fail(`${tensor} is there twice`);
    out.set(name, { type, shape, begin, end });
    last = end;
  }
  return out;
}
