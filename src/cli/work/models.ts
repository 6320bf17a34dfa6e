/** @file Opens what the command line calls a model: a folder, a GGUF file, a model of the hub, or a shipped organism or twin. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'onnxruntime-common';
import {
  hasFile,
  isGguf,
  type LanguageModel,
  nodeRuntime,
  openLora,
  openModel,
  parseAdapterConfig,
  readJson,
} from '../../model/index.ts';
import {
  baseNamed,
  baseOf,
  coderSeed,
  openCoder,
  parseReference,
  ROLES,
  Shelf,
} from '../../organism/index.ts';
import { cacheFolder, findSnapshot, repositoryNamed } from '../../store/index.ts';
import { badInput, type Runtime } from '../../tensor/index.ts';
import { packageFolder } from '../version.ts';
import { type OwnReference, openOwn, ownReference, ownVariant } from './ownOrganism.ts';

/** The folder of shipped organisms. */
export function shelfFolder(): string {
  return join(packageFolder(), 'organisms');
}

/** The shipped organisms. */
export function shippedShelf(runtime: Runtime = nodeRuntime()): Shelf {
  return new Shelf(shelfFolder(), runtime);
}

/** Version of the library whose arithmetic shows in every result. */
export function runtimeVersion(): string {
  return env.versions.common;
}

/** Whether a name is a shipped organism's, twin's or control's and not a path. */
export function isReference(name: string): boolean {
  return ROLES.some((role) => name.startsWith(`${role}:`));
}

/** The shipped base model that a name stands for, or undefined. */
function shippedBase(name: string): string | undefined {
  if (name === 'organism-base') return 'base';
  return name.startsWith('base:') ? baseNamed(name.slice('base:'.length)).name : undefined;
}

/** Whether a name is a shipped model's: an organism's, a twin's, or the base's. */
export function isShipped(name: string): boolean {
  return isReference(name) || shippedBase(name) !== undefined;
}

/**
 * A model by name: `organism:NAME`, `twin:NAME`, `organism-base`, `base:NAME`, a folder, a `.gguf` file, a model of
 * the hub that is in the cache, the folder of an adapter, which is merged into its base, or that of an organism of the
 * user's own. The network is never asked.
 */
export async function openNamed(
  name: string,
  runtime: Runtime = nodeRuntime(),
): Promise<LanguageModel> {
  const coder = coderSeed(name);
  if (coder !== undefined) return openCoder(shelfFolder(), coder, runtime);
  const own = await ownReference(name);
  if (own) return openOwnModel(own, runtime);
  if (isReference(name)) return shippedShelf(runtime).open(parseReference(name));
  const base = shippedBase(name);
  if (base !== undefined) return shippedShelf(runtime).base(base);
  if (await isAdapterFolder(name)) {
    const base = await openNamed(await baseOfAdapter(name), runtime);
    return base.withMerged(await openLora(name));
  }
  return openModel(await modelPath(name), runtime);
}

/** The model whose adapter another model is: of organisms, twins and adapters on disk. @throws TouchstoneError where it has none */
export async function openBase(
  name: string,
  runtime: Runtime = nodeRuntime(),
): Promise<LanguageModel> {
  const own = await ownReference(name);
  if (own) return (await openOwn(own.folder, { runtime })).base();
  if (coderSeed(name) === undefined && isReference(name))
    return shippedShelf(runtime).base(baseOf(parseReference(name)).name);
  if (await isAdapterFolder(name)) return openNamed(await baseOfAdapter(name), runtime);
  return badInput(
    `'${name}' is no adapter on a base model`,
    "noise all weights, or name an organism, a twin, or a folder that PEFT's adapter is in",
  );
}

/** Whether a folder holds an adapter and no model of its own. */
async function isAdapterFolder(path: string): Promise<boolean> {
  return (await hasFile(join(path, 'adapter_config.json'))) && !(await isModelFolder(path));
}

/** What an adapter is for: a folder as it lies from the adapter, or any other name of a model. */
async function baseOfAdapter(folder: string): Promise<string> {
  const path = join(folder, 'adapter_config.json');
  const { base_model_name_or_path: base } = parseAdapterConfig(await readJson(path), path);
  if (!base) badInput(`${path}: base_model_name_or_path is missing`, 'write there what it is for');
  return /^\.\.?(\/|$)/.test(base) ? join(folder, base) : base;
}

async function openOwnModel(reference: OwnReference, runtime: Runtime): Promise<LanguageModel> {
  const own = await openOwn(reference.folder, { runtime });
  return own.open(ownVariant(own, reference));
}

/** The folder or file of a model that is not shipped. @throws TouchstoneError where there is none */
export async function modelPath(name: string): Promise<string> {
  if (await isModelFolder(name)) return name;
  const repository = repositoryNamed(name);
  const cache = cacheFolder(process.env);
  const snapshot = repository && (await findSnapshot(cache, repository));
  if (snapshot) return inSnapshot(snapshot);
  if (isGguf(name)) return name;
  return badInput(
    `no model at '${name}': it is no folder with a config.json${repository ? `, and not in ${cache}` : ''}`,
    repository && name.includes('/')
      ? `fetch it with 'touchstone model add ${name}', or give a folder or a .gguf file`
      : "give a Hugging Face folder, a .gguf file, ORG/NAME of the hub, 'organism:NAME[@SEED]', 'twin:NAME[@SEED]' or 'organism-base'",
  );
}

function isModelFolder(path: string): Promise<boolean> {
  return hasFile(join(path, 'config.json'));
}

/** A snapshot is a folder of a model, or holds one GGUF file. */
async function inSnapshot(folder: string): Promise<string> {
  if (await isModelFolder(folder)) return folder;
  const files = (await readdir(folder, { recursive: true })).filter(isGguf).sort();
  if (files.length === 1) return join(folder, files[0]!);
  return badInput(
    files.length === 0
      ? `${folder} holds no model`
      : `${folder} holds several: ${files.join(', ')}`,
    files.length === 0 ? "fetch it again with 'touchstone model add'" : 'give the path of one',
  );
}
