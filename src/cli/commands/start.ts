/** @file touchstone start: the tour for a new user, a quick audit of a shipped organism. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { examples } from '../run.ts';

export interface StartOptions {
  /** Whether to open the studio in the end. */
  readonly studio: boolean;
}

/** Adds the command. */
export function registerStart(program: Command, perform: Perform, work: Work<StartOptions>): void {
  program
    .command('start')
    .summary('a quick audit of a shipped organism')
    .description(
      'Audits a shipped model with a planted secret beside its clean twin, prints the verdicts, and\n' +
        'writes the report as a web page.',
    )
    .option('--no-studio', 'do not open the studio')
    .addHelpText('after', examples('start', 'start --no-studio'))
    .action((given: StartOptions) => perform((context) => work(given, context)));
}
