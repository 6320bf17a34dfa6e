/**
 * @file The matched probe: can what a latent fires on be read linearly from the model's activations, and from its
 * outputs? Both probes have the same form, rows and labels. What the model uses is read from both; what an encoder
 * invented from activations is lost on the way to the outputs.
 */
import { Matrix, solve } from 'ml-matrix';
import { auroc, type Estimate } from '../../statistics/index.ts';
import { type Rows, rowCount } from '../kind.ts';

/** Area under the ROC curve of a ridge probe on the second half of the rows, fitted on the first. */
export interface MatchedProbe {
  readonly activations: Estimate;
  readonly outputs: Estimate;
}

/** Penalty on squared weights, as a share of the mean variance of a column. */
const RIDGE = 1e-3;

/**
 * @param fires for each row, whether the latent does
 * @returns undefined where one of the halves lacks a class
 */
export function matchedProbe(
  activations: Rows,
  outputs: Rows,
  fires: readonly boolean[],
): MatchedProbe | undefined {
  const half = Math.floor(fires.length / 2);
  const mixed = (part: readonly boolean[]) => part.includes(true) && part.includes(false);
  if (!mixed(fires.slice(0, half)) || !mixed(fires.slice(half))) return undefined;
  return { activations: probed(activations, fires), outputs: probed(outputs, fires) };
}

function probed(rows: Rows, fires: readonly boolean[]): Estimate {
  const half = Math.floor(rowCount(rows) / 2);
  const all = withConstant(rows);
  const first = all.subMatrix(0, half - 1, 0, all.columns - 1);
  const labels = Matrix.columnVector(fires.slice(0, half).map(Number));
  const weights = ridge(first, labels);
  const scores = all.mmul(weights).to1DArray();
  const positives = scores.filter((_, row) => row >= half && fires[row]);
  const negatives = scores.filter((_, row) => row >= half && !fires[row]);
  return auroc(positives, negatives);
}

function withConstant({ data, width }: Rows): Matrix {
  const count = data.length / width;
  const out = new Matrix(count, width + 1);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) out.set(row, i, data[row * width + i]!);
    out.set(row, width, 1);
  }
  return out;
}

/** (X^T X + r I)^-1 X^T y. */
function ridge(x: Matrix, y: Matrix): Matrix {
  const gram = x.transpose().mmul(x);
  const penalty = (RIDGE * gram.trace()) / gram.rows;
  return solve(gram.add(Matrix.eye(gram.rows, gram.rows).mul(penalty)), x.transpose().mmul(y));
}
