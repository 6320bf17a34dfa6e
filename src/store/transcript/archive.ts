/** @file Zip archives: members by name, stored, deflated or in Zstandard, as Inspect packs its logs. */
import {
  BlobWriter,
  configure,
  TextReader,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipReader,
  ZipWriter,
} from '@zip.js/zip.js';
import { decompress } from 'fzstd';
import { badInput } from '../../tensor/index.ts';

configure({ useWebWorkers: false });

const ZSTANDARD = 93;

/** Bytes of a member at the most: a small archive may hold a huge one. */
const MOST = 2 ** 28;

/** An archive that is open for reading. */
export interface Archive {
  readonly names: readonly string[];
  /** The JSON of a member. @throws TouchstoneError where it is none, or too large */
  json(name: string): Promise<unknown>;
}

/** @throws TouchstoneError where the bytes are no archive */
export async function openArchive(bytes: Uint8Array, path: string): Promise<Archive> {
  const reader = new ZipReader(new Uint8ArrayReader(bytes));
  const entries = await reader
    .getEntries()
    .catch(() => badInput(`${path} is no zip archive`, 'expected an .eval log of Inspect'));
  const files = new Map(entries.flatMap((one) => (one.directory ? [] : [[one.filename, one]])));
  return {
    names: [...files.keys()],
    json: async (name) => {
      const entry = files.get(name);
      if (!entry) return badInput(`${path} holds no ${name}`, 'is it an .eval log of Inspect?');
      if (entry.uncompressedSize > MOST)
        badInput(`${path}: ${name} has ${entry.uncompressedSize} bytes, at most ${MOST} are read`);
      try {
        const packed = entry.compressionMethod === ZSTANDARD;
        const raw = await entry.getData(new Uint8ArrayWriter(), { passThrough: packed });
        const data = packed ? decompress(raw, new Uint8Array(entry.uncompressedSize)) : raw;
        return JSON.parse(new TextDecoder().decode(data));
      } catch (error) {
        return badInput(`${path}: ${name} is damaged (${(error as Error).message})`);
      }
    },
  };
}

/** Members of JSON, deflated. Equal members and equal times give equal bytes. */
export async function packArchive(
  members: readonly (readonly [name: string, value: unknown])[],
  time: Date,
): Promise<Uint8Array> {
  const writer = new ZipWriter(new BlobWriter('application/zip'), { lastModDate: time });
  for (const [name, value] of members)
    await writer.add(name, new TextReader(JSON.stringify(value)), { extendedTimestamp: false });
  const blob = await writer.close();
  return new Uint8Array(await blob.arrayBuffer());
}
