/** @file touchstone dict train: dictionaries fitted to activations, several from one pass. */
import type { Command } from 'commander';
import type { Perform, Work } from '../../context.ts';
import { realNumber, several, wholeNumber } from '../../options.ts';
import { examples } from '../../run.ts';
import { addHarvestOptions, type HarvestSettings, listed } from '../harvest.ts';

export interface DictTrainOptions extends Omit<HarvestSettings, 'text'> {
  /** A folder of captured activations. */
  readonly activations?: string;
  /** A model whose activations are taken on the fly. */
  readonly model?: string;
  readonly text?: readonly string[];
  /** The hook point that is encoded; undefined where only one was captured. */
  readonly read?: string;
  /** The hook point that is decoded, for transcoders. */
  readonly target?: string;
  /** Dictionaries in short form: KIND:NAME=VALUE,NAME=VALUE. */
  readonly kind?: readonly string[];
  /** A JSON file of plans. */
  readonly plan?: string;
  readonly latents?: number;
  /** Undefined for one pass over the rows. */
  readonly steps?: number;
  readonly batch: number;
  /** Seeds of weights: each dictionary is trained once with each. */
  readonly seed?: readonly number[];
  readonly shuffleSeed: number;
  readonly lr?: number;
  readonly warmup?: number;
  readonly decayFrom?: number;
  readonly sparsityWarmup?: number;
  readonly resampleEvery?: number;
  readonly deadAfter?: number;
  readonly clip?: number;
  readonly fitRows: number;
  readonly checkpointEvery: number;
  readonly out: string;
  readonly json?: boolean;
}

const MORE = `
Kinds: standard, gated, topk, batchtopk, jumprelu, matryoshka_batchtopk, transcoder (--target), trained by
gradients side by side from one pass; kmeans, spherical_kmeans, pca_kmeans, pca, ica, nmf, fitted to --fit-rows rows
in memory. --kind takes the settings of the kind (a wrong one is answered with the list), and name, seed,
learningRate, warmup, decayFrom, sparsityWarmup, unitDecoder, clip, deadAfter, normalize and resample (steps).
--plan FILE has the same as JSON: {"dictionaries": [{"config": {"architecture": "topk", "k": 32}}]}.

For each dictionary a folder that SAELens opens is written, and beside them history.jsonl and curves.html.
Figures are of training batches; touchstone dict eval measures a dictionary. Stopped at any moment, the same
command goes on and ends with the same bytes.`;

/** Adds the subcommand; `work` trains. */
export function registerDictTrain(
  dict: Command,
  perform: Perform,
  work: Work<DictTrainOptions>,
): void {
  const command = dict
    .command('train')
    .description('fit dictionaries to activations, several from one pass')
    .option('--activations <folder>', 'activations from touchstone capture')
    .option('--model <model>', 'or a model whose activations are taken on the fly, of --text')
    .option('--text <file...>', 'text or .jsonl files; - reads standard input', listed)
    .option('--read <hook>', 'hook point that is encoded')
    .option('--target <hook>', 'hook point that is decoded, for transcoders');
  addPlanOptions(command);
  addRunOptions(command);
  addHarvestOptions(command)
    .addHelpText(
      'after',
      MORE +
        examples(
          'dict train --activations rows --kind topk:k=32,d_sae=4096 --kind kmeans:d_sae=512 --out dictionaries',
          'dict train --model gpt2 --text pile.jsonl --read blocks.6.hook_resid_post --kind gated --seed 1 --seed 2 --out gated',
          'dict train --activations rows --read blocks.2.ln2.hook_normalized --target blocks.2.hook_mlp_out --kind transcoder --out mlp',
        ),
    )
    .action((given: DictTrainOptions) => perform((context) => work(given, context)));
}

function addPlanOptions(command: Command): void {
  const steps = (option: string) => wholeNumber(option, { min: 0 });
  command
    .option('--kind <kind>', 'a dictionary, such as topk:k=32,d_sae=1024; several times', listed)
    .option('--plan <file>', 'JSON file with plans of dictionaries')
    .option(
      '--latents <count>',
      'latents where no d_sae is given (default: 8 times the width)',
      wholeNumber('--latents', { min: 1 }),
    )
    .option(
      '--seed <number>',
      'seed of weights; several times for several (default: 0)',
      several(wholeNumber('--seed', { min: 0 })),
    )
    .option('--lr <rate>', 'peak learning rate (default: 3e-4)', learningRate)
    .option('--warmup <steps>', 'rise of the learning rate', steps('--warmup'))
    .option('--decay-from <step>', 'start of its fall to 0', steps('--decay-from'))
    .option('--sparsity-warmup <steps>', 'rise of the sparsity penalty', steps('--sparsity-warmup'))
    .option(
      '--resample-every <steps>',
      'revive latents that never fire (default: never)',
      wholeNumber('--resample-every', { min: 2 }),
    )
    .option(
      '--dead-after <rows>',
      'rows without firing that make a latent dead',
      wholeNumber('--dead-after', { min: 1 }),
    )
    .option('--clip <norm>', 'largest norm of a gradient', realNumber('--clip', ABOVE_0));
}

function addRunOptions(command: Command): void {
  command
    .option('--steps <count>', 'steps (default: one pass)', wholeNumber('--steps', { min: 1 }))
    .option('--batch <rows>', 'rows of a step', wholeNumber('--batch', { min: 1 }), 2048)
    .option(
      '--fit-rows <rows>',
      'most rows that kinds without gradients are fitted to',
      wholeNumber('--fit-rows', { min: 1 }),
      65_536,
    )
    .option(
      '--shuffle-seed <number>',
      'seed of the shuffling',
      wholeNumber('--shuffle-seed', { min: 0 }),
      0,
    )
    .option(
      '--checkpoint-every <steps>',
      'steps that a kill costs at most',
      wholeNumber('--checkpoint-every', { min: 1 }),
      500,
    )
    .requiredOption('--out <folder>', 'a new folder, or one to go on with')
    .option('--json', 'print JSON');
}

const ABOVE_0 = { min: 0, aboveMin: true };
const learningRate = realNumber('--lr', { ...ABOVE_0, max: 10 });
