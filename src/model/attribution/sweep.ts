/** @file A sweep over places of the model: which activations are taken one by one, and how results are laid out. */
import { badUsage } from '../../tensor/index.ts';
import { type HookName, hookSizes } from '../hooks.ts';
import type { LanguageModel, Tokens } from '../languageModel.ts';
import type { Metric } from './metric.ts';
import { checkPosition, hooksOf, type PassOptions, pairedRows } from './pass.ts';

/** What is taken at once at a hook point: everything, one position, one head at all positions, or one head at one position. */
export type PatchingPer = 'layer' | 'position' | 'head' | 'headAndPosition';

/**
 * 'denoising' puts clean activations into the corrupted run: what is enough to restore the behaviour?
 * 'noising' puts corrupted ones into the clean run: what is needed for it?
 */
export type PatchingDirection = 'denoising' | 'noising';

export interface PatchingOptions extends PassOptions {
  readonly clean: Tokens;
  /** As many sequences as `clean`, of the same length. */
  readonly corrupted: Tokens;
  /** Hook points by name; 'blocks.*.hook_resid_pre' and the like name one in every layer. */
  readonly hooks: readonly string[];
  readonly per: PatchingPer;
  /** One for all pairs, or one for each. Likelihood is that of the clean sequence. */
  readonly metric: Metric | readonly Metric[];
  /** Default 'denoising'. */
  readonly direction?: PatchingDirection;
  /** Positions that take part; of patterns and scores, positions of queries. Default: all. */
  readonly positions?: readonly number[];
  /** Sequences in one run of the program. Default: as many as make 2048 tokens, at least 8. */
  readonly rowsTogether?: number;
}

/** Effects of all places, in one layout for all methods. */
export interface PatchingResult {
  readonly method: 'activationPatching' | 'attributionPatching';
  readonly direction: PatchingDirection;
  readonly per: PatchingPer;
  readonly hooks: readonly HookName[];
  readonly positions: readonly number[];
  /** Heads of every hook point, where heads are taken one by one. */
  readonly heads?: number;
  /** [pairs, hooks], then positions and then heads where they are taken one by one. */
  readonly dims: readonly number[];
  /** The metric of each pair's clean and corrupted run. */
  readonly clean: Float32Array;
  readonly corrupted: Float32Array;
  /** The metric with the place patched. */
  readonly raw: Float32Array;
  /**
   * (raw - corrupted) / (clean - corrupted): when denoising, 0 is no effect and 1 restores the clean
   * value; when noising, 1 is no effect. Not a number where clean and corrupted are equal.
   */
  readonly normalized: Float32Array;
}

/** One place: indices of the hook, of the position and of the head, undefined where all are taken. */
export interface Place {
  readonly hook: number;
  readonly position?: number;
  readonly head?: number;
}

/** The options of a sweep, checked. */
export class Sweep {
  readonly direction: PatchingDirection;
  readonly per: PatchingPer;
  readonly hooks: readonly HookName[];
  readonly positions: readonly number[];
  readonly clean: readonly (readonly number[])[];
  readonly corrupted: readonly (readonly number[])[];
  readonly rowsTogether: number;
  /** undefined where heads are not taken one by one. */
  readonly heads: number | undefined;
  readonly #method: PatchingResult['method'];

  constructor(model: LanguageModel, options: PatchingOptions, method: PatchingResult['method']) {
    this.#method = method;
    const { direction = 'denoising', per } = options;
    if (direction !== 'denoising' && direction !== 'noising')
      badUsage(`direction '${String(direction)}'`, "a direction is 'denoising' or 'noising'");
    if (!['layer', 'position', 'head', 'headAndPosition'].includes(per))
      badUsage(`per '${String(per)}'`, "per is 'layer', 'position', 'head' or 'headAndPosition'");
    [this.clean, this.corrupted] = pairedRows(
      model,
      ['clean', options.clean],
      ['corrupted', options.corrupted],
    );
    [this.direction, this.per] = [direction, per];
    this.hooks = hooksOf(options.hooks, model);
    this.heads = this.perHead ? commonHeads(this.hooks, model) : undefined;
    const length = this.clean[0]!.length;
    const positions = options.positions ?? Array.from({ length }, (_, i) => i);
    if (positions.length === 0) badUsage('no positions to patch', 'name some, or leave them out');
    this.positions = positions.map((position) => checkPosition(position, length));
    this.rowsTogether = options.rowsTogether ?? Math.max(8, Math.floor(2048 / length));
    if (!(Number.isInteger(this.rowsTogether) && this.rowsTogether > 0))
      badUsage(`rowsTogether ${this.rowsTogether}`, 'give a whole number from 1');
  }

  get perHead(): boolean {
    return this.per === 'head' || this.per === 'headAndPosition';
  }

  get perPosition(): boolean {
    return this.per === 'position' || this.per === 'headAndPosition';
  }

  /** The sequences that are patched. */
  get base(): readonly (readonly number[])[] {
    return this.direction === 'denoising' ? this.corrupted : this.clean;
  }

  /** The sequences whose activations are put in. */
  get source(): readonly (readonly number[])[] {
    return this.direction === 'denoising' ? this.clean : this.corrupted;
  }

  /** All places of a pair, in the order of the result. */
  get places(): Place[] {
    const positions = this.perPosition ? this.positions : [undefined];
    const heads = this.heads === undefined ? [undefined] : [...new Array(this.heads).keys()];
    return this.hooks.flatMap((_, hook) =>
      positions.flatMap((position) =>
        heads.map((head) => ({
          hook,
          ...(position !== undefined && { position }),
          ...(head !== undefined && { head }),
        })),
      ),
    );
  }

  /** The result of metrics of base and source runs, [pairs], and of patched ones, pair by pair in the order of `places`. */
  result(base: Float32Array, source: Float32Array, raw: Float32Array): PatchingResult {
    const [clean, corrupted] = this.direction === 'denoising' ? [source, base] : [base, source];
    return {
      method: this.#method,
      direction: this.direction,
      per: this.per,
      hooks: this.hooks,
      positions: this.positions,
      ...(this.heads !== undefined && { heads: this.heads }),
      dims: [
        clean.length,
        this.hooks.length,
        ...(this.perPosition ? [this.positions.length] : []),
        ...(this.heads === undefined ? [] : [this.heads]),
      ],
      clean,
      corrupted,
      raw,
      normalized: normalize(raw, clean, corrupted),
    };
  }
}

function normalize(raw: Float32Array, clean: Float32Array, corrupted: Float32Array): Float32Array {
  const each = raw.length / clean.length;
  return raw.map((value, i) => {
    const pair = Math.floor(i / each);
    return (value - corrupted[pair]!) / (clean[pair]! - corrupted[pair]!);
  });
}

/** Whether a hook point holds [batch, head, query, key]. */
export function isSquare(hook: HookName): boolean {
  return /hook_(attn_scores|pattern)$/.test(hook);
}

/** The number of heads that all hook points have. @throws TouchstoneError where one has none, or another number */
function commonHeads(hooks: readonly HookName[], { config }: LanguageModel): number {
  const counts = hooks.map((hook) => {
    if (isSquare(hook)) return config.num_attention_heads;
    const sizes = hookSizes(hook, config)!;
    if (sizes.length === 2) return sizes[0]!;
    return badUsage(`heads of '${hook}'`, 'it has none: use per layer or position');
  });
  const other = counts.findIndex((count) => count !== counts[0]);
  if (other >= 0)
    badUsage(
      `'${hooks[0]}' of ${counts[0]} heads and '${hooks[other]}' of ${counts[other]} in one sweep`,
      'sweep them apart',
    );
  return counts[0]!;
}

/**
 * The mean over pairs as one pair: metrics are averaged first and normalised afterwards, since a mean
 * of ratios would be ruled by pairs whose clean and corrupted values nearly agree.
 */
export function meanOverPairs(result: PatchingResult): PatchingResult {
  const [pairs, ...dims] = result.dims as [number, ...number[]];
  const mean = (data: Float32Array) => {
    const size = data.length / pairs;
    return Float32Array.from({ length: size }, (_, i) => {
      let sum = 0;
      for (let pair = 0; pair < pairs; pair++) sum += data[pair * size + i]!;
      return sum / pairs;
    });
  };
  const [raw, clean, corrupted] = [result.raw, result.clean, result.corrupted].map(mean) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const normalized = normalize(raw, clean, corrupted);
  return { ...result, dims: [1, ...dims], raw, clean, corrupted, normalized };
}
