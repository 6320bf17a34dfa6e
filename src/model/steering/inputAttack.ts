/**
 * @file The input-level rival of steering vectors: tokens put into every prompt that move a later activation as
 * far as can be, by swaps that the gradient proposes (Ebrahimi et al. 2018, "HotFlip"; Zou et al. 2023, "GCG").
 */
import {
  badUsage,
  gradients,
  input,
  multiplyDims,
  randomStream,
  type Tensor,
} from '../../tensor/index.ts';
import { EditedModel, gatherPlaces, keep, type PassOptions } from '../attribution/pass.ts';
import { partsOf } from '../families/index.ts';
import { checkHook, type HookName } from '../hooks.ts';
import type { LanguageModel, Tokens } from '../languageModel.ts';

export interface InputAttackOptions extends PassOptions {
  /** Later hook point that is to be moved. Default: the last residual stream but one quarter of the layers. */
  readonly target?: HookName;
  /** Index in every prompt before which the tokens are put. */
  readonly insertAt: number;
  /** How many tokens are put in. Default 2. */
  readonly tokens?: number;
  /** The last so many positions of the target count; the prompts have them behind the tokens put in. Default 1. */
  readonly positions?: number;
  /** Tokens that may be put in. Default: all. */
  readonly allowed?: readonly number[];
  /** Rounds of one swap each. Default 20. */
  readonly rounds?: number;
  /** Swaps that are tried in a round. Default 16. */
  readonly candidates?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly safePoint?: () => Promise<void>;
}

export interface InputAttack {
  readonly tokens: readonly number[];
  /** Sum over prompts of how far the counted positions of the target move. */
  readonly objective: number;
  readonly forwardTokens: number;
  readonly backwardTokens: number;
}

/**
 * Searches tokens, from random ones, one swap a round: the swaps of the largest first-order gain are tried, and
 * the best is kept if it is better.
 *
 * @throws TouchstoneError where a prompt or an option is wrong
 */
export async function inputAttack(
  model: LanguageModel,
  prompts: Tokens,
  options: InputAttackOptions,
): Promise<InputAttack> {
  const attack = await Attack.of(model, prompts, options);
  const { rounds = 20, candidates = 16, tokens: count = 2, seed = 0 } = options;
  const reader = randomStream(seed, 'steering').at('tokens').reader();
  const { allowed } = attack;
  let best = Array.from({ length: count }, () => allowed[reader.integer(allowed.length)]!);
  let value = (await attack.measure(best)).value;
  for (let round = 0; round < rounds; round++) {
    for (const swap of attack.swaps(best, await attack.slopes(best), candidates)) {
      const tried = await attack.measure(swap);
      if (tried.value > value) [best, value] = [swap, tried.value];
    }
    await options.safePoint?.();
  }
  const { forwardTokens, backwardTokens } = attack;
  return { tokens: best, objective: value, forwardTokens, backwardTokens };
}

interface Group {
  readonly rows: readonly (readonly number[])[];
  /** [rows * positions, d]: the target of the prompts as they are. */
  readonly base: Float32Array;
}

class Attack {
  readonly allowed: readonly number[];
  forwardTokens = 0;
  backwardTokens = 0;
  readonly #edited: EditedModel;
  readonly #groups: readonly Group[];
  readonly #target: HookName;
  readonly #insertAt: number;
  readonly #positions: number;

  private constructor(
    edited: EditedModel,
    groups: readonly Group[],
    target: HookName,
    { insertAt, positions = 1, allowed }: InputAttackOptions,
  ) {
    const { vocab_size: vocabulary } = edited.model.config;
    this.#edited = edited;
    this.#groups = groups;
    this.#target = target;
    this.#insertAt = insertAt;
    this.#positions = positions;
    this.allowed = allowed ?? Array.from({ length: vocabulary }, (_, id) => id);
  }

  static async of(
    model: LanguageModel,
    prompts: Tokens,
    options: InputAttackOptions,
  ): Promise<Attack> {
    const { config } = model;
    const last = Math.max(0, Math.ceil((3 * config.num_hidden_layers) / 4) - 1);
    const target = checkHook(options.target ?? `blocks.${last}.hook_resid_post`, config);
    const rows = model.encode(prompts);
    checkOptions(options, Math.min(...rows.map(({ length }) => length)));
    const { insertAt, positions = 1, edits, dictionaries } = options;
    const pass = { ...(edits && { edits }), ...(dictionaries && { dictionaries }) };
    const groups: Group[] = [];
    for (const length of new Set(rows.map((row) => row.length))) {
      const own = rows.filter((row) => row.length === length);
      if (insertAt + positions > length) {
        badUsage(`a prompt of ${length} tokens`, `it needs ${insertAt + positions} or more`);
      }
      const { activations } = await model.run(own, { ...pass, read: [target], logits: false });
      const { dims, data } = activations[target]!;
      groups.push({ rows: own, base: lastPositions(data, dims, positions) });
    }
    return new Attack(new EditedModel(model, pass), groups, target, options);
  }

  /** The objective with tokens put in. */
  async measure(tokens: readonly number[]): Promise<{ value: number }> {
    let value = 0;
    for (const group of this.#groups) {
      const out = await this.#run('value', tokens, group);
      value += (out.value!.data as Float32Array)[0]!;
    }
    return { value };
  }

  /** Gradient of the objective by the embedding of each token put in, summed over prompts: [tokens, d]. */
  async slopes(tokens: readonly number[]): Promise<Float32Array> {
    const d = this.#edited.model.config.hidden_size;
    const sum = new Float32Array(tokens.length * d);
    for (const group of this.#groups) {
      const { data } = (await this.#run('slope', tokens, group)).slope!;
      const length = group.rows[0]!.length + tokens.length;
      for (let row = 0; row < group.rows.length; row++) {
        const start = (row * length + this.#insertAt) * d;
        for (let i = 0; i < sum.length; i++) {
          sum[i] = sum[i]! + (data as Float32Array)[start + i]!;
        }
      }
      this.backwardTokens += group.rows.length * length;
    }
    return sum;
  }

  /** The swaps of one token of the largest first-order gain, largest first. */
  swaps(tokens: readonly number[], slopes: Float32Array, count: number): number[][] {
    const { config, weights } = this.#edited.model;
    const { data } = weights.named.get(`${partsOf(config).embed.name}.weight`)!;
    const d = config.hidden_size;
    const along = (id: number, slot: number) => {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += data[id * d + i]! * slopes[slot * d + i]!;
      return sum;
    };
    const gains = tokens.flatMap((current, slot) => {
      const own = along(current, slot);
      return this.allowed
        .filter((id) => id !== current)
        .map((id) => ({ slot, id, gain: along(id, slot) - own }));
    });
    gains.sort((a, b) => b.gain - a.gain);
    return gains.slice(0, count).map(({ slot, id }) => tokens.with(slot, id));
  }

  async #run(what: 'value' | 'slope', tokens: readonly number[], { rows, base }: Group) {
    const [count, d] = [this.#positions, this.#edited.model.config.hidden_size];
    const { runtime } = this.#edited.model;
    const put = rows.map((row) => row.toSpliced(this.#insertAt, 0, ...tokens));
    const length = put[0]!.length;
    const places = BigInt64Array.from({ length: rows.length * count }, (_, i) =>
      BigInt(Math.floor(i / count) * length + length - count + (i % count)),
    );
    const feeds = {
      'attack.places': runtime.tensor('int64', places, [places.length]),
      'attack.base': runtime.tensor('float32', base, [places.length, d]),
    };
    this.forwardTokens += rows.length * length;
    const key = `attack:${what}:${this.#target}:${count}`;
    return this.#edited.run<string>(key, () => this.#graph(what), put, feeds);
  }

  #graph(what: 'value' | 'slope'): Record<string, Tensor> {
    const pass = this.#edited.graph(
      new Map([
        ['hook_embed', keep],
        [this.#target, keep],
      ]),
    );
    const count = multiplyDims(['batch', this.#positions]);
    const z = gatherPlaces(pass.values.get(this.#target)!, 'attack.places', String(count));
    const squares = z
      .sub(input('attack.base', 'float32', z.shape))
      .square()
      .sum(1);
    const value = squares.reshape('batch', this.#positions).sum(1).add(1e-12).sqrt().sum();
    if (what === 'value') return { value };
    return { slope: gradients(value, [pass.values.get('hook_embed')!])[0]! };
  }
}

/** [rows * positions, d] of [rows, seq, d]: the last positions of each. */
function lastPositions(
  data: Float32Array,
  [rows, seq, d]: readonly number[],
  positions: number,
): Float32Array {
  const out = new Float32Array(rows! * positions * d!);
  for (let row = 0; row < rows!; row++) {
    const end = (row + 1) * seq! * d!;
    out.set(data.subarray(end - positions * d!, end), row * positions * d!);
  }
  return out;
}

function checkOptions(options: InputAttackOptions, shortest: number): void {
  const { insertAt, tokens = 2, positions = 1, rounds = 20, candidates = 16 } = options;
  if (!(Number.isSafeInteger(insertAt) && insertAt >= 0 && insertAt <= shortest - positions)) {
    badUsage(`tokens put in at ${insertAt}`, `give an index from 0 to ${shortest - positions}`);
  }
  for (const [name, value] of Object.entries({ tokens, positions, rounds, candidates })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    badUsage(`${name} ${value}`, 'it is a whole number from 1');
  }
}
