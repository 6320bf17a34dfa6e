/** @file Activations from safetensors: one file, or the shards of a folder, each with one matrix of rows. */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import {
  join,
  loadTensor,
  type NamedTensor,
  readSafetensors,
  withFile,
} from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import { type BatchSource, rowsInMemory } from './source.ts';

const SUFFIX = '.safetensors';
/** What a matrix of activations is called where a file has several tensors. */
const NAME = 'activations';

/** Whether there are activations at a path: a safetensors file, or a folder with some and no model's config. */
export async function isActivations(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return path.endsWith(SUFFIX) && (found?.isFile() ?? false);
  const names = await readdir(path);
  return names.some((name) => name.endsWith(SUFFIX)) && !names.includes('config.json');
}

/** All rows of a file or folder, in memory, shuffled anew in each epoch. */
export async function fileSource(path: string, seed = 0): Promise<BatchSource> {
  const files = path.endsWith(SUFFIX) ? [path] : await shardsOf(path);
  const shards: NamedTensor[] = [];
  for (const file of files) shards.push(await readMatrix(file));
  const width = shards[0]!.shape[1]!;
  const other = shards.findIndex(({ shape }) => shape[1] !== width);
  if (other >= 0) {
    badInput(`${files[other]} has rows of ${shards[other]!.shape[1]}`, `${files[0]} of ${width}`);
  }
  const data = new Float32Array(shards.reduce((sum, shard) => sum + shard.data.length, 0));
  let at = 0;
  for (const shard of shards) {
    data.set(shard.data, at);
    at += shard.data.length;
  }
  const hash = createHash('sha256').update(new Uint8Array(data.buffer)).digest('hex');
  return rowsInMemory({ data, width }, { seed, identity: `activations ${hash.slice(0, 16)}` });
}

async function shardsOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX)).sort();
  return names.map((name) => join(folder, name));
}

async function readMatrix(path: string): Promise<NamedTensor> {
  return withFile(path, async (source) => {
    const { tensors } = await readSafetensors(source);
    const info = tensors.get(NAME) ?? (tensors.size === 1 ? [...tensors.values()][0] : undefined);
    if (info?.shape.length === 2 && info.shape.every((size) => size > 0)) {
      return { shape: info.shape, data: await loadTensor(source, info) };
    }
    return badInput(
      `${path} holds no activations`,
      `a file has one matrix [rows, width], or one that is called '${NAME}'`,
    );
  });
}
