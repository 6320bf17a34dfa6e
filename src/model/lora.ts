/** @file Low-rank adapters (Hu et al. 2021): W x + (alpha / r) B A x, trained beside frozen weights and merged into them. */
import { badInput, badUsage, nearest, type RandomStream } from '../tensor/index.ts';
import { shortName } from './adapter.ts';
import type { Weights } from './weights.ts';

export interface LoraOptions {
  /** Rank r. */
  readonly rank: number;
  /** Scale is alpha / rank. */
  readonly alpha: number;
  /** Last parts of the modules' names, as PEFT has them. Default: all products of a block. */
  readonly targets?: readonly string[];
  /** What PEFT's field of this name says; of no consequence here. */
  readonly fanInFanOut?: boolean;
}

/** Names of the modules that can be adapted: every product within a block. */
export function loraTargets({ adaptable }: Weights): string[] {
  return [...new Set([...adaptable.keys()].map(shortName))];
}

/** One adapted matrix: A [rank, in], B [out, rank]. */
export interface LoraPair {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly inputs: number;
  readonly outputs: number;
}

/** A set of adapters, by the module's name ('model.layers.0.self_attn.q_proj'). */
export class Lora {
  readonly rank: number;
  readonly alpha: number;
  readonly targets: readonly string[];
  readonly fanInFanOut: boolean;
  readonly pairs: ReadonlyMap<string, LoraPair>;

  constructor(options: LoraOptions, pairs: ReadonlyMap<string, LoraPair>) {
    this.rank = options.rank;
    this.alpha = options.alpha;
    this.targets = options.targets ?? [...new Set([...pairs.keys()].map(shortName))];
    this.fanInFanOut = options.fanInFanOut ?? false;
    this.pairs = pairs;
  }

  /** Factor of B A. */
  get scale(): number {
    return this.alpha / this.rank;
  }

  /**
   * Fresh adapters for a model: A uniform as PEFT draws it (Kaiming, a = sqrt 5), B zero, so that
   * nothing changes at first.
   *
   * @throws TouchstoneError where the rank, the scale or a target is wrong
   */
  static initialize(weights: Weights, options: LoraOptions, stream: RandomStream): Lora {
    const known = loraTargets(weights);
    checkOptions(options, known);
    const targets = options.targets ?? known;
    const pairs = new Map<string, LoraPair>();
    for (const [module, { inputs, outputs }] of weights.adaptable) {
      if (!targets.includes(shortName(module))) continue;
      pairs.set(module, freshPair(outputs, inputs, options.rank, stream.at(`${module}.weight`)));
    }
    return new Lora({ ...options, targets, fanInFanOut: weights.transposed.size > 0 }, pairs);
  }

  /** @throws TouchstoneError naming the first adapter that is for no matrix of these weights */
  checkFits(weights: Weights): void {
    for (const [module, { inputs, outputs }] of this.pairs) {
      const own = weights.adaptable.get(module);
      if (own?.outputs === outputs && own.inputs === inputs) continue;
      const found = own
        ? `the model's is [${own.outputs}, ${own.inputs}]`
        : 'the model has no such module';
      badInput(
        `the adapter of ${module} is for a [${outputs}, ${inputs}] matrix, but ${found}`,
        'was it made for another model?',
      );
    }
  }

  /** Adds scale * B A to the weights, in place. @throws TouchstoneError where they do not fit, before any change */
  mergeInto(weights: Weights): void {
    this.checkFits(weights);
    for (const [module, pair] of this.pairs) {
      const { data } = weights.named.get(`${module}.weight`)!;
      const transposed = weights.transposed.has(module);
      addProduct(data, pair, { rank: this.rank, scale: this.scale, transposed });
    }
  }

  /** The trained arrays under their graph names. */
  parameters(): Map<string, Float32Array> {
    const out = new Map<string, Float32Array>();
    for (const [module, { a, b }] of this.pairs) {
      out.set(`${module}.lora_A.weight`, a);
      out.set(`${module}.lora_B.weight`, b);
    }
    return out;
  }
}

function checkOptions({ rank, alpha, targets }: LoraOptions, known: readonly string[]): void {
  if (!Number.isSafeInteger(rank) || rank < 1)
    badUsage(`rank ${rank}`, 'a rank is a whole number from 1');
  if (!(alpha > 0 && Number.isFinite(alpha))) badUsage(`alpha ${alpha}`, 'alpha is above 0');
  if (targets?.length === 0)
    badUsage('an adapter of no modules', `name some of ${known.join(', ')}`);
  const unknown = targets?.find((target) => !known.includes(target));
  if (unknown !== undefined) {
    badUsage(`unknown module '${unknown}'`, `did you mean '${nearest(unknown, known)}'?`);
  }
}

function freshPair(outputs: number, inputs: number, rank: number, stream: RandomStream): LoraPair {
  const bound = 1 / Math.sqrt(inputs);
  const a = Float32Array.from(
    { length: rank * inputs },
    (_, i) => (stream.uniform(i) * 2 - 1) * bound,
  );
  return { a, b: new Float32Array(outputs * rank), inputs, outputs };
}

/** weight [out, in] (or [in, out]) += scale * B A, summed in float64. */
function addProduct(
  weight: Float32Array,
  { a, b, inputs, outputs }: LoraPair,
  { rank, scale, transposed }: { rank: number; scale: number; transposed: boolean },
): void {
  const row = new Float64Array(inputs);
  const [perOutput, perInput] = transposed ? [1, outputs] : [inputs, 1];
  for (let o = 0; o < outputs; o++) {
    row.fill(0);
    for (let r = 0; r < rank; r++) {
      const factor = b[o * rank + r]! * scale;
      for (let i = 0; i < inputs; i++) row[i]! += factor * a[r * inputs + i]!;
    }
    for (let i = 0; i < inputs; i++) weight[o * perOutput + i * perInput]! += row[i]!;
  }
}
