/** @file touchstone dict train: dictionaries fitted to activations, several from one pass. */
import type { Command } from 'commander';
import type { Perform, Work } from '../../context.ts';
import { several, wholeNumber } from '../../options.ts';
import { examples } from '../../run.ts';

export interface DictTrainOptions {
  /** A folder of captured activations. */
  readonly activations: string;
  /** Dictionaries in short form: KIND:NAME=VALUE,NAME=VALUE. */
  readonly kind: readonly string[];
  readonly steps: number;
  /** Rows of a step. */
  readonly batch: number;
  readonly seed: number;
  readonly out: string;
}

/** Adds the subcommand; `work` trains. */
export function registerDictTrain(
  dict: Command,
  perform: Perform,
  work: Work<DictTrainOptions>,
): void {
  dict
    .command('train')
    .description('fit dictionaries to activations, several from one pass')
    .requiredOption('--activations <folder>', 'captured activations')
    .requiredOption(
      '--kind <kind>',
      'a dictionary, such as topk:k=32,d_sae=1024; give it several times for several',
      several((text: string) => text),
    )
    .option('--steps <count>', 'steps', wholeNumber('--steps', { min: 1 }), 1000)
    .option('--batch <rows>', 'rows of a step', wholeNumber('--batch', { min: 1 }), 2048)
    .option('--seed <number>', 'seed of weights', wholeNumber('--seed', { min: 0 }), 0)
    .requiredOption('--out <folder>', 'where a folder for each dictionary is written')
    .addHelpText(
      'after',
      examples(
        'dict train --activations rows --kind topk:k=32,d_sae=1024 --kind kmeans:d_sae=256 --out out',
      ),
    )
    .action((given: DictTrainOptions) => perform((context) => work(given, context)));
}
