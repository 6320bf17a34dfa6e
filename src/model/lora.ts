/** @file Low-rank adapters (Hu et al. 2021): W x + (alpha / r) B A x, trained beside frozen weights and merged into them. */
import { badInput, badUsage, nearest, type RandomStream } from '../tensor/index.ts';
import { LORA_MODULES, type LoraModule } from './adapter.ts';
import type { Weights } from './weights.ts';

export interface LoraOptions {
  /** Rank r. */
  readonly rank: number;
  /** Scale is alpha / rank. */
  readonly alpha: number;
  /** Names of the projections, as PEFT has them. Default: all seven. */
  readonly targets?: readonly LoraModule[];
}

/** All seven projections of a block. */
export const LORA_TARGETS = Object.keys(LORA_MODULES) as readonly LoraModule[];

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
  readonly targets: readonly LoraModule[];
  readonly pairs: ReadonlyMap<string, LoraPair>;

  constructor(options: LoraOptions, pairs: ReadonlyMap<string, LoraPair>) {
    this.rank = options.rank;
    this.alpha = options.alpha;
    this.targets = options.targets ?? LORA_TARGETS;
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
    checkOptions(options);
    const targets: readonly string[] = options.targets ?? LORA_TARGETS;
    const pairs = new Map<string, LoraPair>();
    for (const [name, { shape }] of weights.named) {
      const module = name.replace(/\.weight$/, '');
      if (!targets.includes(module.slice(module.lastIndexOf('.') + 1))) continue;
      pairs.set(module, freshPair(shape, options.rank, stream.at(name)));
    }
    return new Lora(options, pairs);
  }

  /** @throws TouchstoneError naming the first adapter that is for no matrix of these weights */
  checkFits(weights: Weights): void {
    for (const [module, { inputs, outputs }] of this.pairs) {
      const shape = weights.named.get(`${module}.weight`)?.shape;
      if (shape?.join() === [outputs, inputs].join()) continue;
      const found = shape ? `the model's is [${shape.join(', ')}]` : 'the model has no such module';
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
      addProduct(weights.named.get(`${module}.weight`)!.data, pair, this.rank, this.scale);
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

function checkOptions({ rank, alpha, targets = LORA_TARGETS }: LoraOptions): void {
  if (!Number.isSafeInteger(rank) || rank < 1)
    badUsage(`rank ${rank}`, 'a rank is a whole number from 1');
  if (!(alpha > 0 && Number.isFinite(alpha))) badUsage(`alpha ${alpha}`, 'alpha is above 0');
  if (targets.length === 0)
    badUsage('an adapter of no modules', `name some of ${LORA_TARGETS.join(', ')}`);
  const unknown = targets.find((target) => !LORA_TARGETS.includes(target));
  if (unknown !== undefined) {
    badUsage(`unknown module '${unknown}'`, `did you mean '${nearest(unknown, LORA_TARGETS)}'?`);
  }
}

function freshPair(shape: readonly number[], rank: number, stream: RandomStream): LoraPair {
  const [outputs, inputs] = shape as [number, number];
  const bound = 1 / Math.sqrt(inputs);
  const a = Float32Array.from(
    { length: rank * inputs },
    (_, i) => (stream.uniform(i) * 2 - 1) * bound,
  );
  return { a, b: new Float32Array(outputs * rank), inputs, outputs };
}

/** weight [out, in] += scale * B A, summed in float64. */
function addProduct(
  weight: Float32Array,
  { a, b, inputs, outputs }: LoraPair,
  rank: number,
  scale: number,
): void {
  const row = new Float64Array(inputs);
  for (let o = 0; o < outputs; o++) {
    row.fill(0);
    for (let r = 0; r < rank; r++) {
      const factor = b[o * rank + r]! * scale;
      for (let i = 0; i < inputs; i++) row[i]! += factor * a[r * inputs + i]!;
    }
    for (let i = 0; i < inputs; i++) weight[o * inputs + i]! += row[i]!;
  }
}
