/** @file Where training takes its batches from. */
import { badUsage, randomStream } from '../../tensor/index.ts';
import { type Rows, rowCount } from '../kind.ts';

/** One batch: what is encoded and, for transcoders, what is to be decoded, row by row. */
export interface Batch {
  readonly x: Rows;
  readonly target?: Rows;
}

/** A stream of batches that can be taken up anywhere: batch `i` is always the same. */
export interface BatchSource {
  /** What it is, in words that another source would not have: checkpoints of others are refused. */
  readonly identity: string;
  /** Width of what is encoded. */
  readonly width: number;
  /** Width of what is decoded, where that is something else. */
  readonly targetWidth?: number;
  /** Number of rows before they come again, where it is known. */
  readonly rows?: number;
  /** Batches of `rows` rows, from batch number `from` on, until the data end. */
  batches(rows: number, from: number): AsyncIterable<Batch>;
}

/** Rows in memory, shuffled anew in each epoch, without end. */
export function rowsInMemory(
  x: Rows,
  { seed = 0, target, identity = 'rows in memory' }: MemoryOptions = {},
): BatchSource {
  const count = rowCount(x);
  if (target && rowCount(target) !== count) {
    badUsage(`${rowCount(target)} targets of ${count} rows`, 'a target belongs to each row');
  }
  return {
    identity: `${identity}: ${count} rows of ${x.width}, seed ${seed}`,
    width: x.width,
    rows: count,
    ...(target && { targetWidth: target.width }),
    async *batches(rows, from) {
      checkRows(rows, count);
      const perEpoch = Math.floor(count / rows);
      for (let batch = from, order: Order = NONE; ; batch++) {
        const epoch = Math.floor(batch / perEpoch);
        if (order.epoch !== epoch) order = { epoch, rows: shuffled(count, seed, epoch) };
        const start = (batch % perEpoch) * rows;
        const picked = order.rows.subarray(start, start + rows);
        yield { x: gathered(x, picked), ...(target && { target: gathered(target, picked) }) };
      }
    },
  };
}

export interface MemoryOptions {
  /** Seed of the shuffling. Default 0. */
  readonly seed?: number;
  /** What is to be decoded, a row for each of the rows. */
  readonly target?: Rows;
  /** What the rows are. */
  readonly identity?: string;
}

interface Order {
  readonly epoch: number;
  readonly rows: Uint32Array;
}

const NONE: Order = { epoch: -1, rows: new Uint32Array() };

function checkRows(rows: number, count: number): void {
  if (rows <= count) return;
  badUsage(`batches of ${rows} rows out of ${count}`, 'take a smaller batch or more rows');
}

function shuffled(count: number, seed: number, epoch: number): Uint32Array {
  const reader = randomStream(seed, 'data').at(epoch).reader();
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = reader.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function gathered({ data, width }: Rows, rows: Uint32Array): Rows {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(data.subarray(row * width, (row + 1) * width), i * width);
  });
  return { data: out, width };
}
