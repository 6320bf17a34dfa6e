/** @file touchstone mcp: models and blind games as tools for agents. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { type NamedPath, namedPath, several, wholeNumber } from '../options.ts';
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
  /** Files of texts in which latents are looked for. */
  readonly text?: readonly string[];
  /** Folder of the run folders. */
  readonly runs?: string;
  /** What agents may open and see: organisms, cache, results, or folders of models. */
  readonly allow?: readonly string[];
  /** Over HTTP on this machine, in place of standard input and output. */
  readonly http?: boolean;
  /** 0: a free one. */
  readonly port?: number;
  /** What agents send over HTTP; a random one where there is none. */
  readonly httpToken?: string;
  readonly json?: boolean;
}

const text = (value: string) => value;
const PORTS = { min: 0, max: 65_535 };

/** Adds the command; `work` serves until its input ends. */
export function registerMcp(
  program: Command,
  perform: Perform,
  work: Work<McpCommandOptions>,
): void {
  program
    .command('mcp')
    .summary('models and games as tools for agents (MCP)')
    .description(
      'Serves the Model Context Protocol over standard input and output, or over HTTP: chats and completions with edits,\n' +
        'activations, dictionaries, opening models, audits, shipped results, and the tools of a blind game, each typed.\n' +
        'What an agent may open and audit is what --allow names.',
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
    .option('--text <file>', 'texts in which latents are looked for; repeatable', several(text))
    .option('--runs <folder>', 'where audits are kept', 'runs')
    .option(
      '--allow <what>',
      'what agents may open and see: organisms, cache (models of the hub that are here), results (experiments and the bench), or a folder of models; repeatable',
      several(text),
    )
    .option('--http', 'over HTTP on this machine (Streamable HTTP), until Ctrl-C')
    .option(
      '--port <number>',
      'with --http: port, 0 for a free one',
      wholeNumber('--port', PORTS),
      0,
    )
    .option(
      '--http-token <text>',
      'with --http: what agents send; default $TOUCHSTONE_MCP_TOKEN, or a random one',
    )
    .option('--json', 'with --http: print address and token as JSON')
    .addHelpText(
      'after',
      examples(
        'mcp --model organism:keeper',
        'mcp --model gpt2 --dictionary sae=gpt2-small-res-jb',
        'mcp --allow organisms --allow results --allow ./models --http --port 8100',
        'mcp --game http://127.0.0.1:8000 --token TOKEN',
      ),
    )
    .action((given: McpCommandOptions) => perform((context) => work(given, context)));
}
