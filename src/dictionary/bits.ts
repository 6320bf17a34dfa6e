/** @file What codes cost, so that dictionaries are compared at equal bits. */
import type { CodeSize, DictionaryConfig } from './kind.ts';
import { kindOf } from './kinds/index.ts';

/**
 * L0 (log2(m / L0) + b) bits for m latents and b bits a value: which latents are active (by Stirling's bound
 * on the binomial coefficient, without its last term), and how much. With all active, m b.
 */
export function sparseBits({ l0, valueBits }: CodeSize, { d_sae }: DictionaryConfig): number {
  return l0 > 0 ? l0 * (Math.log2(d_sae / l0) + valueBits) : 0;
}

/**
 * Bits of one row's code: log2 m for clusterings whose latents say nothing but which cluster it is
 * (k-means, PCA-then-k-means), {@link sparseBits} for all others.
 */
export function bitsPerToken(config: DictionaryConfig, code: CodeSize): number {
  return (kindOf(config.architecture).bits ?? sparseBits)(code, config);
}
