/**
 * @file The logit lens: what the model would predict if a residual were its last (nostalgebraist 2020).
 * Distributions are reduced in the graph; none leaves it unless it is asked for.
 */
import { badUsage, concat, type HostTensor, input, type Tensor } from '../../tensor/index.ts';
import { partsOf } from '../families/index.ts';
import { checkTokenIds } from '../forward.ts';
import { type HookName, hookSizes } from '../hooks.ts';
import type { Activation, LanguageModel, Tokens } from '../languageModel.ts';
import { norm } from '../layers.ts';
import {
  checkPosition,
  EditedModel,
  type Feeds,
  gatherPlaces,
  hooksOf,
  keep,
  type Pass,
  type PassOptions,
} from './pass.ts';

export interface LogitLensOptions extends PassOptions {
  /** Hook points as wide as the residual. Default: the residual before the first layer and after each. */
  readonly hooks?: readonly string[];
  /** Default: all. Memory grows with positions x vocabulary. */
  readonly positions?: readonly number[];
  /** Default 5. */
  readonly topK?: number;
  /** Token ids whose rank and probability are wanted. */
  readonly tokens?: readonly number[];
  /** Whether to return all logits. Default false. */
  readonly logits?: boolean;
}

export interface LogitLens {
  readonly hooks: readonly HookName[];
  readonly positions: readonly number[];
  /** [hooks, sequences, positions]: the first sizes of all that follows. */
  readonly dims: readonly [number, number, number];
  readonly topK: number;
  /** [..., topK]: likeliest first. */
  readonly topTokens: Int32Array;
  readonly topProbabilities: Float32Array;
  /** Kullback-Leibler divergence of the lens's distribution from the model's own at the same position, in nats. */
  readonly divergence: Float32Array;
  /** Token ids of the ranks, where they were asked for. */
  readonly tokens: readonly number[];
  /** [..., tokens]: how many tokens are likelier; 0 is the likeliest. */
  readonly ranks: Int32Array;
  /** [..., tokens], in nats. */
  readonly logProbabilities: Float32Array;
  /** [hooks, sequences, positions, vocabulary]. */
  readonly logits?: Activation;
}

/**
 * Passes residuals through the final norm, with a scale of their own, and the unembedding.
 *
 * @throws TouchstoneError where hook points, positions, tokens or edits do not fit the model
 */
export async function logitLens(
  model: LanguageModel,
  tokens: Tokens,
  options: LogitLensOptions = {},
): Promise<LogitLens> {
  const rows = model.rows(tokens);
  const edited = new EditedModel(model, options);
  const lens = new Lens(model, rows[0]!.length, options);
  const build = () =>
    lens.graph(edited.graph(new Map(lens.hooks.map((hook) => [hook, keep]))), model);
  const out = await edited.run<string>(lens.key, build, rows, lens.feeds(model, rows.length));
  return lens.result(out, rows.length);
}

/** The options of a lens, checked. */
class Lens {
  readonly hooks: readonly HookName[];
  readonly #positions: readonly number[];
  readonly #length: number;
  readonly #topK: number;
  readonly #tokens: readonly number[];
  readonly #wantLogits: boolean;

  constructor(model: LanguageModel, length: number, options: LogitLensOptions) {
    const { config } = model;
    const residuals = ['blocks.0.hook_resid_pre', 'blocks.*.hook_resid_post'];
    this.hooks = hooksOf(options.hooks ?? residuals, model);
    const narrow = this.hooks.find((hook) => {
      const sizes = hookSizes(hook, config);
      return sizes?.length !== 1 || sizes[0] !== config.hidden_size;
    });
    if (narrow) badUsage(`logit lens at '${narrow}'`, `it reads vectors of ${config.hidden_size}`);
    const positions = options.positions ?? Array.from({ length }, (_, i) => i);
    if (positions.length === 0) badUsage('no positions to read', 'name some, or leave them out');
    this.#positions = positions.map((position) => checkPosition(position, length));
    this.#length = length;
    this.#topK = options.topK ?? 5;
    if (!(Number.isInteger(this.#topK) && this.#topK > 0 && this.#topK <= config.vocab_size))
      badUsage(`topK ${this.#topK}`, `give a whole number from 1 to ${config.vocab_size}`);
    this.#tokens = options.tokens ?? [];
    checkTokenIds(this.#tokens, config);
    this.#wantLogits = options.logits ?? false;
  }

  get key(): string {
    return `lens:${this.#topK}:${this.#tokens.length}:${this.#wantLogits}:${this.hooks}`;
  }

  feeds({ runtime }: LanguageModel, rows: number): Feeds {
    const int64 = (values: readonly number[]) =>
      runtime.tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
    const places = Array.from({ length: rows }, (_, row) =>
      this.#positions.map((position) => row * this.#length + position),
    ).flat();
    return { 'lens.place': int64(places), 'lens.tokens': int64(this.#tokens) };
  }

  graph(pass: Pass, model: LanguageModel): Record<string, Tensor> {
    const final = pass.logits(gatherPlaces(pass.final, 'lens.place', 'places')).logSoftmax();
    const views = this.hooks.map((hook) => {
      const residual = gatherPlaces(pass.values.get(hook)!, 'lens.place', 'places');
      return this.#view(pass.logits(finalNorm(pass, model, residual)), final);
    });
    const names = Object.keys(views[0]!);
    const stacked = (name: string) =>
      concat(
        views.map((view) => view[name]!).map((x) => x.reshape(1, ...x.shape)),
        0,
      );
    return Object.fromEntries(names.map((name) => [name, stacked(name)]));
  }

  /** What is kept of the logits [places, vocabulary] of one hook point. */
  #view(logits: Tensor, final: Tensor): Record<string, Tensor> {
    const logs = logits.logSoftmax();
    const top = logs.topK(this.#topK);
    const view: Record<string, Tensor> = {
      'top.tokens': top.indices,
      'top.probabilities': top.values.exp(),
      divergence: final.exp().mul(final.sub(logs)).sum(-1),
      ...(this.#wantLogits && { logits }),
    };
    const count = this.#tokens.length;
    if (count === 0) return view;
    const tokens = input('lens.tokens', 'int64', [count]).broadcastTo('places', count);
    const chosen = logs.gatherLast(tokens);
    const rank = (one: Tensor) => logs.greater(one).cast('int64').sum(-1, true);
    const ranks = chosen.split(-1, new Array(count).fill(1)).map(rank);
    return { ...view, 'token.logs': chosen, 'token.ranks': concat(ranks, -1) };
  }

  result(out: Record<string, HostTensor>, rows: number): LogitLens {
    const floats = (name: string) => (out[name]?.data as Float32Array) ?? new Float32Array(0);
    const integers = (name: string) =>
      Int32Array.from((out[name]?.data as BigInt64Array) ?? [], Number);
    const dims = [this.hooks.length, rows, this.#positions.length] as const;
    return {
      hooks: this.hooks,
      positions: this.#positions,
      dims,
      topK: this.#topK,
      topTokens: integers('top.tokens'),
      topProbabilities: floats('top.probabilities'),
      divergence: floats('divergence'),
      tokens: this.#tokens,
      ranks: integers('token.ranks'),
      logProbabilities: floats('token.logs'),
      ...(out.logits && {
        logits: { dims: [...dims, out.logits.dims.at(-1)!], data: floats('logits') },
      }),
    };
  }
}

/** The final norm of residuals, outside the pass: its hook points see nothing of it. */
export function finalNorm(
  { parameters, inputs }: Pick<Pass, 'parameters' | 'inputs'>,
  { config }: LanguageModel,
  residual: Tensor,
): Tensor {
  const hooks = { at: (_: HookName, value: Tensor) => value, wants: () => false };
  const context = { config, parameters, hooks, inputs, layer: config.num_hidden_layers };
  return norm(context, partsOf(config).final, 'ln_final', residual);
}
