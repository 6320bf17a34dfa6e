/** @file The error function against values of Python 3.11's math.erf. */
import { expect, test } from 'vitest';
import { nodeRuntime } from '../../src/model/runtime.ts';
import { compile, input } from '../../src/tensor/index.ts';

/** x and math.erf(x). */
const VALUES = [
  [-3, -0.9999779095030014],
  [-1, -0.8427007929497149],
  [-0.3, -0.3286267594591274],
  [0, 0],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1.5, 0.9661051464753108],
  [2.5, 0.999593047982555],
  [30, 1],
] as const;

test.each([
  ['float64', 1e-14, Float64Array],
  ['float32', 2e-7, Float32Array],
] as const)('erf in %s is within %f of math.erf', async (dtype, tolerance, array) => {
  const runtime = nodeRuntime({ threads: 1 });
  const program = await compile({ runtime, outputs: { y: input('x', dtype, ['n']).erf() } });
  const x = array.from(VALUES.map(([value]) => value));
  const { y } = await program.run({ x: runtime.tensor(dtype, x, [x.length]) });
  VALUES.forEach(([, expected], i) => {
    expect(Math.abs(Number(y!.data[i]) - expected)).toBeLessThanOrEqual(tolerance);
  });
  await program.release();
});
