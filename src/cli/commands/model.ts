/** @file touchstone model: models from the hub, and what a model is. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { examples } from '../run.ts';

export interface ModelAddOptions {
  /** ORG/NAME, or ORG/NAME@REVISION. */
  readonly id: string;
  /** A .gguf file of the repository, instead of its safetensors. */
  readonly gguf?: string;
  readonly json?: boolean;
}

export interface ModelListOptions {
  readonly json?: boolean;
}

export interface ModelRemoveOptions {
  /** ORG/NAME for all revisions, ORG/NAME@REVISION for one. */
  readonly id: string;
  readonly json?: boolean;
}

export interface ModelInspectOptions {
  readonly model: string;
  readonly json?: boolean;
}

/** What each subcommand does. */
export interface ModelWork {
  readonly add: Work<ModelAddOptions>;
  readonly list: Work<ModelListOptions>;
  readonly remove: Work<ModelRemoveOptions>;
  readonly inspect: Work<ModelInspectOptions>;
}

const ENVIRONMENT = `
Environment: HF_HOME and HF_HUB_CACHE say where the cache is (shared with Python's
huggingface_hub), HF_ENDPOINT names a mirror, HF_TOKEN opens gated models, and
HF_HUB_OFFLINE=1 forbids the network. A model that was added is opened without it.`;

/** Adds the command. */
export function registerModel(program: Command, perform: Perform, work: ModelWork): void {
  const model = program
    .command('model')
    .summary('models from the hub: add, list, remove, inspect')
    .description('Fetches models from the Hugging Face hub, and says what a model is.')
    .addHelpText(
      'after',
      examples(
        'model add EleutherAI/pythia-70m',
        'model add Qwen/Qwen3-0.6B@main',
        'model add ORG/NAME-GGUF --gguf NAME-Q8_0.gguf',
        'model list',
        'model inspect EleutherAI/pythia-70m --json',
        'model remove EleutherAI/pythia-70m',
      ) + ENVIRONMENT,
    );
  registerCache(model, perform, work);
  model
    .command('inspect')
    .description(
      'family, sizes, tokenizer and hook points with their shapes; weights are not loaded',
    )
    .argument('<model>', 'a folder, a .gguf file, a model of the hub, or organism:NAME[@SEED]')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('model inspect ./my-model', 'model inspect gpt2 --json'))
    .action((name: string, given: Omit<ModelInspectOptions, 'model'>) =>
      perform((context) => work.inspect({ ...given, model: name }, context)),
    );
}

function registerCache(model: Command, perform: Perform, work: ModelWork): void {
  const id = 'ORG/NAME, or ORG/NAME@REVISION with a branch, a tag or a commit';
  model
    .command('add')
    .description('fetch a model; stopped at any moment, the same command goes on')
    .argument('<id>', id)
    .option('--gguf <file>', 'take this .gguf file of the repository')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('model add gpt2') + ENVIRONMENT)
    .action((name: string, given: Omit<ModelAddOptions, 'id'>) =>
      perform((context) => work.add({ ...given, id: name }, context)),
    );
  model
    .command('list')
    .description('models in the cache')
    .option('--json', 'print JSON')
    .action((given: ModelListOptions) => perform((context) => work.list(given, context)));
  model
    .command('remove')
    .description('remove a model from the cache; what other revisions share stays')
    .argument('<id>', `${id}; without a revision, all of them`)
    .option('--json', 'print JSON')
    .action((name: string, given: Omit<ModelRemoveOptions, 'id'>) =>
      perform((context) => work.remove({ ...given, id: name }, context)),
    );
}
