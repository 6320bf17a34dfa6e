/** @file Low-rank adapters (Hu et al. 2021): W x + (alpha / r) B A x, trained beside frozen weights and merged into them. */
import type { RandomStream } from '../tensor/index.ts';
import type { Weights } from './weights.ts';

export interface LoraOptions {
  /** Rank r. */
  readonly rank: number;
  /** Scale is alpha / rank. */
  readonly alpha: number;
  /** Names of the projections, as PEFT has them. Default: all seven. */
  readonly targets?: readonly string[];
}

export const LORA_TARGETS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;

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

  /** Fresh adapters for a model: A uniform as PEFT draws it (Kaiming, a = sqrt 5), B zero, so that nothing changes at first. */
  static initialize(weights: Weights, options: LoraOptions, stream: RandomStream): Lora {
    const targets = options.targets ?? LORA_TARGETS;
    const pairs = new Map<string, LoraPair>();
    for (const [name, { shape }] of weights.named) {
      const module = name.replace(/\.weight$/, '');
      if (!targets.includes(module.slice(module.lastIndexOf('.') + 1)) || shape.length !== 2) continue;
      const [outputs, inputs] = shape as [number, number];
      const bound = 1 / Math.sqrt(inputs);
      const uniform = stream.at(name);
      const a = Float32Array.from({ length: options.rank * inputs }, (_, i) => (uniform.uniform(i) * 2 - 1) * bound);
      pairs.set(module, { a, b: new Float32Array(outputs * options.rank), inputs, outputs });
    }
    return new Lora(options, pairs);
  }

  /** Adds scale * B A to the weights, in place. */
  mergeInto(weights: Weights): void {
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

/** weight [out, in] += scale * B A, summed in float64. */
function addProduct(weight: Float32Array, { a, b, inputs, outputs }: LoraPair, rank: number, scale: number): void {
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
