/** @file How a run can end early: an exception of the program, or a bound of the interpreter. */

/** Each exception and what it is a kind of. */
const PARENTS: Readonly<Record<string, string | undefined>> = {
  Exception: undefined,
  ArithmeticError: 'Exception',
  ZeroDivisionError: 'ArithmeticError',
  AssertionError: 'Exception',
  AttributeError: 'Exception',
  ImportError: 'Exception',
  ModuleNotFoundError: 'ImportError',
  LookupError: 'Exception',
  IndexError: 'LookupError',
  KeyError: 'LookupError',
  NameError: 'Exception',
  UnboundLocalError: 'NameError',
  RuntimeError: 'Exception',
  TypeError: 'Exception',
  ValueError: 'Exception',
};

/** The exceptions that a program can name. */
export const EXCEPTIONS: readonly string[] = Object.keys(PARENTS);

/** An exception that the program raised. `error` is `re.error`. */
export class Raised extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = 'Raised';
    this.type = type;
  }
}

/** Raises an exception in the program. */
export function raise(type: string, message: string): never {
  throw new Raised(type, message);
}

/** Whether an exception is of a kind, or of a kind of it. */
export function isKindOf(type: string, kind: string): boolean {
  if (type === kind) return true;
  const parent = type === 'error' ? 'Exception' : PARENTS[type];
  return parent !== undefined && isKindOf(parent, kind);
}

/** The interpreter stopped a run: too long, too large, or beyond the language. No program can catch it. */
export class Stopped extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Stopped';
  }
}

/** Stops the run. */
export function stop(reason: string): never {
  throw new Stopped(reason);
}
