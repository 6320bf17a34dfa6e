/** @file touchstone experiment: questions with arms, measures and a decision rule fixed before the run. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { examples } from '../run.ts';

export interface ExperimentListOptions {
  readonly json?: boolean;
}

export interface ExperimentRunOptions {
  readonly name: string;
  readonly quick?: boolean;
  /** Run folder; undefined for one named after the experiment. */
  readonly out?: string;
  readonly json?: boolean;
}

export interface ExperimentShowOptions {
  readonly name: string;
  readonly json?: boolean;
}

/** What each subcommand does. */
export interface ExperimentWork {
  readonly list: Work<ExperimentListOptions>;
  readonly run: Work<ExperimentRunOptions>;
  readonly show: Work<ExperimentShowOptions>;
}

/** Adds the command. */
export function registerExperiment(program: Command, perform: Perform, work: ExperimentWork): void {
  const experiment = program
    .command('experiment')
    .summary('questions with arms, measures and a decision rule: list, run, show')
    .description(
      'Runs experiments whose arms, measures and decision rule were written down before the run.',
    )
    .addHelpText(
      'after',
      examples(
        'experiment list',
        'experiment show reconstruction-bias',
        'experiment run reconstruction-bias --quick',
        'experiment run reconstruction-bias --out my-run --json',
      ),
    );
  experiment
    .command('list')
    .description('the questions')
    .option('--json', 'print JSON')
    .action((given: ExperimentListOptions) => perform((context) => work.list(given, context)));
  experiment
    .command('run')
    .description('run one, or go on with it; writes report.json and report.html in its run folder')
    .argument('<name>', 'one of the list')
    .option('--quick', 'the same code at a small size, with little power')
    .option('--out <folder>', 'run folder')
    .option('--json', 'print JSON')
    .action((name: string, given: Omit<ExperimentRunOptions, 'name'>) =>
      perform((context) => work.run({ ...given, name }, context)),
    );
  experiment
    .command('show')
    .description('what it asks and how it decides, and the shipped result of the full run')
    .argument('<name>', 'one of the list')
    .option('--json', 'print the shipped result as JSON')
    .action((name: string, given: Omit<ExperimentShowOptions, 'name'>) =>
      perform((context) => work.show({ ...given, name }, context)),
    );
}
