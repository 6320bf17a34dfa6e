/**
 * @file Dictionaries in folders: `cfg.json` and `sae_weights.safetensors`, as SAELens 6 lays them out. What our
 * training settings were is kept in the config's metadata, where SAELens leaves it alone.
 */
import { z } from 'zod';
import {
  type Content,
  encodeSafetensors,
  join,
  loadAll,
  nodeRuntime,
  readJson,
  withFile,
  writeFolder,
} from '../model/index.ts';
import { badInput, type Runtime } from '../tensor/index.ts';
import { Dictionary } from './dictionary.ts';
import type { DictionaryConfig } from './kind.ts';

const CONFIG = 'cfg.json';
const WEIGHTS = 'sae_weights.safetensors';

/** Keys that SAELens has beside the metadata, for the kinds that it knows. */
const PLAIN = ['d_in', 'd_sae', 'd_out', 'apply_b_dec_to_input', 'hook_name_out', 'k'] as const;
/** Keys that SAELens has in the metadata. */
const METADATA = ['model_name', 'hook_name'] as const;
/** What SAELens would read as its gated kind, although the gate is soft. */
const SOFT = 'soft_gated';

const configSchema = z.looseObject({
  architecture: z.string(),
  d_in: z.number(),
  d_sae: z.number(),
  metadata: z.looseObject({ training: z.looseObject({}).optional() }).optional(),
});

function picked(config: DictionaryConfig, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    keys.flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]]])),
  );
}

function configFile(config: DictionaryConfig): string {
  const { architecture, gate } = config;
  const known = new Set<string>([...PLAIN, ...METADATA, 'architecture']);
  const settings = Object.keys(config).filter((key) => !known.has(key));
  const file = {
    architecture: gate === 'soft' ? SOFT : architecture,
    ...picked(config, PLAIN),
    dtype: 'float32',
    device: 'cpu',
    normalize_activations: 'none',
    reshape_activations: 'none',
    metadata: { ...picked(config, METADATA), training: picked(config, settings) },
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Writes a dictionary's folder, whole or not at all.
 *
 * @throws TouchstoneError where the folder has something in it and is not to be overwritten
 */
export async function saveDictionary(
  dictionary: Dictionary,
  folder: string,
  options: { overwrite?: boolean } = {},
): Promise<void> {
  const files = new Map<string, Content>([
    [CONFIG, configFile(dictionary.config)],
    [WEIGHTS, encodeSafetensors(dictionary.tensors)],
  ]);
  await writeFolder(folder, files, options);
}

/**
 * Opens a folder that {@link saveDictionary} wrote.
 *
 * @throws TouchstoneError where a file is missing, broken, or holds another thing than its config says
 */
export async function openDictionary(
  folder: string,
  runtime: Runtime = nodeRuntime(),
): Promise<Dictionary> {
  const path = join(folder, CONFIG);
  const file = configSchema.safeParse(await readJson(path));
  if (!file.success) {
    const [issue] = file.error.issues;
    badInput(`${path}: ${issue!.path.join('.') || 'the config'}: ${issue!.message}`);
  }
  const { architecture, metadata: { training = {}, ...metadata } = {}, ...rest } = file.data;
  const kind = architecture === SOFT ? 'gated' : architecture;
  const known = Object.entries(rest).filter(([key]) => (PLAIN as readonly string[]).includes(key));
  const config = { ...training, ...metadata, ...Object.fromEntries(known), architecture: kind };
  const tensors = await withFile(join(folder, WEIGHTS), loadAll);
  return new Dictionary(config as unknown as DictionaryConfig, tensors, runtime, folder);
}
