/** @file touchstone dict eval: dictionaries measured on activations, each figure with its interval. */
import type { Command } from 'commander';
import type { Perform, Work } from '../../context.ts';
import { oneOf, several, wholeNumber } from '../../options.ts';
import { examples } from '../../run.ts';
import { addHarvestOptions, type HarvestSettings, listed } from '../harvest.ts';

export interface DictEvalOptions extends Omit<HarvestSettings, 'text'> {
  /** Folders or files of dictionaries. */
  readonly dictionaries: readonly string[];
  /** A folder of captured activations. */
  readonly activations?: string;
  /** A model whose activations are read, and in which reconstructions are put. */
  readonly model?: string;
  readonly text?: readonly string[];
  /** Hook point that is encoded; undefined for what each dictionary says. */
  readonly hook?: string;
  /** Hook point that is decoded. */
  readonly target?: string;
  /** A dictionary whose directions are compared with. */
  readonly against?: string;
  /** Whether the dictionaries differ in their seed alone. */
  readonly seeds?: boolean;
  readonly about: 'zero' | 'b_dec';
  readonly valueBits: number;
  readonly resamples: number;
  /** Seed of the resampling. */
  readonly seed: number;
  readonly json?: boolean;
}

const MORE = `
Rows come from a captured folder (--activations), or from a model as they are needed (--model, --text). With
a model, what it makes of the reconstructions is measured as well. Special tokens are left out; where there are
some, figures with them stand beside. Intervals (95 %) resample documents; with --seeds the mean over the
dictionaries is printed too, and seeds are resampled with them; so is how alike their directions are, pair by
pair (mmcs, and matched_cosine of one-to-one pairs by the Hungarian algorithm).

Which published figure uses which definition:
  fve                                  SAELens from 6.45.1 on; Heimersheim's 72 to 87 % for k-means
  fve_without_bias                     dictionary_learning: frac_variance_explained, and its published tables
  legacy_explained_variance_of_squares SAELens up to 6.45.0, SAEBench 0.6.0 (not 0 for the mean as prediction)
  legacy_explained_variance_per_row    SAELens: explained_variance_legacy, its table of pretrained dictionaries;
                                       the SAEBench paper. Theirs take the mean of each batch, ours of all rows
  mse                                  SAELens from 6.45.2 on: summed over the width
  l2_loss                              dictionary_learning: not squared
  gamma_C                              relative reconstruction bias of SAELens, SAEBench, dictionary_learning, and
                                       of version 2 of the gated paper; gamma_v1 is that of version 1. They
                                       average the ratio over batches, here it is one of sums
  ce_recovered                         SAELens: ce_loss_score; dictionary_learning: frac_recovered. Theirs set all
                                       tokens to 0; here only those that the dictionary reconstructs
  kl, kl_recovered                     SAELens: kl_div_with_sae, kl_div_score
Further: rho2, gamma_A, gamma_pp, gamma_B, cosine, l2_ratio, l0, l1, bits, dead, dense_1, dense_10,
ce_increase, ce_original, ce_zero, ce_mean, ce_recovered_from_mean, kl_recovered_from_mean and, with
--against, mmcs, recall_0.9, matched_cosine. docs/dictionary-measures.md has every formula.`;

/** Adds the subcommand; `work` measures. */
export function registerDictEval(
  dict: Command,
  perform: Perform,
  work: Work<DictEvalOptions>,
): void {
  const command = dict
    .command('eval')
    .description(
      'measure dictionaries: reconstruction, its bias, sparsity, what a model makes of it',
    )
    .argument('<dictionary...>', 'folders or files of dictionaries, of any format that is read')
    .option('--activations <folder>', 'captured activations')
    .option(
      '--model <model>',
      'a model: a folder, a .gguf file, of the hub, or organism:NAME[@SEED]',
    )
    .option(
      '--text <file...>',
      'text or .jsonl files for the model; - reads standard input',
      listed,
    )
    .option('--hook <hook>', "hook point that is encoded (default: the dictionary's)")
    .option('--target <hook>', "hook point that is decoded (default: the dictionary's)")
    .option(
      '--against <dictionary>',
      'compare directions with those of another, such as a planted one',
    )
    .option('--seeds', 'the dictionaries differ in their seed alone: print means over them too')
    .option('--about <origin>', 'where the gammas have their 0', oneOf('--about', ABOUT), 'zero')
    .option(
      '--value-bits <bits>',
      "bits that a latent's value is counted at",
      wholeNumber('--value-bits', { min: 0, max: 64 }),
      8,
    )
    .option(
      '--resamples <count>',
      'resamples behind an interval',
      wholeNumber('--resamples', { min: 100, max: 100_000 }),
      4000,
    )
    .option('--seed <number>', 'seed of the resampling', wholeNumber('--seed', { min: 0 }), 1);
  addHarvestOptions(command)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      MORE +
        examples(
          'dict eval out/topk --model organism-base --text docs.txt',
          'dict eval out/topk out/kmeans --activations rows --json',
          'dict eval out/gated-0 out/gated-1 out/gated-2 --seeds --activations rows --against planted',
        ),
    )
    .action((dictionaries: string[], given: Omit<DictEvalOptions, 'dictionaries'>) =>
      perform((context) => work({ ...given, dictionaries: once(dictionaries) }, context)),
    );
}

const ABOUT = ['zero', 'b_dec'] as const;

function once(names: readonly string[]): string[] {
  const add = several((text: string) => text);
  return names.reduce<string[]>((all, name) => add(name, all), []);
}
