/**
 * @file Dictionaries in folders. They are written as SAELens 6 lays them out, and read in that and in the other formats
 * of the field.
 */
import { nodeRuntime, writeFolder } from '../model/index.ts';
import { badInput, type Runtime, TouchstoneError } from '../tensor/index.ts';
import { Dictionary } from './dictionary.ts';
import { type ReadingOptions, readDraft, saelensFiles } from './formats/index.ts';
import type { DictionaryConfig } from './kind.ts';
import { kindOf } from './kinds/index.ts';

/** Options of {@link saveDictionary}. */
export interface SavingOptions {
  /** Whether a folder that has something in it is replaced. Default false. */
  readonly overwrite?: boolean;
  /** How often each latent is active, from 0 to 1; default what the dictionary was read with. */
  readonly densities?: Float32Array;
}

/**
 * Writes a dictionary's folder, whole or not at all: `cfg.json`, `sae_weights.safetensors` and, where densities are
 * known, `sparsity.safetensors`.
 *
 * @throws TouchstoneError where the folder has something in it and is not to be overwritten
 */
export async function saveDictionary(
  dictionary: Dictionary,
  folder: string,
  { overwrite = false, densities = dictionary.provenance?.densities }: SavingOptions = {},
): Promise<void> {
  const { config, tensors } = dictionary;
  await writeFolder(folder, saelensFiles({ config, tensors, densities }), { overwrite });
}

/**
 * Opens a dictionary: a folder that {@link saveDictionary} wrote, one of SAELens (any version), dictionary_learning,
 * Gemma Scope or sparsify. Nothing in a file is executed. The dictionary's `provenance` says what was changed on the
 * way.
 *
 * @throws TouchstoneError where a file is missing, broken, or holds another thing than its config says
 */
export async function openDictionary(
  path: string,
  runtime: Runtime = nodeRuntime(),
  options: ReadingOptions = {},
): Promise<Dictionary> {
  const { config, tensors, ...provenance } = await readDraft(path, options);
  try {
    const checked = config as unknown as DictionaryConfig;
    checkOwn(checked, tensors.keys());
    return new Dictionary(checked, tensors, runtime, provenance);
  } catch (error) {
    if (!(error instanceof TouchstoneError) || error.message.startsWith(path)) throw error;
    return badInput(`${path}: ${error.message}`, error.hint);
  }
}

/** A tensor that the kind does not have may mean something that is not done here. */
function checkOwn(config: DictionaryConfig, names: Iterable<string>): void {
  const own = Object.keys(kindOf(config.architecture).shapes(config));
  const foreign = [...names].find((name) => !own.includes(name));
  if (foreign === undefined) return;
  badInput(
    `tensor '${foreign}' is none of a ${config.architecture} dictionary's`,
    `it has ${own.join(', ')}`,
  );
}
