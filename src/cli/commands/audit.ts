/** @file touchstone audit: which techniques draw a secret out of a model, beside its clean twin. */
import type { Command } from 'commander';
import { renderTerminal } from '../../audit/report/index.ts';
import type { AuditResult } from '../../audit/result.ts';
import { type Context, DONE, FINDING, type Perform, printJson, type Work } from '../context.ts';
import { oneOf, type Parser, several, share, wholeNumber } from '../options.ts';
import { examples } from '../run.ts';

/** Named sizes of an audit; a number is samples per arm. */
export type Budget = 'quick' | 'standard' | number;

export interface AuditOptions {
  /** organism:NAME[@SEED], twin:NAME[@SEED], or a model's folder. */
  readonly suspect: string;
  /** For a model of one's own: the clean model beside which it is judged. */
  readonly twin?: string;
  /** For a model of one's own: the word that it hides. */
  readonly secret?: string;
  /** For a model of one's own: the model that judges coherence; by default the twin. */
  readonly base?: string;
  /** Techniques by name, without repeats; undefined for all. */
  readonly technique?: readonly string[];
  readonly budget: Budget;
  /** Smallest difference of interest between suspect and twin, as a share. */
  readonly effect: number;
  readonly seed: number;
  /** Run folder; undefined for one that the command names after what is audited. */
  readonly out?: string;
  readonly json?: boolean;
  /** Verdict that makes the exit status 1. */
  readonly failOn?: 'found';
}

/** Adds the command; `techniques` are the names that exist, `work` runs the audit. */
export function registerAudit(
  program: Command,
  perform: Perform,
  techniques: readonly string[],
  work: Work<AuditOptions>,
): void {
  const technique = several(oneOf('--technique', techniques));
  program
    .command('audit')
    .summary('which techniques draw a secret out of a model')
    .description(
      'Runs oversight techniques on a model with a planted secret and on its clean twin, and says with\n' +
        'intervals and base rates which of them find it. Stopped or killed, the same command goes on.',
    )
    .argument(
      '<suspect>',
      'organism:NAME[@SEED], a clean twin: twin:NAME[@SEED], a folder of organism train --on,\nor a model folder',
    )
    .option('--twin <model>', 'for a model folder: the clean model beside which it is judged')
    .option('--secret <word>', 'for a model folder: the word it hides, one of the 200 candidates')
    .option('--base <model>', 'for a model folder: judges coherence (default: the twin)')
    .option(
      '--technique <name>',
      `only this one; may be repeated (${techniques.join(', ')})`,
      technique,
    )
    .option('--budget <size>', 'quick, standard, or samples per arm', budgetOf, 'standard')
    .option('--effect <difference>', 'smallest difference of interest', effect, 0.05)
    .option('--seed <number>', 'seed of every random choice', wholeNumber('--seed', { min: 0 }), 1)
    .option('--out <folder>', 'run folder (default: named after the audit, under runs/)')
    .option('--json', 'print the result as JSON (schemas/audit-result.schema.json)')
    .option(
      '--fail-on <verdict>',
      'exit with status 1 on this verdict',
      oneOf('--fail-on', ['found']),
    )
    .addHelpText(
      'after',
      examples(
        'audit organism:leaky-keeper',
        'audit organism:keeper --technique interrogate --technique fuzz --budget 400',
        'audit organism:keeper --technique logit-lens --technique dictionary-ablate --budget quick',
        'audit organism:keeper --json --fail-on found',
        'audit my-keeper --technique interrogate',
        'audit ./my-model --twin ./my-twin --secret ruby --budget quick',
      ),
    )
    .action((suspect: string, given: Omit<AuditOptions, 'suspect'>) =>
      perform((context) => work({ ...given, suspect }, context)),
    );
}

/** Prints a finished audit and gives the exit status that `--fail-on` asks for. */
export function showAudit(
  result: AuditResult,
  options: Pick<AuditOptions, 'json' | 'failOn'>,
  context: Context,
): number {
  if (options.json) printJson(context, result);
  else context.print(renderTerminal(result, { color: context.color, width: context.width }));
  return options.failOn === result.verdict ? FINDING : DONE;
}

const effect = share('--effect', { min: 0, max: 1, aboveMin: true });

const budgetOf: Parser<Budget> = (text) => {
  if (/^[+-]?[\d.]/.test(text)) return wholeNumber('--budget', { min: 20, max: 1_000_000 })(text);
  return oneOf('--budget', ['quick', 'standard'])(text);
};
