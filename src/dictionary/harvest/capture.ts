/** @file Writes a set of rows as shards, and goes on where a killed process stopped. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, writeAtomic } from '../../model/index.ts';
import type { ShardRecord } from './manifest.ts';
import type { RowSet } from './rowSet.ts';
import { type CaptureType, encodeShard, shardName } from './shard.ts';
import { pieces } from './table.ts';

/** Where it is kept which shards are done; what `record` returned from survives a kill. */
export interface ShardLog {
  recall(file: string): ShardRecord | undefined;
  record(shard: ShardRecord): Promise<void>;
}

export interface CaptureOptions {
  readonly folder: string;
  readonly type: CaptureType;
  /** Rows of a shard; the last may have fewer. */
  readonly shardRows: number;
  readonly log: ShardLog;
  /** Called after each shard with the rows that are written; may throw to stop. */
  readonly onShard?: (rows: number) => Promise<void>;
}

/** Writes all rows of the first epoch; the same set and options give the same bytes, whatever was cut in between. */
export async function captureShards(set: RowSet, options: CaptureOptions): Promise<ShardRecord[]> {
  const { folder, type, shardRows, log, onShard } = options;
  const shards = await doneShards(options);
  let rows = shards.reduce((sum, shard) => sum + shard.rows, 0);
  if (rows === set.rows) return shards;
  await onShard?.(rows);
  for await (const table of pieces(set.chunks(0), shardRows, shards.length)) {
    const content = encodeShard(table, type);
    const file = shardName(shards.length);
    await writeAtomic(join(folder, file), content);
    const count = table.get('token')!.data.length;
    const shard = { ...fileRecord(file, content), rows: count };
    await log.record(shard);
    shards.push(shard);
    rows += count;
    await onShard?.(rows);
  }
  return shards;
}

/** Shards that are recorded and lie there whole, up to the first that is not. */
async function doneShards({ folder, log }: CaptureOptions): Promise<ShardRecord[]> {
  const shards: ShardRecord[] = [];
  for (;;) {
    const shard = log.recall(shardName(shards.length));
    const size = shard && (await stat(join(folder, shard.file)).catch(() => undefined))?.size;
    if (!shard || size !== shard.bytes) return shards;
    shards.push(shard);
  }
}

/** Size and hash of what a file holds. */
export function fileRecord(file: string, content: readonly Uint8Array[]) {
  const hash = createHash('sha256');
  for (const piece of content) hash.update(piece);
  const bytes = content.reduce((sum, piece) => sum + piece.length, 0);
  return { file, bytes, sha256: hash.digest('hex') };
}
