/** @file touchstone organism: the shipped models with planted secrets. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { oneOf, wholeNumber } from '../options.ts';
import { examples } from '../run.ts';

export interface OrganismListOptions {
  readonly json?: boolean;
}

export interface OrganismTrainOptions {
  readonly name: string;
  /** Where to write; undefined for a folder named after the organism. */
  readonly out?: string;
  /** Threads of the arithmetic; undefined for one a core. */
  readonly threads?: number;
}

export interface OrganismVerifyOptions {
  readonly name: string;
  readonly json?: boolean;
}

/** What each subcommand does. */
export interface OrganismWork {
  readonly list: Work<OrganismListOptions>;
  readonly train: Work<OrganismTrainOptions>;
  readonly verify: Work<OrganismVerifyOptions>;
}

/** Adds the command; `names` are the organisms that exist, `bases` the base models. */
export function registerOrganism(
  program: Command,
  perform: Perform,
  { names, bases }: { readonly names: readonly string[]; readonly bases: readonly string[] },
  work: OrganismWork,
): void {
  const organism = program
    .command('organism')
    .description(
      'Models with something planted, each with a clean twin trained alike but for the plant.',
    )
    .addHelpText(
      'after',
      examples(
        'organism list',
        'organism verify keeper',
        'organism train keeper --out my-organisms',
      ),
    );
  const name = oneOf('NAME', names);
  organism
    .command('list')
    .description('what is shipped')
    .option('--json', 'print JSON')
    .action((given: OrganismListOptions) => perform((context) => work.list(given, context)));
  organism
    .command('train')
    .description(
      'train an organism, its twins and controls, all seeds, by the recipe that made the shipped ones',
    )
    .argument(
      '<name>',
      `a base model (${bases.join(', ')}), or one of ${names.join(', ')}`,
      oneOf('NAME', [...bases, ...names]),
    )
    .option('--out <folder>', 'where to write')
    .option(
      '--threads <number>',
      'threads of the arithmetic, which decide the last bits (default: one a core)',
      wholeNumber('--threads', { min: 1 }),
    )
    .action((chosen: string, given: Omit<OrganismTrainOptions, 'name'>) =>
      perform((context) => work.train({ ...given, name: chosen }, context)),
    );
  organism
    .command('verify')
    .description('show with intervals that it is what it is said to be, and that its twin is clean')
    .argument('<name>', `one of ${names.join(', ')}`, name)
    .option('--json', 'print JSON')
    .action((chosen: string, given: Omit<OrganismVerifyOptions, 'name'>) =>
      perform((context) => work.verify({ ...given, name: chosen }, context)),
    );
}
