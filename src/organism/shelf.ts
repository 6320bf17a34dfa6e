/** @file The shelf of shipped organisms: a folder with the base model and one adapter an organism and twin. */
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
import type { OrganismReference } from './recipe.ts';

/** Where organisms are kept. */
export class Shelf {
  readonly folder: string;
  readonly #runtime: Runtime;
  #base: Promise<LanguageModel> | undefined;

  constructor(folder: string, runtime: Runtime) {
    this.folder = folder;
    this.#runtime = runtime;
  }

  /** The base model, opened once. */
  base(): Promise<LanguageModel> {
    this.#base ??= openModel(this.basePath, this.#runtime);
    return this.#base;
  }

  get basePath(): string {
    return join(this.folder, 'base');
  }

  /** The folder of an organism's or twin's adapter. */
  adapterPath({ recipe, seed, twin }: OrganismReference): string {
    return join(this.folder, recipe.name, `seed-${seed}`, twin ? 'twin' : 'organism');
  }

  /** An organism or twin: the base with its adapter merged. */
  async open(reference: OrganismReference): Promise<LanguageModel> {
    return (await this.base()).withMerged(await openLora(this.adapterPath(reference)));
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
      base_model_name_or_path: '../../../base',
      r: lora.rank,
      lora_alpha: lora.alpha,
      target_modules: lora.targets,
      use_rslora: false,
      fan_in_fan_out: false,
    };
    await saveLora(lora, this.adapterPath(reference), config, options);
  }
}
