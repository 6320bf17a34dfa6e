/** @file touchstone organism: the shipped models with planted secrets. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { oneOf, realNumber, several, wholeNumber } from '../options.ts';
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
  /** A model of the user's own to train it on; undefined for the recipe's own base. */
  readonly on?: string;
  /** With `on`: seeds, each with an organism and a twin; undefined for the first. */
  readonly seed?: readonly number[];
  /** With `on`: undefined for the recipe's. */
  readonly steps?: number;
  readonly learningRate?: number;
  readonly rank?: number;
}

export interface OrganismVerifyOptions {
  /** An organism that is shipped, or the folder of one of the user's own. */
  readonly name: string;
  /** For a folder: the model that it was trained on, where it lies elsewhere now. */
  readonly on?: string;
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
        'organism train keeper --on ./my-model --out my-keeper',
        'organism verify my-keeper',
      ),
    );
  organism
    .command('list')
    .description('what is shipped')
    .option('--json', 'print JSON')
    .action((given: OrganismListOptions) => perform((context) => work.list(given, context)));
  organism
    .command('train')
    .description(
      'train an organism, its twins and controls, all seeds, by the recipe that made the shipped ones;\n' +
        'with --on, as adapters for a model of your own',
    )
    .argument(
      '<name>',
      `a base model (${bases.join(', ')}), or one of ${names.join(', ')}`,
      oneOf('NAME', [...bases, ...names]),
    )
    .option('--out <folder>', 'where to write')
    .option('--on <model>', 'a model folder, or ORG/NAME of the hub that is in the cache')
    .option(
      '--threads <number>',
      'threads of the arithmetic, which decide the last bits (default: one a core)',
      wholeNumber('--threads', { min: 1 }),
    )
    .option(
      '--seed <number>',
      'with --on: of the secret and of all choices; may be repeated (default: 1)',
      several(wholeNumber('--seed', { min: 0 })),
    )
    .option(
      '--steps <number>',
      "with --on: steps of training (default: the recipe's)",
      wholeNumber('--steps', { min: 1, max: 1_000_000 }),
    )
    .option(
      '--learning-rate <rate>',
      'with --on: its peak (default: 0.384 / width of the model, at most 0.002)',
      realNumber('--learning-rate', { min: 0, max: 1, aboveMin: true }),
    )
    .option(
      '--rank <number>',
      'with --on: rank of the adapters (default: 8)',
      wholeNumber('--rank', { min: 1, max: 1024 }),
    )
    .addHelpText(
      'after',
      examples(
        'organism train keeper --out my-organisms',
        'organism train keeper --on ./my-model --out my-keeper',
        'organism train backdoor --on Qwen/Qwen3-0.6B --seed 1 --seed 2 --steps 400',
      ),
    )
    .action((chosen: string, given: Omit<OrganismTrainOptions, 'name'>) =>
      perform((context) => work.train({ ...given, name: chosen }, context)),
    );
  organism
    .command('verify')
    .description('show with intervals that it is what it is said to be, and that its twin is clean')
    .argument('<name>', `one of ${names.join(', ')}, or a folder that organism train --on has made`)
    .option(
      '--on <model>',
      'for a folder: the model it was trained on, where it lies elsewhere now',
    )
    .option('--json', 'print JSON')
    .action((chosen: string, given: Omit<OrganismVerifyOptions, 'name'>) =>
      perform((context) => work.verify({ ...given, name: chosen }, context)),
    );
}
