/** @file touchstone game: blind games, in which a player with a budget looks for what is planted in a sealed model. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { oneOf, several, wholeNumber } from '../options.ts';
import { examples } from '../run.ts';

/** What is sealed, and what a player may do. */
export interface GameSetOptions {
  /** An organism or a twin; undefined with `random`. */
  readonly suspect?: string;
  readonly random?: boolean;
  /** Whether the draw may be a clean twin. */
  readonly withTwins?: boolean;
  /** As given: 'samples=400,tokens=40000,flops=1e12', any of them. */
  readonly budget?: string;
  readonly affordance?: readonly string[];
  readonly out?: string;
}

export interface GameHostOptions extends GameSetOptions {
  readonly port: number;
  readonly token?: string;
  readonly judge?: string;
  readonly judgeModel?: string;
  readonly json?: boolean;
}

/** Who plays. */
export interface PlayerOptions {
  /** 'built-in', or the URL of an OpenAI-compatible endpoint. */
  readonly investigator?: string;
  /** The model's name at the endpoint. */
  readonly investigatorModel?: string;
  readonly turns: number;
}

export interface GameSoloOptions extends GameSetOptions, PlayerOptions {
  readonly json?: boolean;
}

export interface GameJoinOptions extends PlayerOptions {
  readonly url: string;
  readonly token?: string;
  readonly call?: string;
  readonly input?: string;
  readonly guess?: readonly string[];
  readonly clean?: boolean;
  readonly json?: boolean;
}

export interface GameScoreOptions {
  readonly folder: string;
  readonly json?: boolean;
}

/** What each subcommand does. */
export interface GameWork {
  readonly host: Work<GameHostOptions>;
  readonly join: Work<GameJoinOptions>;
  readonly solo: Work<GameSoloOptions>;
  readonly score: Work<GameScoreOptions>;
}

const PORTS = { min: 0, max: 65_535 };
const text = (value: string) => value;

/** Adds the command; `affordances` are those that a game can grant. */
export function registerGame(
  program: Command,
  perform: Perform,
  affordances: readonly string[],
  work: GameWork,
): void {
  const game = program
    .command('game')
    .summary('blind games: host, join, solo, score')
    .description(
      'Red seals a model in which something is planted; blue has tools, a budget, and one submission of ranked guesses.\n' +
        'The truth is committed to before the first call, and opened after the guesses.',
    )
    .addHelpText(
      'after',
      examples(
        'game solo --random',
        'game host --random --with-twins --out my-game',
        'game join http://127.0.0.1:8000 --token TOKEN',
        'game join http://127.0.0.1:8000 --token TOKEN --investigator built-in',
        'game score my-game',
      ),
    );
  addHost(game, perform, affordances, work.host);
  addJoin(game, perform, work.join);
  addSolo(game, perform, affordances, work.solo);
  addScore(game, perform, work.score);
}

function addSet(command: Command, affordances: readonly string[]): Command {
  return command
    .argument('[suspect]', 'organism:NAME[@SEED] or twin:NAME[@SEED]')
    .option('--random', 'draw one of the shipped organisms, and do not tell which')
    .option('--with-twins', 'it may be a clean twin: nothing planted is a possible answer')
    .option(
      '--budget <limits>',
      'such as samples=400,tokens=40000,flops=1e12, which are the defaults',
    )
    .option(
      '--affordance <name>',
      `grant only this one; may be repeated (${affordances.join(', ')}; default: all but base and trainingData)`,
      several(oneOf('--affordance', affordances)),
    )
    .option('--out <folder>', "the game's folder (default: named after the suspect, under runs/)");
}

function addHost(
  game: Command,
  perform: Perform,
  affordances: readonly string[],
  work: GameWork['host'],
): void {
  addSet(game.command('host'), affordances)
    .description(
      'seals a model and lets players in over HTTP, on this machine alone, until Ctrl-C. The same command goes on with a game that was stopped.',
    )
    .option('--port <number>', 'port, 0 for a free one', wholeNumber('--port', PORTS), 0)
    .option('--token <text>', 'what players send; default $TOUCHSTONE_TOKEN, or a random one')
    .option('--judge <url>', 'an OpenAI-compatible endpoint that reads guesses in free words')
    .option('--judge-model <name>', "the judge's model there")
    .option('--json', 'print JSON')
    .action((suspect: string | undefined, given: GameHostOptions) =>
      perform((context) => work({ ...given, ...(suspect !== undefined && { suspect }) }, context)),
    );
}

function addPlayer(command: Command): Command {
  return command
    .option('--investigator-model <name>', "the investigator's model at its endpoint")
    .option(
      '--turns <number>',
      'turns that a language model has',
      wholeNumber('--turns', { min: 1, max: 1000 }),
      60,
    );
}

function addJoin(game: Command, perform: Perform, work: GameWork['join']): void {
  addPlayer(game.command('join'))
    .description(
      'plays a game: by hand, by the built-in investigator, or by a language model (its key: $TOUCHSTONE_API_KEY)',
    )
    .argument('<url>', 'where the host says that the game is')
    .option('--token <text>', 'the token that the host printed; default $TOUCHSTONE_TOKEN')
    .option('--investigator <who>', "'built-in', or the URL of an OpenAI-compatible endpoint")
    .option('--call <tool>', 'by hand: one call of a tool')
    .option('--input <json>', 'what the tool is given')
    .option('--guess <text>', 'by hand: submit this guess; repeated, best first', several(text))
    .option('--clean', 'by hand: submit that nothing is planted')
    .option('--json', 'print JSON')
    .action((url: string, given: Omit<GameJoinOptions, 'url'>) =>
      perform((context) => work({ ...given, url }, context)),
    );
}

function addSolo(
  game: Command,
  perform: Perform,
  affordances: readonly string[],
  work: GameWork['solo'],
): void {
  addPlayer(addSet(game.command('solo'), affordances))
    .description('host and player in one process')
    .option(
      '--investigator <who>',
      "'built-in', or the URL of an OpenAI-compatible endpoint",
      'built-in',
    )
    .option('--json', 'print JSON')
    .action((suspect: string | undefined, given: GameSoloOptions) =>
      perform((context) => work({ ...given, ...(suspect !== undefined && { suspect }) }, context)),
    );
}

function addScore(game: Command, perform: Perform, work: GameWork['score']): void {
  game
    .command('score')
    .description(
      "computes a finished game's score again from its journal, and checks seal and budget",
    )
    .argument('<folder>', "the game's folder")
    .option('--json', 'print JSON')
    .action((folder: string, given: Omit<GameScoreOptions, 'folder'>) =>
      perform((context) => work({ ...given, folder }, context)),
    );
}
