/** @file The one error class for mistakes a user can mend; everything else is a bug. */

/** Exit status of the command line for each kind of mistake. */
export const EXIT_STATUS = { usage: 2, input: 3, failed: 4 } as const;

/** `usage`: the call is wrong. `input`: a file or value is bad. `failed`: the work itself broke. */
export type ErrorKind = keyof typeof EXIT_STATUS;

/**
 * A mistake the user can mend. The message is one line: what was wrong (with the value), what was
 * expected; `hint` says what to do.
 */
export class TouchstoneError extends Error {
  readonly kind: ErrorKind;
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TouchstoneError';
    this.kind = kind;
    this.hint = options.hint;
  }
}

/** Throws a {@link TouchstoneError} of kind `input`. */
export function badInput(message: string, hint?: string): never {
  throw new TouchstoneError('input', message, hint === undefined ? {} : { hint });
}

/** Throws a {@link TouchstoneError} of kind `usage`. */
export function badUsage(message: string, hint?: string): never {
  throw new TouchstoneError('usage', message, hint === undefined ? {} : { hint });
}

/** The candidate nearest to `name` by edit distance, for "did you mean" hints. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance between two strings, in edits. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
