/** @file A language model that can be opened, read, edited, sampled, trained and saved. */
import {
  badUsage,
  compile,
  type HostTensor,
  type Runtime,
  randomStream,
  type Tensor,
} from '../tensor/index.ts';
import type { ModelConfig } from './config.ts';
import {
  bindEdits,
  type Dictionaries,
  type Edit,
  editFeeds,
  type Span,
  wholeSpan,
} from './edits.ts';
import { folded } from './folding.ts';
import {
  causalMask,
  checkTokenIds,
  forwardGraph,
  positionTensor,
  ropeFeeds,
  sequenceInputs,
  tokenTensor,
} from './forward.ts';
import { checkHook, type HookName, type HookText } from './hooks.ts';
import type { Lora } from './lora.ts';
import { Programs, type Runnable } from './programs.ts';
import { type Activation, RunResult } from './runResult.ts';
import { type Sample, type SampleOptions, sample } from './sampling.ts';
import { scoreSequences } from './scoring.ts';
import { dismissModel, forgetModel } from './threads/crew.ts';
import type { Tokenizer } from './tokenizer.ts';
import { Weights } from './weights.ts';

/** Text, or token ids; one sequence or several of equal length. */
export type Tokens =
  | string
  | readonly number[]
  | readonly string[]
  | readonly (readonly number[])[];

export { type Activation, RunResult };

export interface RunOptions<Name extends string = string> {
  /** Hook points to read. */
  readonly read?: readonly HookText<Name>[];
  readonly edits?: readonly Edit[];
  /** What edits refer to by name. */
  readonly dictionaries?: Dictionaries;
  /** How many tokens of each sequence are its prompt, for edits. Default: all. */
  readonly promptLength?: number | readonly number[];
  /** Whether to return logits. Default true. */
  readonly logits?: boolean;
}

/** How a program is compiled. */
export interface ProgramOptions {
  /** Whether it holds a copy of the weights: faster products, whose sums depend on nothing else. */
  readonly baked: boolean;
  /** Inputs that never change. */
  readonly constants?: Readonly<Record<string, HostTensor>>;
  /** Default: the device's. */
  readonly threads?: number;
  /**
   * Whether memory for all activations of a shape is laid out as one block, beside what was taken before. A
   * little faster where passes are short; where results are large, more memory. Default true.
   */
  readonly plansMemory?: boolean;
}

export class LanguageModel {
  readonly config: ModelConfig;
  readonly weights: Weights;
  readonly tokenizer: Tokenizer | undefined;
  readonly runtime: Runtime;
  /** Weights as feeds, shared by all programs. */
  readonly feeds: Readonly<Record<string, HostTensor>>;
  #ropes: { readonly reach: number; readonly feeds: Record<string, HostTensor> } | undefined;
  readonly #programs: Programs;

  /** @param options `programs`: how many are kept compiled */
  constructor(
    config: ModelConfig,
    weights: Weights,
    runtime: Runtime,
    tokenizer?: Tokenizer,
    options: { readonly programs?: number } = {},
  ) {
    this.config = config;
    this.weights = weights;
    this.tokenizer = tokenizer;
    this.runtime = runtime;
    this.feeds = Object.fromEntries(weights.feeds(runtime));
    this.#programs = new Programs(options.programs);
  }

  /** A model with fresh weights. */
  static create(
    config: ModelConfig,
    runtime: Runtime,
    options: { seed?: number; tokenizer?: Tokenizer } = {},
  ): LanguageModel {
    const stream = randomStream(options.seed ?? 0, 'init');
    const weights = new Weights(config).initialize(stream);
    return new LanguageModel(config, weights, runtime, options.tokenizer);
  }

  /** The same model with adapters merged into a copy of its weights. */
  withMerged(lora: Lora): LanguageModel {
    const weights = this.weights.clone();
    lora.mergeInto(weights);
    return new LanguageModel(this.config, weights, this.runtime, this.tokenizer);
  }

  /**
   * The same model with its weights folded ({@link folded}), as TransformerLens processes them: other activations,
   * the same probabilities. It can be read, edited and sampled; what is saved is the model as it was opened.
   */
  fold(): LanguageModel {
    if (this.config.architecture.folded) return this;
    const { config, weights } = folded(this.config, this.weights);
    return new LanguageModel(config, weights, this.runtime, this.tokenizer);
  }

  /** Token ids of one or several inputs. */
  encode(tokens: Tokens): (readonly number[])[] {
    if (typeof tokens === 'string') return [this.#ids(tokens)];
    if (tokens.length === 0) return badUsage('no tokens to run', 'give at least one');
    if (typeof tokens[0] === 'number') return [tokens as readonly number[]];
    return (tokens as readonly (string | readonly number[])[]).map((item) =>
      typeof item === 'string' ? this.#ids(item) : item,
    );
  }

  /** Token ids of inputs that run together. @throws TouchstoneError where they cannot */
  rows(tokens: Tokens): (readonly number[])[] {
    return this.#checkRows(this.encode(tokens));
  }

  #ids(text: string): number[] {
    if (!this.tokenizer)
      return badUsage('this model has no tokenizer', 'give token ids instead of text');
    return this.tokenizer.encode(text);
  }

  /** One pass: logits and the activations that `read` names, under `edits`. */
  async run<Name extends string = string>(
    tokens: Tokens,
    options: RunOptions<Name> = {},
  ): Promise<RunResult<Name>> {
    const rows = this.rows(tokens);
    const read = (options.read ?? []).map((name) => checkHook(name, this.config));
    const edits = bindEdits(options.edits ?? [], this.config, options);
    const span = spanOf(rows, options.promptLength);
    for (const edit of edits) edit.checkPositions(span);
    const wantLogits = options.logits ?? true;
    const key = `run:${wantLogits}:${read.join(',')}:${edits.map((edit) => edit.key).join('|')}`;
    const program = this.program<string>(key, { baked: false, plansMemory: false }, () => {
      const graph = forwardGraph(this.config, sequenceInputs(this.config), read, edits);
      return {
        ...(wantLogits && { logits: graph.logits() }),
        ...Object.fromEntries(graph.taps.read),
      };
    });
    const out = await program.run({
      ...this.feeds,
      ...this.sequenceFeeds(rows),
      ...editFeeds(edits, this.runtime, span),
    });
    return this.#result(rows, read, out);
  }

  #result(
    rows: readonly (readonly number[])[],
    read: readonly HookName[],
    out: Record<string, HostTensor>,
  ): RunResult {
    const activation = ({ dims, data }: HostTensor): Activation => ({
      dims,
      data: data as Float32Array,
    });
    const activations = Object.fromEntries(read.map((name) => [name, activation(out[name]!)]));
    return new RunResult(rows, activations, out.logits && activation(out.logits));
  }

  #checkRows(rows: (readonly number[])[]): (readonly number[])[] {
    const length = rows[0]!.length;
    if (length === 0) badUsage('a sequence is empty', 'give at least one token');
    if (rows.some((row) => row.length !== length)) {
      badUsage(
        `sequences of ${rows.map((row) => row.length).join(', ')} tokens in one run`,
        'run equal lengths together',
      );
    }
    const { max_position_embeddings: longest } = this.config;
    if (length > longest)
      badUsage(`${length} tokens, but the model has ${longest} positions`, 'shorten the text');
    for (const row of rows) checkTokenIds(row, this.config);
    return rows;
  }

  /** Feeds for a pass over whole sequences of equal length. */
  sequenceFeeds(rows: readonly ArrayLike<number>[]): Record<string, HostTensor> {
    const length = rows[0]!.length;
    return {
      tokens: tokenTensor(this.runtime, rows),
      positions: positionTensor(this.runtime, rows.length, length),
      ...causalMask(this.config, this.runtime, length),
      ...this.ropeFeeds(length),
    };
  }

  /** Rotary tables for texts of up to `length` tokens; made for the longest so far. */
  ropeFeeds(length: number): Record<string, HostTensor> {
    if (!this.#ropes || this.#ropes.reach < length) {
      const reach = Math.min(2 ** Math.ceil(Math.log2(Math.max(length, 256))), this.#longest);
      this.#ropes = { reach, feeds: ropeFeeds(this.config, this.runtime, reach) };
    }
    return this.#ropes.feeds;
  }

  get #longest(): number {
    return this.config.max_position_embeddings;
  }

  /** Continuations of prompts; see {@link sample}. */
  sample(prompts: Tokens, options: SampleOptions = {}): AsyncGenerator<Sample> {
    return sample(this, this.encode(prompts), options);
  }

  /**
   * Mean negative log-likelihood in nats of the tokens after the first `from`, for each sequence.
   * Sequences may differ in length.
   */
  async negativeLogLikelihood(
    sequences: readonly (readonly number[])[],
    from: readonly number[],
  ): Promise<number[]> {
    return scoreSequences(this, sequences, from);
  }

  /**
   * A program by key: compiled on first use, kept while it is among the recently used.
   *
   * @param options `baked`: whether the weights are stored in it; `constants`: what is then stored, too
   */
  program<Name extends string = string>(
    key: string,
    { baked, constants = {}, threads, plansMemory = true }: ProgramOptions,
    build: () => Readonly<Record<Name, Tensor>>,
  ): Runnable<Name> {
    const make = () =>
      compile({
        runtime: this.runtime,
        outputs: build(),
        baked: new Map(Object.entries({ ...(baked && this.feeds), ...constants })),
        session: {
          enableMemPattern: plansMemory,
          ...(threads !== undefined && { intraOpNumThreads: threads }),
        },
      });
    return { run: (feeds) => this.#programs.run({ key, baked, compile: make }, feeds) };
  }

  /** To be called after a change of the weights: releases the programs that hold a copy of them. */
  async weightsChanged(): Promise<void> {
    forgetModel(this);
    await this.#programs.release('baked');
  }

  /** Releases all programs, and the threads that held some: to be called when the model is no longer needed. */
  async release(): Promise<void> {
    await this.#programs.release();
    await dismissModel(this);
  }
}

/** The span of one pass. @throws TouchstoneError where a prompt is longer than its sequence */
function spanOf(
  rows: readonly (readonly number[])[],
  promptLength: RunOptions['promptLength'],
): Span {
  const length = rows[0]!.length;
  const lengths =
    typeof promptLength === 'object' ? promptLength : rows.map(() => promptLength ?? length);
  const wrong = lengths.find((own) => !(Number.isInteger(own) && own >= 0 && own <= length));
  if (lengths.length !== rows.length || wrong !== undefined) {
    badUsage(
      `promptLength ${JSON.stringify(promptLength)} for ${rows.length} sequences of ${length} tokens`,
      `give a whole number from 0 to ${length}, or one for each sequence`,
    );
  }
  return wholeSpan(rows, lengths);
}
