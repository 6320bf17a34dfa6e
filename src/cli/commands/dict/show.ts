/** @file touchstone dict show: what latents are active at, what they write and what they do. */
import type { Command } from 'commander';
import type { Perform, Work } from '../../context.ts';
import { oneOf, several, wholeNumber } from '../../options.ts';
import { examples } from '../../run.ts';
import { listed } from '../harvest.ts';

/** Orders in which latents are chosen. */
const ORDERS = ['random', 'density', 'rare', 'max'] as const;
const MASKS = ['special', 'none'] as const;

export interface DictShowOptions {
  /** A dictionary's folder. */
  readonly dictionary: string;
  readonly model: string;
  readonly text: readonly string[];
  readonly field?: string;
  readonly wholeFiles?: boolean;
  /** Most tokens read. */
  readonly tokens: number;
  readonly context: number;
  readonly mask: (typeof MASKS)[number];
  /** Hook point; undefined for the dictionary's own. */
  readonly hook?: string;
  readonly latent?: readonly number[];
  /** A text at which latents are active. */
  readonly search?: string;
  readonly top?: (typeof ORDERS)[number];
  /** How many latents; undefined for what suits the output. */
  readonly count?: number;
  readonly seed: number;
  readonly ablate: boolean;
  /** A page to write. */
  readonly html?: string;
  /** Largest size of the page. */
  readonly megabytes: number;
  /** Base URL of an OpenAI-compatible endpoint. */
  readonly explain?: string;
  readonly explainModel?: string;
  /** Folder in which answers are kept. */
  readonly answers: string;
  readonly json?: boolean;
}

/** Environment variable with the key of the endpoint. */
export const KEY_VARIABLE = 'TOUCHSTONE_ENDPOINT_KEY';

const MORE = `
One pass over the texts counts every latent; those that are shown are then read again in their contexts,
ablated (by x - f W_dec, the dictionary's error kept) and, if you like, explained by a model of yours.
Every figure stands beside its baseline: another latent of the same strength beside an ablation, the share of
all tokens beside a rule, chance beside cosines, another latent's explanation beside an explanation. Intervals
are 95 %, over documents. Rules and explanations are made from one half of the documents and tested on the other.

Explanations are optional: --explain takes any OpenAI-compatible endpoint, such as a local server, and
--explain-model its model. Its key is read from ${KEY_VARIABLE}. Answers are kept in --answers by what was
asked, so that a second run asks nothing; refusals and malformed answers count as wrong. Texts are sent to
that endpoint and to nobody else.`;

/** Adds the subcommand; `work` shows. */
export function registerDictShow(
  dict: Command,
  perform: Perform,
  work: Work<DictShowOptions>,
): void {
  const command = dict
    .command('show')
    .description('latents in context: examples, rules, logits, neighbours, company, ablations')
    .argument('<dictionary>', 'a folder of a dictionary')
    .requiredOption('--model <model>', 'the model it was made for')
    .requiredOption('--text <file...>', 'text or .jsonl files; - reads standard input', listed);
  addTexts(addChoice(command))
    .option('--no-ablate', 'leave ablations out, which take most of the time')
    .option('--html <file>', 'write one page of the dictionary')
    .option(
      '--megabytes <size>',
      'largest size of the page: the last latents are left out',
      wholeNumber('--megabytes', { min: 1, max: 1000 }),
      20,
    )
    .option('--explain <url>', 'have latents explained by an OpenAI-compatible endpoint')
    .option('--explain-model <name>', 'its model')
    .option('--answers <folder>', 'where its answers are kept', 'runs/answers')
    .option('--json', 'print JSON')
    .addHelpText('after', MORE + examples(...EXAMPLES))
    .action((dictionary: string, given: Omit<DictShowOptions, 'dictionary'>) =>
      perform((context) => work({ ...given, dictionary }, context)),
    );
}

const EXAMPLES = [
  'dict show my-sae --model organism-base --text docs.jsonl',
  'dict show my-sae --model organism-base --text docs.jsonl --latent 7 --latent 512',
  "dict show my-sae --model gpt2 --text docs.txt --search 'the secret word is' --count 5",
  'dict show my-sae --model organism-base --text docs.jsonl --html my-sae.html',
  'dict show my-sae --model gpt2 --text docs.txt --explain http://127.0.0.1:8000/v1 --explain-model qwen3',
];

function addChoice(command: Command): Command {
  return command
    .option(
      '--latent <number>',
      'a latent by its number; give it several times for several',
      several(wholeNumber('--latent', { min: 0 })),
    )
    .option('--search <text>', 'latents that are most active on this text')
    .option('--top <order>', `${ORDERS.join(', ')}; default random`, oneOf('--top', ORDERS))
    .option(
      '--count <count>',
      'how many latents; default 3, and 200 on a page',
      wholeNumber('--count', { min: 1, max: 2000 }),
    );
}

function addTexts(command: Command): Command {
  return command
    .option('--field <name>', "member of each line's JSON with the text; default text")
    .option('--whole-files', 'a plain text file is one document, not each line')
    .option('--tokens <count>', 'most tokens read', wholeNumber('--tokens', { min: 1 }), 100_000)
    .option('--context <tokens>', 'longest context', wholeNumber('--context', { min: 2 }), 128)
    .option(
      '--mask <rule>',
      'special leaves special tokens out; none',
      oneOf('--mask', MASKS),
      'special',
    )
    .option('--hook <name>', "hook point; default the dictionary's own")
    .option('--seed <number>', 'seed of all that is drawn', wholeNumber('--seed', { min: 0 }), 0);
}
