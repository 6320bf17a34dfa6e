/** @file A folder of captured activations, opened: its manifest, its contexts, its rows a few shards at a time. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { checkShape, hasFile, join, readJson, readText, withFile } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import { readContexts } from './contextFile.ts';
import type { Context } from './contexts.ts';
import { BUFFER } from './harvest.ts';
import { CAPTURE, type Capture, captureSchema, type ShardRecord } from './manifest.ts';
import { LABELS } from './reader.ts';
import { type RowSet, remembering } from './rowSet.ts';
import { readShard } from './shard.ts';
import {
  blank,
  type Chunk,
  copyRows,
  runsOf,
  shuffledOrder,
  shuffling,
  type Table,
} from './table.ts';

export interface CapturedRowsOptions {
  /** Rows in memory and shuffled among each other. Default 32768. */
  readonly buffer?: number;
  /** Seed of the shuffling. Default 0. */
  readonly seed?: number;
}

/** An open folder of captured activations. */
export class CapturedActivations {
  readonly folder: string;
  readonly manifest: Capture;
  /** SHA-256 of the manifest, which has the hashes of all else. */
  readonly sha256: string;
  /** Shards whose bytes were seen to be those of the manifest. */
  readonly #checked = new Set<string>();

  private constructor(folder: string, manifest: Capture, sha256: string) {
    this.folder = folder;
    this.manifest = manifest;
    this.sha256 = sha256;
  }

  /**
   * Opens a folder that `touchstone capture` finished.
   *
   * @throws TouchstoneError where it is none, is not finished, or a shard is missing or cut off
   */
  static async open(folder: string): Promise<CapturedActivations> {
    const path = join(folder, CAPTURE);
    if (!(await hasFile(path))) {
      const begun = await hasFile(join(folder, 'run.json'));
      badInput(
        `${folder} has no ${CAPTURE}`,
        begun
          ? 'the capture is not finished: run its command again'
          : 'make one with touchstone capture',
      );
    }
    const manifest = checkShape(captureSchema, await readJson(path), path);
    for (const shard of manifest.shards) await checkSize(folder, shard);
    const sha256 = createHash('sha256')
      .update(await readText(path))
      .digest('hex');
    return new CapturedActivations(folder, manifest, sha256);
  }

  /** The contexts, by the numbers that rows have in the column 'context'. */
  contexts(): Promise<Context[]> {
    return readContexts(join(this.folder, this.manifest.contexts.file));
  }

  /**
   * Rows of some hook points and their labels: shards in random order, a buffer of them shuffled at a time.
   *
   * @throws TouchstoneError where a hook point was not captured
   */
  rows(hooks: readonly string[], { buffer = BUFFER, seed = 0 }: CapturedRowsOptions = {}): RowSet {
    const { shards, rows } = this.manifest;
    const widths = new Map(hooks.map((hook) => [hook, this.#width(hook)]));
    const kept = remembering();
    const read = (numbers: readonly number[], count: number) =>
      this.#read(numbers, count, [...widths.keys(), ...LABELS]);
    return {
      rows,
      widths,
      *chunks(epoch) {
        const order = shuffledOrder(shards.length, shuffling(seed, epoch));
        let number = 0;
        for (const { items, rows: count } of runsOf(order, (i) => shards[i]!.rows, buffer)) {
          const stream = shuffling(seed, epoch).at('rows', number);
          const chunk: Chunk = {
            rows: count,
            read: async () => ({
              table: await read(items, count),
              order: shuffledOrder(count, stream),
            }),
          };
          yield kept(`${epoch}/${number++}`, chunk);
        }
      },
    };
  }

  #width(hook: string): number {
    const { hooks } = this.manifest;
    const names = hooks.map(({ name }) => name).join(', ');
    const found = hooks.find(({ name }) => name === hook);
    return found?.width ?? badInput(`${this.folder} has no '${hook}'`, `it has ${names}`);
  }

  async #read(numbers: readonly number[], rows: number, names: readonly string[]): Promise<Table> {
    let all: Table | undefined;
    let filled = 0;
    for (const number of numbers) {
      const shard = this.manifest.shards[number]!;
      await this.#check(shard);
      const table = await readShard(join(this.folder, shard.file), names);
      if (numbers.length === 1) return table;
      all ??= blank(table, rows);
      copyRows(
        table,
        Uint32Array.from({ length: shard.rows }, (_, i) => i),
        all,
        filled,
      );
      filled += shard.rows;
    }
    return all!;
  }

  /** Compares a shard's hash, once. */
  async #check({ file, sha256 }: ShardRecord): Promise<void> {
    if (this.#checked.has(file)) return;
    const path = join(this.folder, file);
    if ((await hashOf(path)) !== sha256) {
      badInput(
        `${path} is not the file that ${CAPTURE} lists: its hash differs`,
        'capture it again',
      );
    }
    this.#checked.add(file);
  }
}

async function checkSize(folder: string, { file, bytes }: ShardRecord): Promise<void> {
  const path = join(folder, file);
  const size = (await stat(path).catch(() => undefined))?.size;
  if (size === bytes) return;
  badInput(
    `${path} ${size === undefined ? 'is missing' : `has ${size} bytes`}, expected ${bytes}`,
    'capture it again',
  );
}

const PIECE_BYTES = 2 ** 22;

async function hashOf(path: string): Promise<string> {
  return withFile(path, async (source) => {
    const hash = createHash('sha256');
    for (let at = 0; at < source.byteLength; at += PIECE_BYTES) {
      hash.update(await source.slice(at, Math.min(source.byteLength, at + PIECE_BYTES)));
    }
    return hash.digest('hex');
  });
}
