/** @file FastICA (Hyvarinen 1999), symmetric, with the contrast log cosh: directions of whitened rows that are far from normal. */
import { Matrix } from 'ml-matrix';
import { input, type Program, type RandomStream, type Runtime } from '../../tensor/index.ts';
import { type Rows, rowCount, rowsTensor } from '../kind.ts';
import type { FitOutcome, Step } from './fitting.ts';
import { axesOf } from './principal.ts';
import { fittingProgram, withProgram } from './programs.ts';
import { blocks } from './rows.ts';

/** Whitened rows, and when to stop. */
export interface IcaWork {
  /** [n, count], of covariance 1. */
  readonly white: Rows;
  readonly iterations: number;
  /** It has converged when no direction's cosine with its last one is farther from 1 or -1 than this. */
  readonly tolerance: number;
  readonly stream: RandomStream;
  readonly runtime: Runtime;
  readonly progress: Step;
}

/** Orthonormal directions, one a row [count, count], in the whitened space. */
export async function fastIca(work: IcaWork): Promise<{ directions: Matrix; outcome: FitOutcome }> {
  const { white, runtime, stream, iterations, tolerance, progress } = work;
  const count = white.width;
  const start = stream.fillNormal(new Float32Array(count * count));
  let directions = decorrelated(Matrix.from1DArray(count, count, start));
  let [done, change] = [0, Number.POSITIVE_INFINITY];
  await withProgram(contrastProgram(runtime, count), async (program) => {
    while (done < iterations && change > tolerance) {
      const next = decorrelated(await step(program, work, directions));
      change = largestChange(next, directions);
      directions = next;
      await progress(++done, iterations, `largest change ${change.toPrecision(3)}`);
    }
  });
  return { directions, outcome: { iterations: done, converged: change <= tolerance } };
}

type Contrast = 'product' | 'slope';

/** Sums over rows z and directions w of tanh(w z) z and of 1 - tanh(w z)^2. */
function contrastProgram(runtime: Runtime, count: number): Promise<Program<Contrast>> {
  const z = input('z', 'float32', ['n', count]);
  const g = z.matmul(input('w', 'float32', [count, count]), { transposeB: true }).tanh();
  const product = g.matmul(z, { transposeA: true });
  const slope = g.square().neg().add(1).sum(0);
  return fittingProgram(runtime, { product, slope }, count);
}

/** One step of the fixed point: w <- E[z g(w z)] - E[g'(w z)] w. */
async function step(
  program: Program<Contrast>,
  work: IcaWork,
  directions: Matrix,
): Promise<Matrix> {
  const { white, runtime } = work;
  const count = white.width;
  const data = Float32Array.from(directions.to1DArray());
  const w = runtime.tensor('float32', data, [count, count]);
  const product = Matrix.zeros(count, count);
  const slopes = new Float64Array(count);
  for (const block of blocks(white)) {
    const out = await program.run({ w, z: rowsTensor(runtime, block) });
    product.add(Matrix.from1DArray(count, count, out.product.data as Float32Array));
    for (let i = 0; i < count; i++) slopes[i] = slopes[i]! + Number(out.slope.data[i]);
  }
  return product.sub(directions.clone().mulColumnVector(slopes)).div(rowCount(white));
}

/** (W W^T)^(-1/2) W: the nearest matrix of orthonormal rows. */
function decorrelated(matrix: Matrix): Matrix {
  const { axes, values } = axesOf(matrix.mmul(matrix.transpose()));
  const scales = Matrix.diag(values.map((value) => 1 / Math.sqrt(value)));
  return axes.transpose().mmul(scales).mmul(axes).mmul(matrix);
}

function largestChange(next: Matrix, last: Matrix): number {
  const cosines = Matrix.mul(next, last).sum('row');
  return Math.max(...cosines.map((cosine) => Math.abs(Math.abs(cosine) - 1)));
}
