/** @file touchstone doctor: which devices work here, how fast, and whether they compute right. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { examples } from '../run.ts';

export interface DoctorOptions {
  readonly json?: boolean;
}

/** Adds the command. */
export function registerDoctor(
  program: Command,
  perform: Perform,
  work: Work<DoctorOptions>,
): void {
  program
    .command('doctor')
    .summary('check devices, speed and arithmetic')
    .description(
      'Says which devices work on this machine, what matrix-multiply rate each reaches, and whether\n' +
        'its arithmetic agrees with a plain reference.',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', examples('doctor', 'doctor --json'))
    .action((given: DoctorOptions) => perform((context) => work(given, context)));
}
