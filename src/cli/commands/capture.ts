/** @file touchstone capture: activations of a model, written to a folder of shards. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { oneOf, wholeNumber } from '../options.ts';
import { examples } from '../run.ts';
import { addHarvestOptions, type HarvestSettings, listed } from './harvest.ts';

export interface CaptureOptions extends HarvestSettings {
  readonly model: string;
  /** Hook points. */
  readonly read: readonly string[];
  readonly dtype: 'f32' | 'f16';
  /** Rows of a shard. */
  readonly shard: number;
  /** Seed of the shuffling. */
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
}

const MORE = `
Rows are shuffled across documents: contexts are read in random order, and the rows in the buffer are
shuffled among each other. With each row its token, position, context and document are kept. Values of heads
([head, d_head]) lie one after another in a row. Memory: the model, 12 bytes a token of text, and buffer
plus shard rows of all hook points in float32. Stopped at any moment, the same command goes on.`;

/** Adds the command; `work` captures. */
export function registerCapture(
  program: Command,
  perform: Perform,
  work: Work<CaptureOptions>,
): void {
  const command = program
    .command('capture')
    .summary('activations of a model, written to a folder')
    .description('Runs a model over texts and writes its activations as shuffled shards of rows.')
    .argument('<model>', 'a folder, a .gguf file, a model of the hub, or organism:NAME[@SEED]')
    .requiredOption('--text <file...>', 'text or .jsonl files; - reads standard input', listed)
    .requiredOption('--read <hook...>', 'hook points, such as blocks.3.hook_resid_post', listed)
    .requiredOption('--out <folder>', 'a new folder, or one to go on with');
  addHarvestOptions(command)
    .option('--dtype <type>', 'f32, or f16 at half the size', oneOf('--dtype', DTYPES), 'f32')
    .option('--shard <rows>', 'rows of a shard', wholeNumber('--shard', { min: 1 }), 32_768)
    .option('--seed <number>', 'seed of the shuffling', wholeNumber('--seed', { min: 0 }), 0)
    .option('--json', 'print the manifest')
    .addHelpText(
      'after',
      MORE +
        examples(
          'capture organism-base --text docs.txt --read blocks.3.hook_resid_post --out rows',
          'capture gpt2 --text pile.jsonl --read blocks.6.hook_resid_post --dtype f16 --out rows',
          'capture ./my-model --text a.txt b.txt --read blocks.2.hook_mlp_out ln_final.hook_normalized --out rows',
        ),
    )
    .action((model: string, given: Omit<CaptureOptions, 'model'>) =>
      perform((context) => work({ ...given, model }, context)),
    );
}

const DTYPES = ['f32', 'f16'] as const;
