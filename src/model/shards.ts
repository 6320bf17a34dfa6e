/** @file The weights of a model folder: one safetensors file, or several with an index. */

import { z } from 'zod';
import { badInput } from '../tensor/errors.ts';
import { type FileSource, hasFile, join, openFile, readJson } from './folder.ts';
import { checkShape, show } from './json.ts';
import { loadTensorInto, readSafetensors, type TensorInfo } from './safetensors.ts';
import type { TensorSource } from './weights.ts';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

const indexJson = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/**
 * Hands the tensors of a model folder to `work`, to be read one by one; files are open as long as it runs.
 *
 * @throws TouchstoneError when there are none, or a file is malformed, or shards do not match the index
 */
export async function withWeights<T>(
  dir: string,
  work: (source: TensorSource) => Promise<T>,
): Promise<T> {
  const opened: FileSource[] = [];
  try {
    return await work(await openWeights(dir, opened));
  } finally {
    for (const file of opened) await file.close();
  }
}

async function openWeights(dir: string, opened: FileSource[]): Promise<TensorSource> {
  const single = join(dir, SINGLE);
  if (await hasFile(single)) return sourceOf(dir, await readHeader(single, opened));
  const index = join(dir, INDEX);
  if (!(await hasFile(index)))
    badInput(`${dir} has neither ${SINGLE} nor ${INDEX}`, 'is it a model folder?');
  const fileOf = parseShardIndex(await readJson(index), index);
  return sourceOf(dir, await readShards(dir, fileOf, index, opened));
}

interface Stored {
  readonly file: FileSource;
  readonly info: TensorInfo;
}

async function readHeader(path: string, opened: FileSource[]): Promise<Map<string, Stored>> {
  const file = await openFile(path);
  opened.push(file);
  const { tensors } = await readSafetensors(file);
  return new Map([...tensors].map(([name, info]) => [name, { file, info }]));
}

function sourceOf(name: string, stored: ReadonlyMap<string, Stored>): TensorSource {
  return {
    name,
    shapes: new Map([...stored].map(([tensor, { info }]) => [tensor, info.shape])),
    types: new Map([...stored].map(([tensor, { info }]) => [tensor, info.dtype])),
    read: (tensor, into) => {
      const { file, info } = stored.get(tensor)!;
      return loadTensorInto(file, info, into);
    },
  };
}

/**
 * Reads a parsed `model.safetensors.index.json`: the file that holds each tensor.
 *
 * @throws TouchstoneError when it is malformed or names a file outside the folder
 */
export function parseShardIndex(json: unknown, name: string): Map<string, string> {
  const map = new Map(Object.entries(checkShape(indexJson, json, name).weight_map));
  for (const [tensor, file] of map) {
    if (!/^[^/\\:]+\.safetensors$/.test(file)) {
      badInput(
        `${name}: tensor ${show(tensor)} is in ${show(file)}, expected a .safetensors file beside it`,
      );
    }
  }
  return map;
}

async function readShards(
  dir: string,
  fileOf: ReadonlyMap<string, string>,
  index: string,
  opened: FileSource[],
): Promise<Map<string, Stored>> {
  const stored = new Map<string, Stored>();
  for (const file of [...new Set(fileOf.values())].sort()) {
    for (const [name, tensor] of await readHeader(join(dir, file), opened)) {
      if (fileOf.get(name) === file) stored.set(name, tensor);
    }
  }
  const missing = [...fileOf.keys()].find((name) => !stored.has(name));
  if (missing !== undefined)
    badInput(`${index}: ${fileOf.get(missing)} does not hold tensor ${show(missing)}`);
  return stored;
}
