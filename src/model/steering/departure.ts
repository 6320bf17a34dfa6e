/**
 * @file How far a perturbation moves a later activation: the objective of unsupervised steering, as a graph
 * with its gradient (Mack and Turner 2024, "Mechanistically Eliciting Latent Behaviors in Language Models").
 */
import { badUsage, gradients, type HostTensor, input, type Tensor } from '../../tensor/index.ts';
import { EditedModel, keep, type PassOptions } from '../attribution/pass.ts';
import type { Changes } from '../forward.ts';
import { checkHook, type HookName, hookNames, hookSizes } from '../hooks.ts';
import type { LanguageModel, Tokens } from '../languageModel.ts';

/** Where a perturbation acts and where what it does is measured. */
export interface DepartureOptions extends PassOptions {
  /** Hook point of width d that is perturbed, at every position. Default: the MLP's output after a quarter of the layers. */
  readonly at?: HookName;
  /** Later hook point of width d. Default: the residual stream after three quarters of the layers. */
  readonly target?: HookName;
  /** Positions of the target that count: all, or the last so many. Default 'all'. */
  readonly positions?: 'all' | number;
  /** Positions that are perturbed: all, or the last so many. Default 'all'. */
  readonly perturbed?: 'all' | number;
  /**
   * What a norm is taken over. 'features' (the formula): each token's vector. 'tokens': each feature, over the
   * tokens, as `norm(dim=1)` of a [1, tokens, features] array does in the published code. Equal at power 2.
   */
  readonly norm?: 'features' | 'tokens';
  /** The power p of each norm. Default 2. */
  readonly power?: number;
  /** The root q of a prompt's sum. Default 2. */
  readonly root?: number;
}

/** Named arrays that a perturbation is made of, and what they add. */
export interface Perturbation {
  /** Shapes of its arrays, by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** What is done at hook points, given the arrays; [1, seq, 1] is 1 where a position is perturbed, else 0. */
  changes(array: (name: string) => Tensor, where: Tensor): Changes;
  /** What of it is in the graph's structure. */
  readonly key: string;
}

export type Arrays = ReadonlyMap<string, Float32Array>;

/** The objective at some arrays. */
export interface Departed {
  /** Sum over prompts of (sum |dZ|^p)^(1/q). */
  readonly value: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** Prompts of one length, and what the target is without a perturbation. */
interface Group {
  readonly rows: readonly (readonly number[])[];
  /** [batch, seq, d]. */
  readonly base: HostTensor;
  /** [1, seq]: 1 where positions count. */
  readonly counted: HostTensor;
  /** [1, seq]: 1 where positions are perturbed. */
  readonly perturbed: HostTensor;
}

/** A model's prompts and target: tells what perturbations do there. */
export class Departure {
  readonly model: LanguageModel;
  readonly at: HookName;
  readonly target: HookName;
  readonly #edited: EditedModel;
  readonly #options: Required<Pick<DepartureOptions, 'norm' | 'power' | 'root'>>;
  readonly #groups: readonly Group[];

  private constructor(
    model: LanguageModel,
    places: { at: HookName; target: HookName },
    groups: readonly Group[],
    { norm = 'features', power = 2, root = 2, ...pass }: DepartureOptions,
  ) {
    this.model = model;
    this.at = places.at;
    this.target = places.target;
    this.#edited = new EditedModel(model, pass);
    this.#options = { norm, power, root };
    this.#groups = groups;
  }

  /**
   * Runs the prompts once, unperturbed.
   *
   * @throws TouchstoneError where a hook point, a prompt or an option is wrong
   */
  static async of(
    model: LanguageModel,
    prompts: Tokens,
    options: DepartureOptions,
  ): Promise<Departure> {
    const places = placesOf(model, options);
    checkExponents(options);
    const groups: Group[] = [];
    for (const rows of byLength(model.encode(prompts))) {
      groups.push(await groupOf(model, rows, places.target, options));
    }
    return new Departure(model, places, groups, options);
  }

  /** Width of the perturbed hook point. */
  get width(): number {
    return hookSizes(this.at, this.model.config)![0]!;
  }

  /** Tokens of each prompt. */
  get lengths(): number[] {
    return this.#groups.flatMap(({ rows }) => rows.map(({ length }) => length));
  }

  /** Tokens of all prompts: what one evaluation passes forward, and back. */
  get tokens(): number {
    return this.#groups.reduce((sum, { rows }) => sum + rows.length * rows[0]!.length, 0);
  }

  /** The objective and its gradient by the arrays. */
  async measure(perturbation: Perturbation, arrays: Arrays): Promise<Departed> {
    const names = Object.keys(perturbation.shapes);
    const sums = new Map(names.map((name) => [name, new Float32Array(arrays.get(name)!.length)]));
    let value = 0;
    for (const group of this.#groups) {
      const out = await this.#run(perturbation, arrays, group);
      value += (out.value!.data as Float32Array)[0]!;
      for (const name of names) addTo(sums.get(name)!, out[name]!.data as Float32Array);
    }
    return { value, gradients: sums };
  }

  #run(perturbation: Perturbation, arrays: Arrays, group: Group) {
    const { rows, base, counted, perturbed } = group;
    const { norm, power, root } = this.#options;
    const key = `departure:${perturbation.key}:${this.target}:${norm}:${power}:${root}`;
    const { runtime } = this.model;
    const own = Object.entries(perturbation.shapes).map(([name, shape]) => [
      `perturbation.${name}`,
      runtime.tensor('float32', arrays.get(name)!, shape),
    ]);
    const feeds = {
      ...Object.fromEntries(own),
      'target.base': base,
      'target.counted': counted,
      'perturbation.where': perturbed,
    };
    return this.#edited.run<string>(key, () => this.#graph(perturbation), rows, feeds);
  }

  #graph(perturbation: Perturbation): Record<string, Tensor> {
    const arrays = new Map(
      Object.entries(perturbation.shapes).map(([name, shape]) => [
        name,
        input(`perturbation.${name}`, 'float32', shape),
      ]),
    );
    const where = input('perturbation.where', 'float32', [1, 'seq']).reshape(1, 'seq', 1);
    const changes = new Map(perturbation.changes((name) => arrays.get(name)!, where));
    changes.set(this.target, changes.get(this.target) ?? keep);
    const z = this.#edited.graph(changes).values.get(this.target)!;
    const value = this.#objective(z);
    const of = gradients(value, [...arrays.values()]);
    return { value, ...Object.fromEntries([...arrays.keys()].map((name, i) => [name, of[i]!])) };
  }

  #objective(z: Tensor): Tensor {
    const { norm, power, root } = this.#options;
    const base = input('target.base', 'float32', z.shape);
    const counted = input('target.counted', 'float32', [1, z.shape[1]!]);
    const squares = z
      .sub(base)
      .square()
      .mul(counted.reshape(1, z.shape[1]!, 1));
    const lengths = squares.sum(norm === 'features' ? 2 : 1);
    // Where nothing differs a root has no slope.
    const powers = power === 2 ? lengths : lengths.add(1e-12).pow(power / 2);
    return powers
      .sum(1)
      .add(1e-12)
      .pow(1 / root)
      .sum();
  }
}

/** A vector that is added at positions of a hook point. */
export function vectorPerturbation(at: HookName, width: number): Perturbation {
  return {
    key: `vector at ${at}`,
    shapes: { vector: [width] },
    changes: (array, where) => new Map([[at, (x: Tensor) => x.add(where.mul(array('vector')))]]),
  };
}

function placesOf(model: LanguageModel, options: DepartureOptions) {
  const { config } = model;
  const layers = config.num_hidden_layers;
  const quarter = Math.floor(layers / 4);
  const at = checkHook(options.at ?? `blocks.${quarter}.hook_mlp_out`, config);
  const last = Math.max(quarter, Math.ceil((3 * layers) / 4) - 1);
  const target = checkHook(options.target ?? `blocks.${last}.hook_resid_post`, config);
  for (const hook of [at, target]) {
    const sizes = hookSizes(hook, config);
    if (sizes?.length === 1 && sizes[0]! > 1) continue;
    badUsage(`steering vectors at '${hook}'`, 'name a hook point with one vector a position');
  }
  const names = hookNames(config);
  if (names.indexOf(target) < names.indexOf(at)) {
    badUsage(
      `target '${target}' comes before '${at}'`,
      'a vector moves what comes behind it alone',
    );
  }
  return { at, target };
}

function checkExponents(options: DepartureOptions): void {
  const { power = 2, root = 2, positions = 'all', perturbed = 'all' } = options;
  for (const [name, value] of Object.entries({ power, root })) {
    if (!(value > 0 && Number.isFinite(value))) badUsage(`${name} ${value}`, 'it is above 0');
  }
  for (const [name, value] of Object.entries({ positions, perturbed })) {
    if (value === 'all' || (Number.isSafeInteger(value) && value >= 1)) continue;
    badUsage(`${name} ${value}`, "give 'all' or how many of the last ones");
  }
}

function byLength(rows: readonly (readonly number[])[]): (readonly number[])[][] {
  const groups = new Map<number, (readonly number[])[]>();
  for (const row of rows) groups.set(row.length, [...(groups.get(row.length) ?? []), row]);
  return [...groups.values()];
}

async function groupOf(
  model: LanguageModel,
  rows: readonly (readonly number[])[],
  target: HookName,
  { positions = 'all', perturbed = 'all', edits, dictionaries }: DepartureOptions,
): Promise<Group> {
  const pass = { ...(edits && { edits }), ...(dictionaries && { dictionaries }) };
  const { activations } = await model.run(rows, { ...pass, read: [target], logits: false });
  const { dims, data } = activations[target]!;
  const seq = dims[1]!;
  return {
    rows,
    base: model.runtime.tensor('float32', data, dims),
    counted: model.runtime.tensor('float32', lastOf(seq, positions), [1, seq]),
    perturbed: model.runtime.tensor('float32', lastOf(seq, perturbed), [1, seq]),
  };
}

/** 1 at the last positions of `length`, else 0. */
function lastOf(length: number, positions: 'all' | number): Float32Array {
  const ones = new Float32Array(length).fill(1);
  return positions === 'all' ? ones : ones.fill(0, 0, Math.max(0, length - positions));
}

function addTo(sum: Float32Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + part[i]!;
}
