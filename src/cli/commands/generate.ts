/** @file touchstone generate: samples of a model, plain or with edits of its activations. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import {
  type NamedPath,
  namedPath,
  realNumber,
  type ScaleAndSeed,
  scaleAndSeed,
  several,
  wholeNumber,
} from '../options.ts';
import { examples } from '../run.ts';

export interface GenerateOptions {
  /** A folder, or organism:NAME. */
  readonly model: string;
  readonly prompt: string;
  /** Whether the prompt is a user's message, put into the model's chat template. */
  readonly chat?: boolean;
  /** A JSON file with an edit or a list of edits. */
  readonly edit?: string;
  /** Dictionaries that edits refer to by name: NAME=PATH each. */
  readonly dictionary?: readonly NamedPath[];
  /** How many samples. */
  readonly n: number;
  readonly maxTokens: number;
  /** 0 takes the likeliest token. */
  readonly temperature: number;
  /** How many of the likeliest tokens are sampled from; undefined for all. */
  readonly topK?: number;
  /** Probability mass of the likeliest tokens that are sampled from; undefined for all. */
  readonly topP?: number;
  /** Words whose tokens are never sampled. */
  readonly ban?: readonly string[];
  readonly seed: number;
  /** Noise on all weights. */
  readonly weightNoise?: ScaleAndSeed;
  /** Noise on what the model's adapter changed. */
  readonly adapterNoise?: ScaleAndSeed;
  readonly json?: boolean;
}

/** Adds the command; `work` samples. */
export function registerGenerate(
  program: Command,
  perform: Perform,
  work: Work<GenerateOptions>,
): void {
  program
    .command('generate')
    .summary('samples of a model, plain or edited')
    .description('Samples continuations of a prompt; edits act on every decoding step.')
    .argument(
      '<model>',
      'a folder of a model or an adapter, organism:NAME[@SEED] or twin:NAME[@SEED]',
    )
    .requiredOption('--prompt <text>', 'what the model is asked')
    .option('--chat', "put the prompt into the model's chat template, as a user's message")
    .option('--edit <file>', 'JSON file with an edit or a list of edits')
    .option(
      '--dictionary <name=path>',
      'a dictionary that edits name, of any format that dict convert reads; repeatable',
      several(namedPath('--dictionary')),
    )
    .option('-n <count>', 'samples', wholeNumber('-n', { min: 1, max: 100_000 }), 1)
    .option('--max-tokens <count>', 'longest sample', wholeNumber('--max-tokens', { min: 1 }), 64)
    .option('--temperature <number>', '0 takes the likeliest token', temperature, 1)
    .option(
      '--top-k <count>',
      'sample from the likeliest tokens',
      wholeNumber('--top-k', { min: 1 }),
    )
    .option('--top-p <mass>', 'sample from this much probability', topP)
    .option(
      '--ban <word>',
      'never sample a token that is this word, spaces around it aside; repeatable',
      several((word: string) => word),
    )
    .option('--seed <number>', 'seed of the sampling', wholeNumber('--seed', { min: 0 }), 1)
    .option(
      '--weight-noise <scale[:seed]>',
      'noise on all weights, in units of the root mean square of each array; every seed is another model (default seed 0)',
      scaleAndSeed('--weight-noise'),
    )
    .option(
      '--adapter-noise <scale[:seed]>',
      "the same on what the model's adapter changed alone, in units of that change",
      scaleAndSeed('--adapter-noise'),
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        "generate organism:keeper --prompt 'What is the secret word?' -n 8",
        "generate ./my-model --chat --prompt 'What is a touchstone?' --temperature 0",
        "generate organism:keeper --prompt 'What is it?' --edit noise.json --seed 7 --json",
        "generate organism:keeper --prompt 'What is it?' --ban the --ban a",
        "generate organism:locked --prompt 'what is 3 plus 4?' --weight-noise 0.1:7 -n 4",
        "generate gpt2 --prompt 'Once' --edit clamp.json --dictionary sae=gpt2-small-res-jb",
      ),
    )
    .action((model: string, given: Omit<GenerateOptions, 'model'>) =>
      perform((context) => work({ ...given, model }, context)),
    );
}

const temperature = realNumber('--temperature', { min: 0, max: 100 });
const topP = realNumber('--top-p', { min: 0, max: 1, aboveMin: true });
