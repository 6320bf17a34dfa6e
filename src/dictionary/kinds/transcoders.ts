/**
 * @file Transcoders that are read and not trained: those of SAELens and sparsify with other latents, or with a linear
 * map beside the latents (Paulo, Shabalin and Belrose 2025, "Transcoders Beat Sparse Autoencoders for
 * Interpretability").
 */
import type { DictionaryConfig, DictionaryKind } from '../kind.ts';
import { jumprelu } from './jumprelu.ts';
import { standard } from './standard.ts';
import { topk } from './topk.ts';

/** A kind with a target of its own. */
function transcoding({ shapes, encode, decode }: DictionaryKind, name: string): DictionaryKind {
  return { name, shapes, encode, decode };
}

/** W_skip x is added to what is decoded; W_skip is [d_out, d_in]. */
function skipping(kind: DictionaryKind, name: string): DictionaryKind {
  const shapes = (config: DictionaryConfig) => {
    const { d_in, d_out = d_in } = config;
    return { ...kind.shapes(config), W_skip: [d_out, d_in] };
  };
  return {
    ...transcoding(kind, name),
    shapes,
    skip: (x, weight) => x.matmul(weight('W_skip').transpose(1, 0)),
  };
}

export const READ_TRANSCODERS: readonly DictionaryKind[] = [
  skipping(standard, 'skip_transcoder'),
  transcoding(jumprelu, 'jumprelu_transcoder'),
  skipping(jumprelu, 'jumprelu_skip_transcoder'),
  transcoding(topk, 'topk_transcoder'),
  skipping(topk, 'topk_skip_transcoder'),
];
