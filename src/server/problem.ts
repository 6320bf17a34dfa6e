/** @file What a client is told when a request fails: OpenAI's error body, one line, and never a path or a stack. */
import { TouchstoneError } from '../tensor/index.ts';

/** What goes with a message. */
export interface ProblemFields {
  /** The field of the request that is wrong. */
  readonly param?: string | undefined;
  /** A word for programs, such as `model_not_found`. */
  readonly code?: string | undefined;
  /** When to come again. */
  readonly retryAfterSeconds?: number | undefined;
}

/** A failure as it goes between processes. */
export interface PackedProblem extends ProblemFields {
  readonly status: number;
  readonly message: string;
  /** For the one who runs the server: what happened where, of a fault of the program. */
  readonly fault?: string | undefined;
}

/** A failed request. */
export class Problem extends Error {
  readonly status: number;
  readonly fields: ProblemFields;
  /** For the one who runs the server, never for a client. */
  readonly fault: string | undefined;

  constructor(status: number, message: string, fields: ProblemFields = {}, fault?: string) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.fields = fields;
    this.fault = fault;
  }
}

/** A request that is wrong. */
export function badRequest(message: string, param?: string, code?: string): never {
  throw new Problem(400, message, { param, code });
}

/**
 * Any error as a problem. What the user can mend is told; a broken program, or work that broke, says no more than that
 * it is.
 */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return new Problem(504, 'the time for one request is over: ask for fewer tokens');
  if (error instanceof TouchstoneError && error.kind !== 'failed') {
    const hint = error.hint === undefined ? '' : ` (${error.hint})`;
    return new Problem(400, oneLine(`${error.message}${hint}`));
  }
  const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Problem(500, 'the request failed by a fault of the server', {}, fault);
}

export function packProblem(error: unknown): PackedProblem {
  const { status, message, fields, fault } = asProblem(error);
  return { status, message, ...fields, fault };
}

export function unpackProblem({ status, message, fault, ...fields }: PackedProblem): Problem {
  return new Problem(status, message, fields, fault);
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

/** The body of an error, as OpenAI's. */
export function errorBody({ status, message, fields }: Problem) {
  const type = TYPES[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
  return { error: { message, type, param: fields.param ?? null, code: fields.code ?? null } };
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
