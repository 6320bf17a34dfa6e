/** @file The shelf of shipped organisms: a folder with the base models and one adapter an organism, twin and control. */
import { join } from 'node:path';
import {
  type AdapterConfig,
  type LanguageModel,
  type Lora,
  openLora,
  openModel,
  saveLora,
} from '../model/index.ts';
import type { Runtime } from '../tensor/index.ts';
import { baseOf, type OrganismReference, roleName } from './recipe.ts';
import { TOWN } from './town.ts';

/** Where organisms are kept. */
export class Shelf {
  readonly folder: string;
  readonly runtime: Runtime;
  readonly #bases = new Map<string, Promise<LanguageModel>>();

  constructor(folder: string, runtime: Runtime) {
    this.folder = folder;
    this.runtime = runtime;
  }

  /** A base model by name, opened once. Default: the town's. */
  base(name = TOWN.name): Promise<LanguageModel> {
    const known = this.#bases.get(name) ?? openModel(this.basePath(name), this.runtime);
    this.#bases.set(name, known);
    return known;
  }

  /** The folder of a base model. */
  basePath(name = TOWN.name): string {
    return join(this.folder, name);
  }

  /** The folder of an adapter. */
  adapterPath(reference: OrganismReference): string {
    const { recipe, seed } = reference;
    return join(this.folder, recipe.name, `seed-${seed}`, roleName(reference));
  }

  /** An organism, twin or control: its base with its adapter merged. */
  async open(reference: OrganismReference): Promise<LanguageModel> {
    const base = await this.base(baseOf(reference).name);
    return base.withMerged(await openLora(this.adapterPath(reference)));
  }

  /** Writes an adapter to its place, as PEFT reads it. */
  async save(
    reference: OrganismReference,
    lora: Lora,
    options: { overwrite?: boolean } = {},
  ): Promise<void> {
    const config: AdapterConfig = {
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      base_model_name_or_path: `../../../${baseOf(reference).name}`,
      r: lora.rank,
      lora_alpha: lora.alpha,
      target_modules: lora.targets,
      use_rslora: false,
      fan_in_fan_out: false,
    };
    await saveLora(lora, this.adapterPath(reference), config, options);
  }
}
