/** @file Latents from the few that are active: values at their places, zeros elsewhere. */
import { addAtLast, constant, type Tensor } from '../../tensor/index.ts';

/** [n, d_sae] like `like`, with `values` [n, k] at int64 `indices` [n, k]. */
export function spread(values: Tensor, indices: Tensor, like: Tensor): Tensor {
  return addAtLast(constant(0, [], like.dtype).broadcastTo(...like.shape), indices, values);
}
