/**
 * @file The transcoder: reads one place and decodes another, such as a block's MLP from its input
 * (Dunefsky, Chlenski and Nanda 2024, "Transcoders find interpretable LLM feature circuits").
 */
import type { TrainedKind } from '../kind.ts';
import { standard } from './standard.ts';

/** The plain autoencoder with a target of its own; b_dec belongs to the target and is not subtracted. */
export const transcoder: TrainedKind = {
  ...standard,
  name: 'transcoder',
  training: {
    ...standard.training,
    defaults: { apply_b_dec_to_input: false, l1_coefficient: 1 },
  },
};
