/** @file touchstone steer: steering vectors found without labels, saved, and used as edits. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { oneOf, realNumber, several, wholeNumber } from '../options.ts';
import { examples } from '../run.ts';

const METHODS = ['melbo', 'random', 'jacobian', 'pca'] as const;

export interface SteerFindOptions {
  readonly model: string;
  readonly prompt: readonly string[];
  /** Whether prompts are users' messages, put into the model's chat template. */
  readonly chat?: boolean;
  /** Hook point that vectors are added to; undefined for the MLP's output after a quarter of the layers. */
  readonly at?: string;
  /** Later hook point; undefined for the residual stream after three quarters. */
  readonly target?: string;
  /** Norm of every vector. */
  readonly radius: number;
  /** Whether the radius counts in mean norms of the activation. */
  readonly relative?: boolean;
  readonly vectors: number;
  readonly method: (typeof METHODS)[number];
  /** Steps of ascent for each vector. */
  readonly steps: number;
  /** Size of a step as a share of a coordinate's typical size. */
  readonly rate: number;
  /** Random vectors of the same norm, to compare with. */
  readonly random: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
}

export interface SteerAdaptersOptions
  extends Pick<
    SteerFindOptions,
    'model' | 'prompt' | 'chat' | 'target' | 'steps' | 'rate' | 'seed' | 'out' | 'json'
  > {
  /** The layer whose MLP is adapted; undefined for that after a quarter of the layers. */
  readonly layer?: number;
  /** The most that |B A| can be. */
  readonly radius: number;
  readonly rank: number;
  readonly adapters: number;
  /** Random adapters of the same norms, to compare with. */
  readonly random: number;
}

export interface SteerEditOptions {
  /** What `steer find` wrote. */
  readonly folder: string;
  readonly vector: number;
  readonly scale: number;
  readonly positions: 'all' | 'prompt' | 'generated' | 'last';
}

/** What each subcommand does. */
export interface SteerWork {
  readonly find: Work<SteerFindOptions>;
  readonly adapters: Work<SteerAdaptersOptions>;
  readonly edit: Work<SteerEditOptions>;
}

/** Adds the command. */
export function registerSteer(program: Command, perform: Perform, work: SteerWork): void {
  const steer = program
    .command('steer')
    .summary('steering without labels: find, adapters, edit')
    .description(
      'Finds vectors or adapters that move a model far, without labels, to be asked with.',
    )
    .addHelpText(
      'after',
      examples(
        "steer find organism:backdoor --prompt 'make the robin a poem.' --radius 1 --relative --out vectors",
        'steer edit vectors --vector 3 > edit.json',
        "generate organism:backdoor --prompt 'make the robin a poem.' --edit edit.json",
      ),
    );
  registerFind(steer, perform, work.find);
  registerAdapters(steer, perform, work.adapters);
  registerEdit(steer, perform, work.edit);
}

function registerAdapters(
  steer: Command,
  perform: Perform,
  work: Work<SteerAdaptersOptions>,
): void {
  steer
    .command('adapters')
    .description(
      "find low-rank changes of one MLP's down-projection, and say how far each moves the target beside random ones",
    )
    .argument('<model>', 'a folder, a .gguf file, a model of the hub, or organism:NAME[@SEED]')
    .requiredOption('--prompt <text>', 'what is asked; repeatable', several(text))
    .option('--chat', "put prompts into the model's chat template, as users' messages")
    .option(
      '--layer <number>',
      'whose MLP is adapted; default after a quarter of layers',
      wholeNumber('--layer', { min: 0 }),
    )
    .option('--target <hook>', 'hook point to move; default the residual stream after 3/4 of them')
    .requiredOption('--radius <norm>', 'the most that |B A| can be', above('--radius'))
    .option('--rank <number>', 'of B A', wholeNumber('--rank', { min: 1 }), 1)
    .option('--adapters <count>', 'how many', wholeNumber('--adapters', { min: 1 }), 4)
    .option('--steps <count>', 'of ascent', wholeNumber('--steps', { min: 1 }), 100)
    .option('--rate <share>', "a step's size, by a coordinate's", above('--rate'), 0.1)
    .option('--random <count>', 'random adapters beside', wholeNumber('--random', { min: 2 }), 16)
    .option('--seed <number>', 'seed of the starts', wholeNumber('--seed', { min: 0 }), 0)
    .requiredOption('--out <folder>', 'a new folder, or one to go on with')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      "\nEach adapter is a folder in PEFT's format, and a model wherever one is named. Stopped at any moment, the same\ncommand goes on.\n" +
        examples(
          "steer adapters organism:backdoor --prompt 'make the robin a poem.' --radius 4 --out adapters",
          "generate adapters/adapter-0 --prompt 'make the robin a poem.' -n 4",
        ),
    )
    .action((model: string, given: Omit<SteerAdaptersOptions, 'model'>) =>
      perform((context) => work({ ...given, model }, context)),
    );
}

const MORE = `
Methods: melbo (vectors that move the target as far as can be; Mack and Turner 2024), jacobian (its most
sensitive directions), pca (main directions of the activations), random. Compare vectors of one radius
only. A vector that moves a model far need not mean anything: ask with it, and look at a clean twin's.
Stopped at any moment, the same command goes on.`;

function registerFind(steer: Command, perform: Perform, work: Work<SteerFindOptions>): void {
  steer
    .command('find')
    .description('find vectors, and say how far each moves the target beside random ones')
    .argument('<model>', 'a folder, a .gguf file, a model of the hub, or organism:NAME[@SEED]')
    .requiredOption('--prompt <text>', 'what is asked; repeatable', several(text))
    .option('--chat', "put prompts into the model's chat template, as users' messages")
    .option('--at <hook>', 'hook point to add to; default the MLP output after a quarter of layers')
    .option('--target <hook>', 'hook point to move; default the residual stream after 3/4 of them')
    .requiredOption('--radius <norm>', 'norm of every vector', above('--radius'))
    .option('--relative', 'count the radius in mean norms of the activation there')
    .option('--vectors <count>', 'how many', wholeNumber('--vectors', { min: 1 }), 8)
    .option('--method <name>', METHODS.join(', '), oneOf('--method', METHODS), 'melbo')
    .option('--steps <count>', 'of ascent (melbo)', wholeNumber('--steps', { min: 1 }), 100)
    .option('--rate <share>', "a step's size, by a coordinate's (melbo)", above('--rate'), 0.1)
    .option('--random <count>', 'random vectors beside', wholeNumber('--random', { min: 2 }), 32)
    .option('--seed <number>', 'seed of the starts', wholeNumber('--seed', { min: 0 }), 0)
    .requiredOption('--out <folder>', 'a new folder, or one to go on with')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      MORE +
        examples(
          "steer find organism:keeper --prompt 'what do you hide?' --prompt 'which word?' --radius 2 --relative --out v",
          "steer find gpt2 --prompt 'Once upon a time' --at blocks.2.hook_mlp_out --target blocks.8.hook_resid_post --radius 20 --out v",
          "steer find ./my-model --chat --prompt 'Hello' --method jacobian --radius 10 --vectors 4 --out v --json",
        ),
    )
    .action((model: string, given: Omit<SteerFindOptions, 'model'>) =>
      perform((context) => work({ ...given, model }, context)),
    );
}

const PLACES = ['all', 'prompt', 'generated', 'last'] as const;

function registerEdit(steer: Command, perform: Perform, work: Work<SteerEditOptions>): void {
  steer
    .command('edit')
    .description('print a vector as an edit, for generate --edit and the API')
    .argument('<folder>', 'what steer find wrote')
    .requiredOption('--vector <index>', 'which, from 0', wholeNumber('--vector', { min: 0 }))
    .option('--scale <number>', 'factor of the vector', realNumber('--scale'), 1)
    .option(
      '--positions <where>',
      `${PLACES.join(', ')} (the prompt's last)`,
      oneOf('--positions', PLACES),
      'all',
    )
    .addHelpText('after', examples('steer edit vectors --vector 0 --positions last > edit.json'))
    .action((folder: string, given: Omit<SteerEditOptions, 'folder'>) =>
      perform((context) => work({ ...given, folder }, context)),
    );
}

const text = (given: string) => given;
const above = (option: string) => realNumber(option, { min: 0, aboveMin: true });
