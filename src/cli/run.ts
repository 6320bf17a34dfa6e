/** @file Runs the command line: parses, performs one command, and turns errors into an exit status. */
import { Command } from 'commander';
import { type Context, DONE, type Perform } from './context.ts';
import { endingOf } from './failure.ts';
import { listenForStop, safePoint } from './interrupt.ts';
import { progressDisplay } from './progress.ts';
import { version } from './version.ts';

/** Adds one command to the program. */
export type Register = (program: Command, perform: Perform) => void;

/** Runs the arguments and leaves the exit status in `process.exitCode`; it never throws. */
export async function runCommandLine(
  args: readonly string[],
  commands: readonly Register[],
): Promise<void> {
  const display = displayOn(process.stderr);
  const end = (error: unknown) => {
    display.clear();
    const ending = endingOf(error, process.env.TOUCHSTONE_DEBUG === '1');
    for (const line of ending.lines) display.tell(line);
    process.exitCode = ending.status;
  };
  quietOnClosedPipes();
  process.on('uncaughtException', (error) => {
    end(error);
    process.exit();
  });
  const perform: Perform = async (work) => {
    process.exitCode = await work(contextOf(display));
    display.clear();
  };
  try {
    process.exitCode = DONE;
    await programOf(commands, perform).parseAsync(args, { from: 'user' });
  } catch (error) {
    end(error);
  }
}

/** The program with its commands, not yet run. */
export function programOf(commands: readonly Register[], perform: Perform): Command {
  const program = new Command('touchstone')
    .description(
      'Looks inside language models and settles, with evidence, which oversight techniques work.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ showGlobalOptions: false })
    // The parser's complaints are thrown, and told in one place with all others.
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  for (const register of commands) register(program, perform);
  return program.addHelpText('after', STATUS_HELP);
}

const STATUS_HELP = `
Results go to stdout (--json: one JSON document), progress and messages to stderr.
Exit status: 0 done, 1 a finding that --fail-on names, 2 wrong use, 3 bad input, 4 failed.`;

/** Examples below a command's help, one a line. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ touchstone ${line}`).join('\n')}`;
}

function displayOn(stream: NodeJS.WriteStream) {
  return progressDisplay({
    write: (text) => stream.write(text),
    redraws: stream.isTTY === true && process.env.TERM !== 'dumb',
    columns: () => stream.columns || 80,
    now: () => performance.now(),
  });
}

function contextOf(display: ReturnType<typeof displayOn>): Context {
  const signal = listenForStop(display.tell);
  return {
    print: (text) => {
      display.clear();
      process.stdout.write(text);
    },
    tell: display.tell,
    report: display.report,
    signal,
    safePoint: () => safePoint(signal),
    color: usesColor(),
    width: process.stdout.columns || 100,
  };
}

/** Colours on a terminal, unless the user says otherwise (no-color.org). */
function usesColor(): boolean {
  return process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}

/** A reader that left (`touchstone ... | head`) is no error. */
function quietOnClosedPipes(): void {
  const leave = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  };
  process.stdout.on('error', leave);
  process.stderr.on('error', leave);
}
