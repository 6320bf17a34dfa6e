/** @file A function under test: what it promises, its code, wrong versions of it, and how a test can know what is right. */
import type { RandomReader } from '../../../tensor/random.ts';

/** A call of one function of `re`, the prefix left open: `re.` or nothing. */
export interface RegexForm {
  /** The function that is called, as it is imported by name. */
  readonly call: string;
  /** The body of an oracle of `t`, `$` where the function's name goes. */
  readonly body: readonly string[];
}

/** What every function under test is called: what it does is in its docstring and its code. */
export const NAME = 'f';

/** A function of one text. */
export interface Subject {
  /** What it promises, in one sentence. */
  readonly promise: string;
  /** Its definition, with the promise as docstring. */
  readonly source: string;
  /** The same definition with one mistake each. */
  readonly mutants: readonly string[];
  /** An oracle's body by text methods, of the parameter `t`. */
  readonly plain: readonly string[];
  /** An oracle's body by a regular expression. */
  readonly regex: RegexForm;
  /** Draws an input that may show a mistake. */
  readonly input: (reader: RandomReader) => string;
}

/** A definition from the lines of its body. */
export function definition(
  name: string,
  parameter: string,
  body: readonly string[],
  promise?: string,
): string {
  const lines = promise === undefined ? body : [`"""${promise}"""`, ...body];
  return [`def ${name}(${parameter}):`, ...lines.map((line) => `    ${line}`)].join('\n');
}
