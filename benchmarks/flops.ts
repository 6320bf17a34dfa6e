/**
 * @file How many floating-point operations a work needs: one count for every engine that is timed.
 *
 * Only matrix products count, 2 m n k each. Attention counts as its two full products over all pairs
 * of positions, although a causal mask makes half of them idle (Chowdhery et al. 2022, PaLM,
 * appendix B, counts the same way). Elementwise work, norms, softmax and the optimizer count as none, so a
 * rate compares directly with that of a bare matrix product.
 */

/** Sizes of a llama-shaped model; `kvHeads` below `heads` is grouped-query attention. */
export interface ModelShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Width between the gate/up and the down projection. */
  readonly intermediate: number;
  readonly vocabulary: number;
}

/** The 5M-parameter model of the training and sampling benchmarks. */
export const SMALL: ModelShape = {
  layers: 6,
  width: 256,
  heads: 8,
  kvHeads: 8,
  intermediate: 688,
  vocabulary: 2048,
};

/** GPT-2-small's sizes with a llama's layers: the forward benchmark. */
export const GPT2_SMALL: ModelShape = {
  layers: 12,
  width: 768,
  heads: 12,
  kvHeads: 12,
  intermediate: 2048,
  vocabulary: 50257,
};

/** [m, n] = [m, k] x [k, n]. */
export function matmulFlops(m: number, k: number, n: number): number {
  return 2 * m * k * n;
}

/** Logits of every token of `batch` sequences of `tokens` tokens. */
export function forwardFlops(shape: ModelShape, batch: number, tokens: number): number {
  const rows = batch * tokens;
  const layer = projectionFlops(shape, rows) + attentionFlops(shape, batch, tokens, tokens);
  return shape.layers * layer + matmulFlops(rows, shape.width, shape.vocabulary);
}

/** Loss and all gradients: the backward pass has two products for each one of the forward pass. */
export function trainStepFlops(shape: ModelShape, batch: number, tokens: number): number {
  return 3 * forwardFlops(shape, batch, tokens);
}

/**
 * Sampling `sampled` tokens for each of `batch` prompts of `prompt` tokens with a cache: the prompt once,
 * then a token at a time; logits at the last position only. The last token sampled is never fed back.
 */
export function samplingFlops(
  shape: ModelShape,
  batch: number,
  prompt: number,
  sampled: number,
): number {
  let flops = sampled * matmulFlops(batch, shape.width, shape.vocabulary);
  for (let step = 0; step < sampled; step++) {
    const fresh = step === 0 ? prompt : 1;
    const layer = projectionFlops(shape, batch * fresh);
    flops += shape.layers * (layer + attentionFlops(shape, batch, fresh, prompt + step));
  }
  return flops;
}

/** q, k, v, output, gate, up and down of one layer for `rows` tokens. */
function projectionFlops(shape: ModelShape, rows: number): number {
  const { width, heads, kvHeads, intermediate } = shape;
  const kvWidth = (width / heads) * kvHeads;
  return matmulFlops(rows, width, 2 * width + 2 * kvWidth + 3 * intermediate);
}

/** Scores of `queries` against `keys` positions, and the mix of values, over all heads of one layer. */
function attentionFlops(shape: ModelShape, batch: number, queries: number, keys: number): number {
  return 2 * batch * matmulFlops(queries, shape.width, keys);
}

/** Billions of operations a second. */
export function gflops(flops: number, milliseconds: number): number {
  return flops / milliseconds / 1e6;
}
