/** @file Opens what the command line calls a model: a folder, a GGUF file, or a shipped organism or twin. */
import { join } from 'node:path';
import { env } from 'onnxruntime-common';
import { hasFile, isGguf, type LanguageModel, nodeRuntime, openModel } from '../../model/index.ts';
import { parseReference, Shelf } from '../../organism/index.ts';
import { badInput, type Runtime } from '../../tensor/index.ts';
import { packageFolder } from '../version.ts';

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

/** Whether a name is a shipped model's and not a path. */
export function isReference(name: string): boolean {
  return /^(organism|twin):/.test(name);
}

/** A model by name: `organism:NAME`, `twin:NAME`, `organism-base`, a folder, or a `.gguf` file. */
export async function openNamed(
  name: string,
  runtime: Runtime = nodeRuntime(),
): Promise<LanguageModel> {
  if (isReference(name)) return shippedShelf(runtime).open(parseReference(name));
  if (name === 'organism-base') return shippedShelf(runtime).base();
  if (!isGguf(name) && !(await hasFile(join(name, 'config.json')))) {
    badInput(
      `no model at '${name}': it is no folder with a config.json`,
      "give a Hugging Face folder, a .gguf file, 'organism:NAME[@SEED]', 'twin:NAME[@SEED]' or 'organism-base'",
    );
  }
  return openModel(name, runtime);
}
