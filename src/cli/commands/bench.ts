/** @file touchstone bench: which techniques find what is planted in which organisms, at what cost. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { oneOf, type Parser, several, wholeNumber } from '../options.ts';
import { examples } from '../run.ts';

export interface BenchCommandOptions {
  readonly quick?: boolean;
  /** Organisms by name, without repeats; undefined for all that hide something to be named. */
  readonly organism?: readonly string[];
  /** Techniques by name, without repeats; undefined for all. */
  readonly technique?: readonly string[];
  /** Seeds of each organism, at the most. */
  readonly seeds?: number;
  /** 'quick', 'standard' or a number of answers. */
  readonly budget?: string;
  readonly topK: readonly number[];
  readonly seed: number;
  /** Run folder; undefined for one named after the bench. */
  readonly out?: string;
  readonly json?: boolean;
}

/** What may be named. */
export interface BenchNames {
  readonly organisms: readonly string[];
  readonly techniques: readonly string[];
}

/** Adds the command; `work` runs the bench. */
export function registerBench(
  program: Command,
  perform: Perform,
  { organisms, techniques }: BenchNames,
  work: Work<BenchCommandOptions>,
): void {
  program
    .command('bench')
    .summary('every technique on every organism, in one table')
    .description(
      'Fills the table of techniques by organisms, each seed beside its clean twin, with negative controls.\n' +
        'Stopped or killed, the same command goes on. Writes report.json, report.html and leaderboard.parquet.',
    )
    .option('--quick', 'three organisms, eight techniques, two seeds, few answers')
    .option(
      '--organism <name>',
      `only this one; may be repeated (${organisms.join(', ')})`,
      several(oneOf('--organism', organisms)),
    )
    .option(
      '--technique <name>',
      `only this one; may be repeated (${techniques.join(', ')})`,
      several(oneOf('--technique', techniques)),
    )
    .option(
      '--seeds <number>',
      'seeds of each organism, at the most (default: 5; --quick: 2)',
      wholeNumber('--seeds', { min: 1 }),
    )
    .option(
      '--budget <size>',
      'quick, standard, or answers of each arm and seed (default: 120; --quick: 48)',
    )
    .option('--top-k <list>', 'numbers of guesses; the first is the headline', guesses, [1, 5, 10])
    .option('--seed <number>', 'seed of every random choice', wholeNumber('--seed', { min: 0 }), 1)
    .option('--out <folder>', 'run folder (default: named after the bench, under runs/)')
    .option('--json', 'print the result as JSON (schemas/bench-result.schema.json)')
    .addHelpText(
      'after',
      examples(
        'bench --quick',
        'bench --organism keeper --technique prefill --technique fuzz --seeds 5',
        'bench --budget 240 --top-k 1,10 --out my-bench --json',
      ),
    )
    .action((given: BenchCommandOptions) => perform((context) => work(given, context)));
}

const guesses: Parser<number[]> = (text) => [
  ...new Set(text.split(',').map(wholeNumber('--top-k', { min: 1, max: 1000 }))),
];
