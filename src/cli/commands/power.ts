/** @file touchstone power: how many samples tell two rates apart. */
import type { Command } from 'commander';
import { percent, plural, powerPercent } from '../../audit/report/format.ts';
import { achievedPower, sampleSize } from '../../statistics/index.ts';
import { badUsage } from '../../tensor/errors.ts';
import { type Context, DONE, type Perform, printJson } from '../context.ts';
import { share, wholeNumber } from '../options.ts';
import { examples } from '../run.ts';

export interface PowerOptions {
  /** Rate in the arm that is thought to be higher. */
  readonly p1: number;
  /** Rate in the arm it is held against. */
  readonly p2: number;
  /** Chance of detecting the difference. */
  readonly power: number;
  /** Two-sided significance level. */
  readonly alpha: number;
  /** Samples per arm whose power is asked; undefined to ask for the number instead. */
  readonly n?: number;
  readonly json?: boolean;
}

/** Adds the command to the program. */
export function registerPower(program: Command, perform: Perform): void {
  const inside = { min: 0, max: 1 };
  const open = { min: 0.001, max: 0.999 };
  program
    .command('power')
    .summary('how many samples tell two rates apart')
    .description(
      'Samples per arm with which an audit finds rate P1 above rate P2, or the power of a given number.\n' +
        'Exact, for the test that verdicts rest on (Boschloo).',
    )
    .argument('<p1>', 'rate in the suspect, such as 0.007 or 0.7%', share('P1', inside))
    .argument('<p2>', 'rate in its clean twin', share('P2', inside))
    .option('--power <share>', 'chance of detecting the difference', share('--power', open), 0.8)
    .option('--alpha <share>', 'two-sided significance level', share('--alpha', open), 0.05)
    .option(
      '-n <count>',
      'ask for the power of this many samples per arm',
      wholeNumber('-n', { min: 2, max: 1_000_000 }),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples('power 0.7% 0.1%', 'power 0.05 0.01 --power 0.9', 'power 0.05 0.01 -n 200 --json'),
    )
    .action((p1: number, p2: number, given: Given) =>
      perform((context) => power({ ...given, p1, p2 }, context)),
    );
}

type Given = Omit<PowerOptions, 'p1' | 'p2'>;

/** Prints the number of samples per arm and the power it really has. */
export async function power(options: PowerOptions, context: Context): Promise<number> {
  const { p1, p2, alpha } = options;
  if (p1 <= p2) badUsage(`P1 is ${p1} and P2 is ${p2}; expected P1 above P2`);
  const n = options.n ?? sampleSize(p1, p2, { power: options.power, alpha });
  const achieved = achievedPower(p1, p2, n, { alpha });
  if (options.json) printJson(context, { p1, p2, alpha, samplesPerArm: n, power: achieved });
  else
    context.print(
      `${plural(n, 'sample')} per arm find ${percent(p1)}% above ${percent(p2)}% with power ` +
        `${powerPercent(achieved)} (two-sided ${percent(alpha)}%).\n`,
    );
  return DONE;
}
