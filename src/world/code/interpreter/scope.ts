/** @file Names and their values: the module's, and those of each call around which functions close. */
import type { Ownership } from '../syntax/places.ts';
import { raise } from './faults.ts';
import type { Value } from './values.ts';

export class Scope {
  readonly #values = new Map<string, Value>();
  readonly #parent: Scope | undefined;
  readonly #owned: Ownership | undefined;

  /**
   * @param parent the scope around it; undefined for the module
   * @param owned what a function's body owns; undefined for the module, which owns whatever it binds
   */
  constructor(parent?: Scope, owned?: Ownership) {
    this.#parent = parent;
    this.#owned = owned;
  }

  get #module(): Scope {
    return this.#parent ? this.#parent.#module : this;
  }

  /** Binds a name here, or in the module where it is declared global. */
  set(name: string, value: Value): void {
    const scope = this.#owned?.globals.has(name) ? this.#module : this;
    scope.#values.set(name, value);
  }

  /** The value of a name. Undefined where no scope binds it. @throws Raised where it is bound later only */
  get(name: string): Value | undefined {
    return this.#find(name, 'UnboundLocalError');
  }

  #find(name: string, early: 'UnboundLocalError' | 'NameError'): Value | undefined {
    if (this.#owned?.globals.has(name)) return this.#module.get(name);
    const own = this.#values.get(name);
    if (own !== undefined) return own;
    if (this.#owned?.locals.has(name)) raise(early, `'${name}' is used before it is assigned`);
    return this.#parent ? this.#parent.#find(name, 'NameError') : undefined;
  }
}
