/** @file What went wrong, as lines for stderr and an exit status. */
import { CommanderError } from 'commander';
import { EXIT_STATUS, TouchstoneError } from '../tensor/errors.ts';
import { Interrupted } from './context.ts';

/** How the program ends after an error. */
export interface Ending {
  readonly status: number;
  readonly lines: readonly string[];
}

/** Ends the program the way an error asks for; `debug` adds the stack. */
export function endingOf(error: unknown, debug: boolean): Ending {
  if (error instanceof Interrupted) {
    return { status: error.status, lines: ['touchstone: stopped; run the same command to go on'] };
  }
  if (error instanceof CommanderError) return endingOfUse(error);
  const stack = debug && error instanceof Error ? (error.stack ?? '').split('\n') : [];
  if (error instanceof TouchstoneError) {
    return { status: EXIT_STATUS[error.kind], lines: [...described(error), ...stack] };
  }
  const message = oneLine(error instanceof Error ? error.message : String(error));
  const hint = 'hint: this is a fault of the program; TOUCHSTONE_DEBUG=1 shows where it happened';
  const lines = [`touchstone: unexpected error: ${message}`, ...(debug ? stack : [hint])];
  return { status: EXIT_STATUS.failed, lines };
}

function described(error: TouchstoneError): string[] {
  const hint = error.hint === undefined ? [] : [`hint: ${oneLine(error.hint)}`];
  return [`touchstone: ${oneLine(error.message)}`, ...hint];
}

/** Wrong use, as the argument parser found it; help and version end well and have been printed. */
function endingOfUse(error: CommanderError): Ending {
  if (error.exitCode === 0) return { status: 0, lines: [] };
  if (error.code === 'commander.help') return { status: EXIT_STATUS.usage, lines: [] };
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const meant = suggestion?.replace(/^\(D/, 'd').replace(/\)$/, '');
  const hint =
    meant ?? 'touchstone --help lists the commands, touchstone COMMAND --help the options';
  return { status: EXIT_STATUS.usage, lines: [`touchstone: ${message}`, `hint: ${hint}`] };
}

/** Messages may quote files and names from outside: one line, and nothing that steers a terminal. */
function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replace(/\p{C}/gu, '\ufffd');
}
