/** @file What an agent may open and see, as the user allowed it at the start. */
import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { badInput, badUsage } from '../../../tensor/index.ts';
import { isShipped, modelPath } from '../models.ts';
import { ownReference } from '../ownOrganism.ts';

/** Words of `--allow` that are no paths. */
const ORGANISMS = 'organisms';
const CACHE = 'cache';
const RESULTS = 'results';

export class Permission {
  readonly #allowed: ReadonlySet<string>;
  /** Real paths of folders. */
  readonly #folders: readonly string[];

  private constructor(allowed: readonly string[], folders: readonly string[]) {
    this.#allowed = new Set(allowed);
    this.#folders = folders;
  }

  /** @throws TouchstoneError where a path is none */
  static async of(allowed: readonly string[]): Promise<Permission> {
    const paths = allowed.filter((word) => ![ORGANISMS, CACHE, RESULTS].includes(word));
    const folders = await Promise.all(
      paths.map((path) =>
        realpath(path).catch(() =>
          badUsage(
            `--allow ${path}: there is no such folder`,
            `give ${ORGANISMS}, ${CACHE}, ${RESULTS}, or a folder of models`,
          ),
        ),
      ),
    );
    return new Permission(allowed, folders);
  }

  get results(): boolean {
    return this.#allowed.has(RESULTS);
  }

  /** Whether any model may be opened. */
  get models(): boolean {
    return this.organisms || this.cache || this.#folders.length > 0;
  }

  /** Whether shipped organisms may be. */
  get organisms(): boolean {
    return this.#allowed.has(ORGANISMS);
  }

  /** Whether models of the hub that are here may be. */
  get cache(): boolean {
    return this.#allowed.has(CACHE);
  }

  /** In words, without paths. */
  get words(): string {
    const { length } = this.#folders;
    return [
      ...(this.organisms ? ['shipped organisms, their twins and bases'] : []),
      ...(this.cache ? ['models of the hub that are in the cache'] : []),
      ...(length > 0 ? [`models in ${length === 1 ? 'a folder' : `${length} folders`}`] : []),
    ].join('; ');
  }

  /** @throws TouchstoneError where a model may not be opened, or is none */
  async check(model: string): Promise<void> {
    // A user's own organism names the base that it is merged into, which may lie anywhere.
    if (await ownReference(model)) return this.#refuse(model);
    if (isShipped(model)) {
      if (!this.organisms) this.#refuse(model);
      return;
    }
    const path = await modelPath(model).catch(() => undefined);
    const real = path && (await realpath(path).catch(() => undefined));
    // What does not exist and what is not allowed are told alike: nothing is learned of other folders.
    if (real === undefined) return this.#refuse(model);
    const inside = this.#folders.some(
      (folder) => real === folder || real.startsWith(`${folder}${sep}`),
    );
    const cached = this.cache && path !== model;
    if (!inside && !cached) this.#refuse(model);
  }

  #refuse(model: string): never {
    return badInput(
      `'${model.slice(0, 80)}' is no model that may be opened here`,
      `there may be: ${this.words}`,
    );
  }
}
