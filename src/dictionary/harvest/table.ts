/** @file Tables of rows: columns side by side, shuffled a chunk at a time and cut into pieces of one size. */
import { type RandomStream, randomStream } from '../../tensor/index.ts';

/** One matrix [rows, width], row-major: activations are float32, labels int32 of width 1. */
export interface Column {
  readonly data: Float32Array | Int32Array;
  readonly width: number;
}

/** Columns by name; row `i` of each belongs to row `i` of all others. */
export type Table = ReadonlyMap<string, Column>;

/** Rows that are in memory together and shuffled among each other. */
export interface Chunk {
  readonly rows: number;
  /** The rows, and the order in which they are to be taken. */
  read(): Promise<{ readonly table: Table; readonly order: Uint32Array }>;
}

/** A table of zeros with the columns of another. */
export function blank(like: Table, rows: number): Table {
  const columns = [...like].map(([name, { data, width }]): [string, Column] => {
    const zeros =
      data instanceof Float32Array ? new Float32Array(rows * width) : new Int32Array(rows * width);
    return [name, { data: zeros, width }];
  });
  return new Map(columns);
}

/** Copies the rows that `order` names to consecutive rows of another table of the same columns. */
export function copyRows(from: Table, order: ArrayLike<number>, into: Table, at: number): void {
  for (const [name, { data, width }] of from) {
    const target = into.get(name)!.data;
    for (let i = 0; i < order.length; i++) {
      const row = order[i]!;
      target.set(data.subarray(row * width, (row + 1) * width), (at + i) * width);
    }
  }
}

/** The first rows of a table, as views. */
function head(table: Table, rows: number): Table {
  const columns = [...table].map(([name, { data, width }]): [string, Column] => [
    name,
    { data: data.subarray(0, rows * width), width },
  ]);
  return new Map(columns);
}

/**
 * The rows of all chunks, one after another, in pieces of `size` rows; the last may have fewer. Chunks that
 * lie wholly before piece `from` are not read.
 */
export async function* pieces(
  chunks: Iterable<Chunk>,
  size: number,
  from: number,
): AsyncGenerator<Table> {
  let skip = from * size;
  let piece: Table | undefined;
  let filled = 0;
  for (const chunk of chunks) {
    const start = Math.min(skip, chunk.rows);
    skip -= start;
    if (start === chunk.rows) continue;
    const { table, order } = await chunk.read();
    for (let at = start; at < order.length; ) {
      piece ??= blank(table, size);
      const count = Math.min(size - filled, order.length - at);
      copyRows(table, order.subarray(at, at + count), piece, filled);
      [at, filled] = [at + count, filled + count];
      if (filled < size) continue;
      yield piece;
      [piece, filled] = [undefined, 0];
    }
  }
  if (piece) yield head(piece, filled);
}

/** The stream that shuffles an epoch. */
export function shuffling(seed: number, epoch: number): RandomStream {
  return randomStream(seed, 'data').at('harvest', epoch);
}

/** The numbers below `count` in random order (Fisher-Yates). */
export function shuffledOrder(count: number, stream: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = stream.integer(i, i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Cuts a list into runs that hold at least `size` rows each, the last perhaps fewer. */
export function* runsOf(
  items: ArrayLike<number>,
  rowsOf: (item: number) => number,
  size: number,
): Generator<{ readonly items: number[]; readonly rows: number }> {
  let run: number[] = [];
  let rows = 0;
  for (let i = 0; i < items.length; i++) {
    run.push(items[i]!);
    rows += rowsOf(items[i]!);
    if (rows < size) continue;
    yield { items: run, rows };
    [run, rows] = [[], 0];
  }
  if (rows > 0) yield { items: run, rows };
}
