/** @file A running program: its bounds, and calls of whatever can be called. */
import { raise, stop } from './faults.ts';
import { Scope } from './scope.ts';
import {
  type Definition,
  Exception,
  NativeFunction,
  textOf,
  typeName,
  UserFunction,
  type Value,
} from './values.ts';

/** How far a run may go. */
export interface Bounds {
  /** Statements and expressions that are evaluated. Default 20,000. */
  readonly steps?: number;
  /** Calls within calls. Default 60. */
  readonly depth?: number;
  /** Characters of a text, and items of a list. Default 2,000. */
  readonly size?: number;
}

const NO_NAMES: ReadonlyMap<string, Value> = new Map();

export class Machine {
  readonly #bounds: Required<Bounds>;
  #steps = 0;
  #depth = 0;

  constructor({ steps = 20_000, depth = 60, size = 2000 }: Bounds = {}) {
    this.#bounds = { steps, depth, size };
  }

  /** Counts `steps` of work. */
  tick(steps = 1): void {
    this.#steps += steps;
    if (this.#steps > this.#bounds.steps) stop(`more than ${this.#bounds.steps} steps`);
  }

  /** Lets through a length that a text or list may have. */
  sized(length: number): void {
    if (length > this.#bounds.size) stop(`a value of more than ${this.#bounds.size} parts`);
  }

  /** Lets through a number that JavaScript holds exactly. */
  exact(value: number): number {
    if (!Number.isSafeInteger(value)) stop('a number of more than 53 bits');
    // Python has no negative zero.
    return value + 0;
  }

  /** Calls a function, a method or a kind of exception. */
  call(callee: Value, positional: readonly Value[], named = NO_NAMES): Value {
    if (callee instanceof NativeFunction) return callee.run({ positional, named }, this);
    if (callee instanceof UserFunction) return this.#enter(callee.definition, positional, named);
    if (callee instanceof Exception && callee.message === undefined)
      return new Exception(callee.type, positional.map(textOf).join(', '));
    return raise('TypeError', `'${typeName(callee)}' object is not callable`);
  }

  #enter(callee: Definition, positional: readonly Value[], named: typeof NO_NAMES): Value {
    if (this.#depth >= this.#bounds.depth) stop(`calls more than ${this.#bounds.depth} deep`);
    const scope = new Scope(callee.scope, callee.owned);
    bind(callee, positional, named, scope);
    this.#depth++;
    try {
      return callee.run(this, scope);
    } finally {
      this.#depth--;
    }
  }
}

/** Gives each parameter its argument. */
function bind(
  { name, parameters }: Definition,
  positional: readonly Value[],
  named: typeof NO_NAMES,
  scope: Scope,
): void {
  const rest = parameters.slice(positional.length);
  const fits =
    positional.length + named.size === parameters.length && rest.every((p) => named.has(p));
  if (!fits) raise('TypeError', `${name}() takes ${parameters.join(', ') || 'nothing'}`);
  parameters.forEach((parameter, i) => {
    scope.set(parameter, i < positional.length ? positional[i]! : named.get(parameter)!);
  });
}
