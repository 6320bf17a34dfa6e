/** @file touchstone serve: models behind an OpenAI-compatible endpoint on this machine. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { type NamedPath, namedPath, several, wholeNumber } from '../options.ts';
import { examples } from '../run.ts';

export interface ServeOptions {
  /** Each as `generate` takes it, or NAME=MODEL. */
  readonly models: readonly string[];
  /** 0: a free one. */
  readonly port: number;
  /** What clients show; a random one where there is none. */
  readonly token?: string;
  readonly whiteBox?: boolean;
  /** Dictionaries that edits may name: NAME=PATH each. */
  readonly dictionary?: readonly NamedPath[];
  readonly json?: boolean;
}

/** Adds the command; `work` serves until it is stopped. */
export function registerServe(program: Command, perform: Perform, work: Work<ServeOptions>): void {
  program
    .command('serve')
    .summary('models behind an OpenAI-compatible endpoint')
    .description(
      "Serves models to this machine's programs, as OpenAI's API does: completions and chats, streamed or whole, with log probabilities, prefill and edits of activations. Ctrl-C ends it.",
    )
    .argument(
      '<model...>',
      'each as generate takes it, or NAME=MODEL; an organism without a name is called suspect, so that its name tells nothing',
    )
    .option('--port <number>', 'port, 0 for a free one', wholeNumber('--port', PORTS), 0)
    .option('--token <text>', 'what clients send; default $TOUCHSTONE_TOKEN, or a random one')
    .option('--white-box', 'let clients read activations, too')
    .option(
      '--dictionary <name=path>',
      'a dictionary that edits may name, of any format that dict convert reads; repeatable',
      several(namedPath('--dictionary')),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'serve organism:keeper',
        'serve red=organism:keeper@2 twin:keeper --port 8000',
        'serve gpt2 --white-box --dictionary sae=gpt2-small-res-jb',
      ),
    )
    .action((models: string[], given: Omit<ServeOptions, 'models'>) =>
      perform((context) => work({ ...given, models }, context)),
    );
}

const PORTS = { min: 0, max: 65_535 };
