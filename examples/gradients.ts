/** @file Gradients of a small symbolic graph: logistic regression, with the gradient as more graph. */
import { nodeRuntime } from '../src/model/index.ts';
import { compile, gradients, input, randomStream } from '../src/tensor/index.ts';

// The graph: nothing is computed yet. 'rows' is a size that is known only when the program runs.
const x = input('x', 'float32', ['rows', 2]);
const y = input('y', 'float32', ['rows', 1]);
const w = input('w', 'float32', [2, 1]);
const score = x.matmul(w);
// -log of the right class's probability, softplus(score) - y * score, averaged over the rows.
const loss = score.softplus().sub(y.mul(score)).mean();
const [gradient] = gradients(loss, [w]) as [typeof w];

const runtime = nodeRuntime();
const program = await compile({ runtime, outputs: { loss, gradient } });

// Points above and below the line x0 + 2 x1 = 0.
const rows = 256;
const points = randomStream(1, 'data').fillNormal(new Float32Array(rows * 2));
const labels = Float32Array.from({ length: rows }, (_, i) =>
  points[2 * i]! + 2 * points[2 * i + 1]! > 0 ? 1 : 0,
);
const weights = new Float32Array(2);
const feeds = {
  x: runtime.tensor('float32', points, [rows, 2]),
  y: runtime.tensor('float32', labels, [rows, 1]),
  // Fed in place: the program sees each update of the array.
  w: runtime.tensor('float32', weights, [2, 1]),
};
for (let step = 0; step <= 100; step++) {
  const out = await program.run(feeds);
  if (step % 25 === 0) console.log(`step ${step}: loss ${Number(out.loss.data[0]).toFixed(4)}`);
  for (let i = 0; i < 2; i++) weights[i]! -= 2 * Number(out.gradient.data[i]);
}
console.log(`w1 / w0 is ${(weights[1]! / weights[0]!).toFixed(2)}, the line's is 2`);
await program.release();
