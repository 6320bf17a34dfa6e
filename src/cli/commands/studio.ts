/** @file touchstone studio: a page in the browser to look inside models, steer and audit them. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { type NamedPath, namedPath, several, wholeNumber } from '../options.ts';
import { examples } from '../run.ts';

export interface StudioCommandOptions {
  /** Opened at once: each as `generate` takes it. */
  readonly models: readonly string[];
  /** Dictionaries that are opened at once: NAME=PATH each. */
  readonly dictionary?: readonly NamedPath[];
  /** 0: a free one. */
  readonly port: number;
  /** A random one where there is none. */
  readonly token?: string;
  /** Folder of the run folders. */
  readonly runs: string;
  /** Whether to open the browser. */
  readonly open?: boolean;
  readonly json?: boolean;
}

/** A fixed one, so that a link that somebody kept leads to the next studio, too. */
const PORT = 4747;

/** Adds the command; `work` serves until it is stopped. */
export function registerStudio(
  program: Command,
  perform: Perform,
  work: Work<StudioCommandOptions>,
): void {
  program
    .command('studio')
    .summary('a page in the browser to look inside models and audit them')
    .description(
      'Serves one page to this machine alone and prints its link: open models, read and edit their activations while they answer, run audits and read runs. Ctrl-C ends it.',
    )
    .argument('[model...]', 'opened at once, each as generate takes it; others from the page')
    .option(
      '--port <number>',
      'port, 0 for a free one',
      wholeNumber('--port', { min: 0, max: 65_535 }),
      PORT,
    )
    .option(
      '--token <text>',
      "what the link's token is; default $TOUCHSTONE_TOKEN, or a random one",
    )
    .option(
      '--dictionary <name=path>',
      'a dictionary to look at and to name in edits, of any format that dict convert reads; repeatable',
      several(namedPath('--dictionary')),
    )
    .option('--runs <folder>', 'folder of the run folders', 'runs')
    .option('--open', 'open the browser')
    .option('--json', 'print the link as JSON')
    .addHelpText(
      'after',
      examples(
        'studio',
        'studio organism:keeper organism-base --open',
        'studio gpt2 --port 0',
        'studio organism-base --dictionary sae=my-dictionaries/topk',
      ),
    )
    .action((models: string[], given: Omit<StudioCommandOptions, 'models'>) =>
      perform((context) => work({ ...given, models }, context)),
    );
}
