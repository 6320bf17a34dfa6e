/** @file The weights of a model folder: one safetensors file, or several with an index. */

import { z } from 'zod';
import { badInput } from '../tensor/errors.ts';
import { hasFile, join, readJson, withFile } from './folder.ts';
import { checkShape, show } from './json.ts';
import { loadAll, type NamedTensor } from './safetensors.ts';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

const indexJson = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/**
 * All tensors of a model folder as float32.
 *
 * @throws TouchstoneError when there are none, or a file is malformed, or shards do not match the index
 */
export async function loadWeights(dir: string): Promise<Map<string, NamedTensor>> {
  const single = join(dir, SINGLE);
  if (await hasFile(single)) return withFile(single, loadAll);
  const index = join(dir, INDEX);
  if (!(await hasFile(index)))
    badInput(`${dir} has neither ${SINGLE} nor ${INDEX}`, 'is it a model folder?');
  return loadShards(dir, parseShardIndex(await readJson(index), index), index);
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

async function loadShards(
  dir: string,
  fileOf: Map<string, string>,
  index: string,
): Promise<Map<string, NamedTensor>> {
  const loaded = new Map<string, NamedTensor>();
  for (const file of [...new Set(fileOf.values())].sort()) {
    for (const [name, tensor] of await withFile(join(dir, file), loadAll)) {
      if (fileOf.get(name) === file) loaded.set(name, tensor);
    }
  }
  const missing = [...fileOf.keys()].find((name) => !loaded.has(name));
  if (missing !== undefined)
    badInput(`${index}: ${fileOf.get(missing)} does not hold tensor ${show(missing)}`);
  return loaded;
}
