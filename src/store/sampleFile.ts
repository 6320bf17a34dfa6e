/** @file A run's samples read by ranges: row groups that nobody looks at stay on disk. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet';
import { badInput } from '../tensor/errors.ts';
import type { SampleRow } from './samples.ts';

/** Row groups that stay in memory. */
const KEPT = 4;

/** Which samples are asked for. */
export interface SampleFilter {
  readonly arm?: string | undefined;
  readonly technique?: string | undefined;
  readonly setting?: string | undefined;
  readonly split?: string | undefined;
  /** Samples that name the secret, or any decoy. */
  readonly names?: 'secret' | 'decoy' | undefined;
  /** Within prompt or answer, in whatever case. */
  readonly text?: string | undefined;
}

type Column = keyof SampleRow;
const FIELDS = ['arm', 'technique', 'setting', 'split'] as const;

/** The rows that a page shows, and how many there are in all. */
export interface SamplePage {
  readonly total: number;
  readonly rows: SampleRow[];
}

/** An open `samples.parquet`. */
export class SampleFile {
  /** Changes with the file. */
  readonly version: string;
  readonly #file: AsyncBuffer;
  readonly #metadata: FileMetaData;
  /** Number of the first row of each group, and of all rows at the end. */
  readonly #starts: readonly number[];
  readonly #groups = new Map<number, Promise<SampleRow[]>>();
  readonly #matches = new Map<string, Promise<Uint32Array>>();

  private constructor(file: AsyncBuffer, metadata: FileMetaData, version: string) {
    this.#file = file;
    this.#metadata = metadata;
    this.version = version;
    const starts = [0];
    for (const { num_rows: rows } of metadata.row_groups)
      starts.push(starts.at(-1)! + Number(rows));
    this.#starts = starts;
  }

  /** Reads no rows yet. @param wrap sees every read of the file, where somebody counts. @throws where there is no such file */
  static async open(
    path: string,
    wrap: (file: AsyncBuffer) => AsyncBuffer = (file) => file,
  ): Promise<SampleFile> {
    const version = await versionOf(path);
    const file = wrap(await asyncBufferFromFile(path));
    return new SampleFile(file, await parquetMetadataAsync(file), version);
  }

  get rows(): number {
    return this.#starts.at(-1)!;
  }

  /** Up to `limit` of the rows that a filter lets through, from the `offset`-th on. */
  async page(filter: SampleFilter, offset: number, limit: number): Promise<SamplePage> {
    const columns = columnsOf(filter);
    if (columns.length === 0) {
      const end = Math.min(this.rows, offset + limit);
      const wanted = Array.from({ length: Math.max(0, end - offset) }, (_, i) => offset + i);
      return { total: this.rows, rows: await this.#at(wanted) };
    }
    const matches = await this.#matching(filter, columns);
    return {
      total: matches.length,
      rows: await this.#at([...matches.subarray(offset, offset + limit)]),
    };
  }

  /** Numbers of the rows that fit: of each group no more is read than the columns that the filter looks at. */
  #matching(filter: SampleFilter, columns: readonly Column[]): Promise<Uint32Array> {
    const key = JSON.stringify([
      filter.names,
      filter.text,
      ...FIELDS.map((field) => filter[field]),
    ]);
    return kept(this.#matches, key, () => this.#scan(filter, columns));
  }

  async #scan(filter: SampleFilter, columns: readonly Column[]): Promise<Uint32Array> {
    const found: number[] = [];
    for (let group = 0; group + 1 < this.#starts.length; group++) {
      const rows = await this.#read(group, columns);
      for (const [i, row] of rows.entries())
        if (fits(row, filter)) found.push(this.#starts[group]! + i);
    }
    return Uint32Array.from(found);
  }

  /** Rows by their numbers, which ascend. */
  async #at(numbers: readonly number[]): Promise<SampleRow[]> {
    const rows: SampleRow[] = [];
    let group = 0;
    for (const number of numbers) {
      while (this.#starts[group + 1]! <= number) group++;
      const own = group;
      const inGroup = await kept(this.#groups, own, () => this.#read(own));
      rows.push(inGroup[number - this.#starts[own]!]!);
    }
    return rows;
  }

  async #read(group: number, columns?: readonly Column[]): Promise<SampleRow[]> {
    const rows = await parquetReadObjects({
      ...{ file: this.#file, metadata: this.#metadata },
      ...{ rowStart: this.#starts[group]!, rowEnd: this.#starts[group + 1]! },
      ...(columns && { columns: [...columns] }),
    });
    return rows as unknown as SampleRow[];
  }
}

/** Opens the samples of a run, or gives back what is open of them. */
export async function openSamples(
  folder: string,
  name: string,
  before?: SampleFile,
): Promise<SampleFile> {
  const path = join(folder, name, 'samples.parquet');
  const version = await versionOf(path).catch(() =>
    badInput(`the run '${name}' has no samples`, 'resume it to its end first'),
  );
  return before?.version === version ? before : SampleFile.open(path);
}

async function versionOf(path: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(path);
  return `${path} ${ino} ${size} ${mtimeMs}`;
}

function columnsOf({ names, text, ...fields }: SampleFilter): Column[] {
  return [
    ...FIELDS.filter((field) => fields[field] !== undefined),
    ...(names === 'secret' ? (['secretMentioned'] as const) : []),
    ...(names === 'decoy' ? (['decoysMentioned'] as const) : []),
    ...(text ? (['prompt', 'text'] as const) : []),
  ];
}

function fits(row: SampleRow, filter: SampleFilter): boolean {
  const { names, text } = filter;
  if (FIELDS.some((field) => filter[field] !== undefined && row[field] !== filter[field]))
    return false;
  if (names === 'secret' && !row.secretMentioned) return false;
  if (names === 'decoy' && row.decoysMentioned === 0) return false;
  return !text || `${row.prompt}\n${row.text}`.toLowerCase().includes(text.toLowerCase());
}

/** What a map has, or makes; the oldest entries go, and so does what failed. */
function kept<Key, Value>(
  map: Map<Key, Promise<Value>>,
  key: Key,
  make: () => Promise<Value>,
): Promise<Value> {
  const found = map.get(key);
  if (found) return found;
  const made = make();
  map.set(key, made);
  if (map.size > KEPT) map.delete(map.keys().next().value as Key);
  made.catch(() => map.delete(key));
  return made;
}
