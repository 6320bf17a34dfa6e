/** @file Rows that can be taken epoch after epoch, and batches of them from any number on. */
import { badInput } from '../../tensor/index.ts';
import type { Rows } from '../kind.ts';
import type { Batch, BatchSource } from '../training/source.ts';
import { type Chunk, pieces, type Table } from './table.ts';

/** A finite set of rows in chunks; each epoch has an order of its own, always the same. */
export interface RowSet {
  readonly rows: number;
  /** Width of each column of activations, by hook point. */
  readonly widths: ReadonlyMap<string, number>;
  chunks(epoch: number): Iterable<Chunk>;
}

export interface SourceOptions {
  /** The hook point that is encoded. */
  readonly read: string;
  /** The hook point that is decoded, for transcoders. */
  readonly target?: string | undefined;
  /** What the rows are, in words that other rows would not have. */
  readonly identity: string;
}

/**
 * Rows as batches for training, without end: what is left of an epoch after its last whole batch is left out.
 *
 * @throws TouchstoneError where a hook point is not there; from `batches`, where a batch is larger than the set
 */
export function batchSource(set: RowSet, { read, target, identity }: SourceOptions): BatchSource {
  const width = widthOf(set, read);
  const targetWidth = target === undefined ? undefined : widthOf(set, target);
  const what = target === undefined ? read : `${read} to ${target}`;
  return {
    identity: `${what} of ${identity}`,
    width,
    rows: set.rows,
    ...(targetWidth !== undefined && { targetWidth }),
    async *batches(rows, from) {
      for await (const table of tables(set, rows, from)) yield batchOf(table, read, target);
    },
  };
}

/** Whole pieces of `rows` rows, epoch after epoch. */
export async function* tables(set: RowSet, rows: number, from: number): AsyncGenerator<Table> {
  const perEpoch = Math.floor(set.rows / rows);
  if (perEpoch === 0) {
    badInput(`${set.rows} rows for a batch of ${rows}`, 'take a smaller batch, or give more text');
  }
  let skip = from % perEpoch;
  for (let epoch = Math.floor(from / perEpoch); ; epoch++) {
    let left = perEpoch - skip;
    for await (const table of pieces(set.chunks(epoch), rows, skip)) {
      yield table;
      if (--left === 0) break;
    }
    skip = 0;
  }
}

/** Keeps the chunk that was read last, for readers that begin again. */
export function remembering() {
  let last: { key: string; value: ReturnType<Chunk['read']> } | undefined;
  return (key: string, chunk: Chunk): Chunk => ({
    rows: chunk.rows,
    read: () => {
      if (last?.key === key) return last.value;
      // Dropped first: two chunks are not to be in memory together.
      last = undefined;
      const value = chunk.read();
      last = { key, value };
      value.catch(() => {
        last = undefined;
      });
      return value;
    },
  });
}

function widthOf({ widths }: RowSet, hook: string): number {
  const known = [...widths.keys()].join(', ');
  return (
    widths.get(hook) ?? badInput(`there are no activations of '${hook}'`, `there are ${known}`)
  );
}

function batchOf(table: Table, read: string, target: string | undefined): Batch {
  const x = rowsOf(table, read);
  return target === undefined ? { x } : { x, target: rowsOf(table, target) };
}

/** A column of activations as rows. */
export function rowsOf(table: Table, hook: string): Rows {
  const { data, width } = table.get(hook)!;
  return { data: data as Float32Array, width };
}
