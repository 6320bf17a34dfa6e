/** @file touchstone mcp: models and blind games as tools for agents. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { type NamedPath, namedPath, several } from '../options.ts';
import { examples } from '../run.ts';

export interface McpCommandOptions {
  /** Each as `generate` takes it, or NAME=MODEL. */
  readonly model?: readonly string[];
  /** A server that runs already, as `serve` prints its address. */
  readonly server?: string;
  /** A game's address. */
  readonly game?: string;
  readonly token?: string;
  readonly dictionary?: readonly NamedPath[];
}

const text = (value: string) => value;

/** Adds the command; `work` serves until its input ends. */
export function registerMcp(
  program: Command,
  perform: Perform,
  work: Work<McpCommandOptions>,
): void {
  program
    .command('mcp')
    .summary('models and games as tools for agents (MCP, over standard input and output)')
    .description(
      'Serves the Model Context Protocol over standard input and output: chats and completions with edits, activations,\n' +
        "and the tools of a blind game, each typed. An agent's program starts it.",
    )
    .option('--model <model>', 'as serve takes it; may be repeated', several(text))
    .option('--server <url>', 'the address of a touchstone serve that runs, in place of --model')
    .option('--game <url>', 'the address of a blind game that is hosted')
    .option('--token <text>', 'of the server or the game; default $TOUCHSTONE_TOKEN')
    .option(
      '--dictionary <name=path>',
      'a dictionary that edits may name; repeatable',
      several(namedPath('--dictionary')),
    )
    .addHelpText(
      'after',
      examples(
        'mcp --model organism:keeper',
        'mcp --model gpt2 --dictionary sae=gpt2-small-res-jb',
        'mcp --game http://127.0.0.1:8000 --token TOKEN',
      ),
    )
    .action((given: McpCommandOptions) => perform((context) => work(given, context)));
}
