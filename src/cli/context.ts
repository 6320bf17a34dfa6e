/** @file What a command gets to work with, so that it never touches the process itself. */
import type { Reporter } from '../tensor/progress.ts';

/** The world of one command. */
export interface Context {
  /** Writes a result to stdout, as it is. */
  readonly print: (text: string) => void;
  /** Writes a message to stderr, on a line of its own. */
  readonly tell: (line: string) => void;
  readonly report: Reporter;
  /** Aborted when the user asks to stop; its reason is an {@link Interrupted}. */
  readonly signal: AbortSignal;
  /** For loops, between pieces of finished work: lets signals in, and throws if the user asked to stop. */
  readonly safePoint: () => Promise<void>;
  /** Whether stdout shows colours. */
  readonly color: boolean;
  /** Columns to print in. */
  readonly width: number;
}

/** Exit status of a command that did what it was asked. */
export const DONE = 0;
/** Exit status where `--fail-on` names what came out. */
export const FINDING = 1;

/** A command: options already checked, world handed in, exit status given back. */
export type Work<Options> = (options: Options, context: Context) => Promise<number>;

/** Runs a command's work inside the program and keeps its exit status. */
export type Perform = (work: (context: Context) => Promise<number>) => Promise<void>;

/** The user asked to stop. */
export class Interrupted extends Error {
  /** 128 plus the signal's number. */
  readonly status: number;

  constructor(status: number) {
    super('stopped');
    this.name = 'Interrupted';
    this.status = status;
  }
}

/** Prints exactly one JSON document. */
export function printJson(context: Context, value: unknown): void {
  context.print(`${JSON.stringify(value, null, 2)}\n`);
}
