/** @file Runs programs to their end, and says what the end was. */
import type { Statement } from '../syntax/tree.ts';
import { execute } from './execute.ts';
import { Raised, Stopped } from './faults.ts';
import { type Bounds, Machine } from './machine.ts';
import { Scope } from './scope.ts';
import { shown, type Value } from './values.ts';

/** How a run ended. */
export type Outcome =
  | { readonly end: 'passed' }
  /** An exception that nothing caught; a failed assertion is an AssertionError. */
  | { readonly end: 'raised'; readonly exception: string; readonly message: string }
  /** Too long, too large, or beyond the language. */
  | { readonly end: 'stopped'; readonly reason: string };

function endOf(error: unknown): Outcome {
  if (error instanceof Raised)
    return { end: 'raised', exception: error.type, message: error.message };
  if (error instanceof Stopped) return { end: 'stopped', reason: error.message };
  throw error;
}

/** Runs the parts of a program one after another in one module. */
export function runProgram(parts: readonly (readonly Statement[])[], bounds: Bounds = {}): Outcome {
  const machine = new Machine(bounds);
  const scope = new Scope();
  try {
    for (const part of parts) execute(machine, part, scope);
    return { end: 'passed' };
  } catch (error) {
    return endOf(error);
  }
}

/** What a function gives for one argument, as Python shows it; an exception by its name. */
export type Answer = (argument: Value) => string;

/** Defines a function and gives it for calling. */
export function functionOf(program: readonly Statement[], name: string): Answer {
  const scope = new Scope();
  execute(new Machine(), program, scope);
  const callee = scope.get(name);
  if (callee === undefined) throw new Error(`internal: no function '${name}' is defined`);
  return (argument) => {
    try {
      return shown(new Machine().call(callee, [argument]));
    } catch (error) {
      const ended = endOf(error);
      return ended.end === 'raised' ? ended.exception : 'stopped';
    }
  };
}
