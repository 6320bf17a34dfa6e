/** @file touchstone dict convert: a dictionary of another library as SAELens lays it out. */
import type { Command } from 'commander';
import type { Perform, Work } from '../../context.ts';
import { realNumber } from '../../options.ts';
import { examples } from '../../run.ts';

export interface DictConvertOptions {
  /** A folder or file of any format that is read. */
  readonly from: string;
  /** The folder that is written. */
  readonly to: string;
  /** Factor of activations in training, where the config does not hold it. */
  readonly normScalingFactor?: number;
  /** Hook point of the activations, where the file is silent or wrong. */
  readonly hook?: string;
  /** Name of the model, likewise. */
  readonly model?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

const FORMATS = `
FROM is a folder of SAELens (any version), of dictionary_learning (ae.pt is read without executing
anything), of Gemma Scope (params.npz) or of sparsify; TO is one as SAELens 6 lays it out. What was
folded, transposed, renamed, dropped or assumed is printed. Clusterings keep this library's names
for their kinds: SAELens has none for them.`;

/** Adds the subcommand; `work` converts. */
export function registerDictConvert(
  dict: Command,
  perform: Perform,
  work: Work<DictConvertOptions>,
): void {
  dict
    .command('convert')
    .description("write another library's dictionary as SAELens 6 lays it out")
    .argument('<from>', 'a folder or file of a dictionary')
    .argument('<to>', 'the folder that is written')
    .option(
      '--norm-scaling-factor <number>',
      'of activations, where the config says expected_average_only_in',
      factor,
    )
    .option('--hook <name>', 'hook point of the activations, where the file is silent')
    .option('--model <name>', 'the model, where the file is silent')
    .option('--overwrite', 'replace what the folder holds')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'dict convert pythia/trainer_5 my-dictionary',
        'dict convert layer_12/width_16k/average_l0_82 my-dictionary --hook blocks.12.hook_resid_post',
        'dict convert old-sae new-sae --norm-scaling-factor 1.6412 --json',
      ) + FORMATS,
    )
    .action((from: string, to: string, given: Omit<DictConvertOptions, 'from' | 'to'>) =>
      perform((context) => work({ ...given, from, to }, context)),
    );
}

const factor = realNumber('--norm-scaling-factor', { min: 0, aboveMin: true });
