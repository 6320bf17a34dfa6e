/** @file What sampling can be asked for, and its checks. */
import { badUsage, type Reporter } from '../tensor/index.ts';
import type { Choice } from './choose.ts';
import type { ModelConfig } from './config.ts';
import type { Dictionaries, Edit } from './edits.ts';
import { checkTokenIds } from './forward.ts';

export interface SampleOptions extends Choice {
  /** Samples of each prompt. Default 1. */
  readonly n?: number;
  /** Index of the first sample: samples 64..127 continue samples 0..63. Default 0. */
  readonly first?: number;
  /** Tokens sampled at the most, for all prompts or for each. Default 64. */
  readonly maxTokens?: number | readonly number[];
  /** 0 is greedy. Default 1. */
  readonly temperature?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly edits?: readonly Edit[];
  /** What edits refer to by name. */
  readonly dictionaries?: Dictionaries;
  /** Tokens that end a sample. Default: the model's end-of-sequence token. */
  readonly stop?: readonly number[];
  /** Tokens that are never sampled: their logits are minus infinity. Default: none. */
  readonly ban?: readonly number[];
  /** Numbers that are added to tokens' logits, before the temperature. Default: none. */
  readonly bias?: readonly (readonly [token: number, amount: number])[];
  /**
   * With each token of a stream goes how likely it was by the model's own distribution (edits act, temperature, bias and
   * choice do not), beside this many of the likeliest. Default: nothing of the kind.
   */
  readonly logProbabilities?: number;
  /**
   * Asked after each token that ends nothing, with all tokens of the sample so far and the number of its prompt: true
   * ends the sample there, as a stop token that is kept. A function stays in its thread, so `workers` is 0 with it.
   */
  readonly until?: (tokens: readonly number[], prompt: number) => boolean;
  /** Sequences decoded together. Default 64. */
  readonly batchSize?: number;
  /**
   * Threads that share the samples, each with the weights in programs of its own; 0: this thread alone.
   * Samples are the same. Default: as many as the device has, where the model is small and there is much to sample.
   */
  readonly workers?: number;
  readonly reporter?: Reporter;
}

/** @throws TouchstoneError naming the first option that is wrong */
export function checkOptions({
  topK = 1,
  topP = 1,
  temperature = 1,
  ...options
}: SampleOptions): void {
  const { n = 1, batchSize = 1, first = 0, seed = 0, workers = 0 } = options;
  const { logProbabilities = 0 } = options;
  const integer = (name: string, value: number, least: number) => {
    if (Number.isSafeInteger(value) && value >= least) return;
    badUsage(`${name} ${value}`, `${name} is a whole number from ${least}`);
  };
  const counts = { topK, n, batchSize };
  for (const most of [options.maxTokens ?? 1].flat()) integer('maxTokens', most, 1);
  for (const [name, value] of Object.entries(counts)) integer(name, value, 1);
  for (const [name, value] of Object.entries({ first, seed, workers, logProbabilities }))
    integer(name, value, 0);
  if (temperature !== 0 && !(temperature >= 1e-6 && temperature <= 1e6)) {
    badUsage(`temperature ${temperature}`, 'temperature is 0 (greedy), or from 1e-6 to 1e6');
  }
  if (!(topP > 0 && topP <= 1)) badUsage(`topP ${topP}`, 'topP lies above 0 and at most at 1');
}

/** Tokens that a sample of a prompt may have. */
export function limitOf({ maxTokens = 64 }: SampleOptions, prompt: number): number {
  return typeof maxTokens === 'number' ? maxTokens : maxTokens[prompt]!;
}

/** @throws TouchstoneError where limits of tokens are not one for each prompt */
function checkLimits({ maxTokens }: SampleOptions, prompts: number): void {
  if (typeof maxTokens !== 'object' || maxTokens.length === prompts) return;
  badUsage(
    `maxTokens for ${maxTokens.length} prompts, of which there are ${prompts}`,
    'give one number, or one for each prompt',
  );
}

/** @throws TouchstoneError where ids are not the model's, a bias is no number, or no token is left */
export function checkBias({ ban = [], bias = [] }: SampleOptions, config: ModelConfig): void {
  const ids = [...ban, ...bias.map(([id]) => id)];
  if (ids.length > 0) checkTokenIds(ids, config);
  const wrong = bias.find(([, amount]) => !Number.isFinite(amount));
  if (wrong) badUsage(`a bias of ${wrong[1]} for token ${wrong[0]}`, 'a bias is a finite number');
  if (new Set(ban).size < config.vocab_size) return;
  badUsage(`a ban of all ${config.vocab_size} tokens`, 'leave at least one to be sampled');
}

/** @throws TouchstoneError where a prompt is empty, too long, or has ids that the model does not */
function checkPrompt(
  config: ModelConfig,
  prompt: readonly number[],
  index: number,
  maxTokens: number,
): void {
  const longest = config.max_position_embeddings;
  if (prompt.length === 0) badUsage(`prompt ${index} is empty`, 'a prompt has at least one token');
  checkTokenIds(prompt, config);
  if (prompt.length + maxTokens > longest) {
    badUsage(
      `prompt ${index} of ${prompt.length} tokens and ${maxTokens} sampled ones exceed the model's ${longest} positions`,
      'shorten the prompt or lower maxTokens',
    );
  }
}

/** @throws TouchstoneError where prompts or their limits are wrong */
export function checkPrompts(
  config: ModelConfig,
  prompts: readonly (readonly number[])[],
  options: SampleOptions,
): void {
  checkLimits(options, prompts.length);
  prompts.forEach((prompt, i) => void checkPrompt(config, prompt, i, limitOf(options, i)));
}
