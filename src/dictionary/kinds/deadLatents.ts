/** @file The auxiliary loss that revives dead latents (Gao et al. 2024, "Scaling and evaluating sparse autoencoders", appendix A.2). */
import { constant, type Tensor } from '../../tensor/index.ts';
import type { TrainingBatch } from '../kind.ts';
import { spread } from './spread.ts';

/**
 * The dead latents that come nearest to firing reconstruct the error that the others leave, without b_dec:
 * E|e - e'|^2 / E|e - mean e|^2, where e is cut off from gradients. Half as many latents as the width of
 * the activations take part, at the most.
 */
export function auxiliaryLoss(
  pre: Tensor,
  dead: Tensor,
  reconstruction: Tensor,
  { target, weight, config }: Pick<TrainingBatch, 'target' | 'weight' | 'config'>,
): Tensor {
  const error = target.sub(reconstruction).stopGradient();
  const k = Math.max(1, Math.min(config.d_sae, Math.floor(config.d_in / 2)));
  const candidates = dead.where(pre, constant(Number.NEGATIVE_INFINITY, [], pre.dtype));
  const { values, indices } = candidates.topK(k);
  const revived = spread(values.relu(), indices, pre).matmul(weight('W_dec'));
  const variance = error.sub(error.mean(0, true)).square().sum(-1).mean();
  const left = error.sub(revived).square().sum(-1).mean();
  // A batch of one row has no variance about its mean.
  return left.div(variance.maximum(1e-12));
}
