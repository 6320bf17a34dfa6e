/** @file An organism of the user's own on disk: a manifest, and for each seed the adapters of organism and twin. */
import {
  hasFile,
  join,
  type LanguageModel,
  type Lora,
  openLora,
  saveLora,
} from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import type { Variant } from '../kind.ts';
import { type OrganismRecipe, recipeNamed, roleName } from '../recipe.ts';
import { withDrift } from './drift.ts';
import { type OwnManifest, readManifest } from './manifest.ts';
import { ownRecipe } from './recipe.ts';

/** Opens the model that adapters are for, once. */
export type OpenBase = (manifest: OwnManifest) => Promise<LanguageModel>;

export class OwnOrganism {
  readonly folder: string;
  readonly manifest: OwnManifest;
  /** The recipe as it was on this model. */
  readonly recipe: OrganismRecipe;
  readonly #openBase: OpenBase;
  #base: Promise<LanguageModel> | undefined;

  constructor(folder: string, manifest: OwnManifest, openBase: OpenBase) {
    this.folder = folder;
    this.manifest = manifest;
    this.#openBase = openBase;
    const { kind, ...recipe } = recipeNamed(manifest.recipe);
    const drifting = withDrift(kind, () => this.base());
    this.recipe = ownRecipe({ ...recipe, kind: drifting }, manifest.training, manifest.seeds);
  }

  /** @throws TouchstoneError where the folder has no manifest, or one that is malformed */
  static async open(folder: string, openBase: OpenBase): Promise<OwnOrganism> {
    return new OwnOrganism(folder, await readManifest(folder), openBase);
  }

  /** The model that the adapters are for. */
  base(): Promise<LanguageModel> {
    this.#base ??= this.#openBase(this.manifest);
    return this.#base;
  }

  adapterPath({ seed, ...variant }: Variant): string {
    return join(this.folder, `seed-${seed}`, roleName(variant));
  }

  /** Where the state of an unfinished training is. */
  checkpointPath({ seed, ...variant }: Variant): string {
    return join(this.folder, `.seed-${seed}-${roleName(variant)}.checkpoint`);
  }

  isTrained(variant: Variant): Promise<boolean> {
    return hasFile(join(this.adapterPath(variant), 'adapter_model.safetensors'));
  }

  /** A model of the folder: the base with an adapter merged. @throws TouchstoneError where it is not trained yet */
  async open(variant: Variant): Promise<LanguageModel> {
    const base = await this.base();
    if (!(await this.isTrained(variant)))
      badInput(
        `${this.adapterPath(variant)} is not trained yet`,
        `go on with '${this.manifest.command}'`,
      );
    return base.withMerged(await openLora(this.adapterPath(variant)));
  }

  /** Writes an adapter to its place, as PEFT reads it. */
  async save(variant: Variant, lora: Lora): Promise<void> {
    await saveLora(lora, this.adapterPath(variant), {
      base_model_name_or_path: this.manifest.base.model,
    });
  }
}
