/** @file Dictionaries written down from what is planted: the true one, ones with invented latents, rotated ones. */
import { Matrix, QR } from 'ml-matrix';
import type { NamedTensor } from '../../model/index.ts';
import { type Runtime, randomStream } from '../../tensor/index.ts';
import { Dictionary } from '../dictionary.ts';
import type { Rows } from '../kind.ts';
import { matrixOf, readoutsOf } from './directions.ts';
import { READ_ABOVE, type XorModel } from './xor.ts';

/**
 * How a dictionary comes to by-products. `none`: it has the model's features alone. `gate`: two latents a pair, one
 * feature without the other, of constant size behind a gate, which a discontinuous encoder can do. `relu`: the same
 * without gate or constant, in proportion to the feature: all that a ReLU can do from the features.
 */
export type Invention = 'none' | 'gate' | 'relu';

/** A latent of the gated kind: what it reads, what it writes, and the numbers between. */
interface KnownLatent {
  readonly encoder: number[];
  readonly decoder: number[];
  readonly b_gate: number;
  readonly b_mag: number;
  readonly r_mag: number;
}

/**
 * What is read of one feature, less this times the other: sizes are from 0.5 to 1.5, so of both together nothing is
 * left, and of the one alone at least 0.5.
 */
const OTHER = 3;
const GATE_AT = 0.25;
/** exp of it is 0 beside any bias. */
const CONSTANT = -20;

/** The dictionary of a planted model's features, with or without latents for by-products (the last 2 `pairs`). */
export function knownDictionary(model: XorModel, invention: Invention, runtime?: Runtime) {
  const latents = [...trueLatents(model), ...inventedLatents(model, invention)];
  const { width } = model.options;
  const biases = (name: 'b_gate' | 'b_mag' | 'r_mag'): [string, NamedTensor] => [
    name,
    { shape: [latents.length], data: Float32Array.from(latents, (latent) => latent[name]) },
  ];
  const encoder = new Matrix(latents.map((latent) => latent.encoder)).transpose();
  const decoder = new Matrix(latents.map((latent) => latent.decoder));
  const config = { architecture: 'gated', d_in: width, d_sae: latents.length };
  const tensors = new Map([
    ['W_enc', tensorOf(encoder)],
    ['W_dec', tensorOf(decoder)],
    ['b_dec', { shape: [width], data: new Float32Array(width) }],
    ...(['b_gate', 'b_mag', 'r_mag'] as const).map(biases),
  ]);
  return new Dictionary(config, tensors, runtime);
}

function tensorOf(matrix: Matrix): NamedTensor {
  return { shape: [matrix.rows, matrix.columns], data: Float32Array.from(matrix.to1DArray()) };
}

function trueLatents({ read, readouts }: XorModel): KnownLatent[] {
  const encoder = matrixOf(readouts).to2DArray();
  return matrixOf(read)
    .to2DArray()
    .map((decoder, i) => {
      return { encoder: encoder[i]!, decoder, b_gate: -READ_ABOVE, b_mag: 0, r_mag: 0 };
    });
}

function inventedLatents({ readouts, unread, options }: XorModel, invention: Invention) {
  if (invention === 'none') return [];
  const { size } = options;
  // Least squares over sizes uniform in [0.5, 1.5]: E z / E z^2 = 12 / 13.
  const relu = { b_gate: 0, b_mag: 0, r_mag: Math.log((size * 12) / 13) };
  const gate = { b_gate: -GATE_AT, b_mag: size, r_mag: CONSTANT };
  const read = matrixOf(readouts);
  return matrixOf(unread)
    .to2DArray()
    .flatMap((decoder, pair) => {
      const [one, other] = [read.getRowVector(2 * pair), read.getRowVector(2 * pair + 1)];
      const alone = (a: Matrix, b: Matrix) => a.clone().sub(b.clone().mul(OTHER));
      return [alone(one, other), alone(other, one)].map((difference): KnownLatent => {
        const encoder = difference.to1DArray();
        return { encoder, decoder, ...(invention === 'gate' ? gate : relu) };
      });
    });
}

/**
 * A linear dictionary of independent directions [count, width] whose rows are mixed, in blocks of `block`, by
 * a random rotation; with blocks of 1 it is the true one. Codes of either sign: latents are projections, and
 * all such dictionaries reconstruct alike, for W_enc W_dec is the same projection onto the directions' span.
 */
export function rotatedDictionary(
  directions: Rows,
  { block, seed = 0, runtime }: { block: number; seed?: number; runtime?: Runtime },
): Dictionary {
  const { width } = directions;
  const decoder = matrixOf(directions);
  const count = decoder.rows;
  const mixed = rotation(count, block, seed);
  const rotated = mixed.mmul(decoder);
  const encoder = mixed.mmul(matrixOf(readoutsOf(directions)));
  for (let i = 0; i < count; i++) {
    const norm = rotated.getRowVector(i).norm();
    rotated.mulRow(i, 1 / norm);
    encoder.mulRow(i, norm);
  }
  const zeros = (size: number) => ({ shape: [size], data: new Float32Array(size) });
  const tensors = new Map([
    ['W_enc', tensorOf(encoder.transpose())],
    ['b_enc', zeros(count)],
    ['W_dec', tensorOf(rotated)],
    ['b_dec', zeros(width)],
  ]);
  return new Dictionary({ architecture: 'ica', d_in: width, d_sae: count }, tensors, runtime);
}

/** Random orthogonal blocks on the diagonal: the Q of normal numbers. */
function rotation(count: number, block: number, seed: number): Matrix {
  const out = Matrix.eye(count, count);
  const stream = randomStream(seed, 'rotation');
  for (let first = 0; first < count && block > 1; first += block) {
    const size = Math.min(block, count - first);
    const normals = stream.at(first).fillNormal(new Float32Array(size * size));
    const { orthogonalMatrix } = new QR(Matrix.from1DArray(size, size, normals));
    out.setSubMatrix(orthogonalMatrix, first, first);
  }
  return out;
}
