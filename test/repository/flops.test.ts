/** @file The operation counts of the benchmarks, against counts made by other means. */
import { expect, test } from 'vitest';
import {
  forwardFlops,
  GPT2_SMALL,
  gflops,
  type ModelShape,
  matmulFlops,
  SMALL,
  samplingFlops,
  trainStepFlops,
} from '../../benchmarks/flops.ts';

/** Every matrix product of a forward pass, one by one, for `queries` new and `keys` visible tokens. */
function listProducts(shape: ModelShape, batch: number, queries: number, keys: number) {
  const { width, heads, kvHeads, intermediate } = shape;
  const head = width / heads;
  const products: [m: number, k: number, n: number][] = [];
  for (let layer = 0; layer < shape.layers; layer++) {
    for (let i = 0; i < batch * queries; i++) {
      products.push([1, width, width], [1, width, kvHeads * head], [1, width, kvHeads * head]);
      products.push([1, width, width], [1, width, intermediate], [1, width, intermediate]);
      products.push([1, intermediate, width]);
    }
    for (let i = 0; i < batch * heads; i++) {
      products.push([queries, head, keys], [queries, keys, head]);
    }
  }
  return products;
}

const sum = (products: [number, number, number][]) =>
  products.reduce((total, [m, k, n]) => total + 2 * m * k * n, 0);

const tiny: ModelShape = {
  layers: 2,
  width: 12,
  heads: 6,
  kvHeads: 2,
  intermediate: 20,
  vocabulary: 31,
};

test('a forward pass counts each of its matrix products', () => {
  const logits: [number, number, number] = [3 * 5, tiny.width, tiny.vocabulary];
  expect(forwardFlops(tiny, 3, 5)).toBe(sum([...listProducts(tiny, 3, 5, 5), logits]));
});

test('sampling with a cache counts the prompt once and each later token against all before it', () => {
  const logits = [0, 1, 2].map((): [number, number, number] => [4, tiny.width, tiny.vocabulary]);
  const steps = [
    ...listProducts(tiny, 4, 7, 7),
    ...listProducts(tiny, 4, 1, 8),
    ...listProducts(tiny, 4, 1, 9),
  ];
  expect(samplingFlops(tiny, 4, 7, 3)).toBe(sum([...steps, ...logits]));
});

test('the training count agrees with 6 N + 12 L d T a token (PaLM, appendix B)', () => {
  // N: the parameters that are multiplied, that is all but the norms; the tied embedding once.
  const N = 6 * (4 * 256 * 256 + 3 * 256 * 688) + 2048 * 256;
  expect(trainStepFlops(SMALL, 16, 128)).toBe(16 * 128 * (6 * N + 12 * 6 * 256 * 128));
});

// PyTorch 2.15's torch.utils.flop_counter.FlopCounterMode on benchmarks/peers/llama.py, plain attention.
test.each([
  ['forward, small, 16 x 128', forwardFlops(SMALL, 16, 128), 23_186_112_512],
  ['training, small, 16 x 128', trainStepFlops(SMALL, 16, 128), 69_558_337_536],
  ['forward, GPT-2 small, 8 x 128', forwardFlops(GPT2_SMALL, 8, 128), 257_825_439_744],
  ['sampling, small, 32 x 64 after 8', samplingFlops(SMALL, 32, 8, 64), 24_208_474_112],
])('%s agrees with PyTorch’s own counter', (_, ours, theirs) => {
  expect(ours).toBe(theirs);
});

test('a rate is operations over time', () => {
  expect(gflops(matmulFlops(1000, 1000, 1000), 20)).toBeCloseTo(100, 10);
});
