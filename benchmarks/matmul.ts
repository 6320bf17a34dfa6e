/** @file The raw matrix product that rates are compared with. */
import { compile, input, type Runtime, randomStream } from '../src/tensor/index.ts';

/** [m, n] = [m, k] x [k, n] on random numbers. */
export async function matmul(runtime: Runtime, m: number, k: number, n: number) {
  const product = input('a', 'float32', [m, k]).matmul(input('b', 'float32', [k, n]));
  // One entry comes back: the product is timed, not its copy.
  const program = await compile({ runtime, outputs: { y: product.slice(0, 0, 1).slice(1, 0, 1) } });
  const stream = randomStream(1, 'benchmark');
  const feeds = {
    a: runtime.tensor('float32', stream.at('a').fillNormal(new Float32Array(m * k)), [m, k]),
    b: runtime.tensor('float32', stream.at('b').fillNormal(new Float32Array(k * n)), [k, n]),
  };
  return {
    run: async () => void (await program.run(feeds)),
    release: () => program.release(),
  };
}
