/**
 * @file Vectors of the same norm that are found more plainly: at random, as the directions to which the target
 * is most sensitive, and as the main directions of the activations themselves.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import {
  badUsage,
  randomPoint,
  randomStream,
  removeDirections,
  toRadius,
} from '../../tensor/index.ts';
import type { LanguageModel, Tokens } from '../languageModel.ts';
import { Departure, vectorPerturbation } from './departure.ts';
import {
  checkSearch,
  oneByOne,
  type SearchOptions,
  type SerialSearchOptions,
  type SteeringVector,
} from './options.ts';

/** Uniformly random vectors. */
export async function randomVectors(
  model: LanguageModel,
  prompts: Tokens,
  options: SearchOptions,
): Promise<SteeringVector[]> {
  const departure = await Departure.of(model, prompts, options);
  const { width } = departure;
  const count = checkSearch(options, width);
  const stream = randomStream(options.seed ?? 0, 'steering').at('random');
  const vectors = Array.from({ length: count }, (_, i) =>
    randomPoint(width, options.radius, stream.at(i)),
  );
  return Promise.all(vectors.map((vector) => scored(departure, vector)));
}

export interface JacobianOptions extends SerialSearchOptions {
  /** Rounds of power iteration for each vector. Default 30. */
  readonly iterations?: number;
  /** Norm of the vectors at which differences stand for derivatives. Default a hundredth of the radius. */
  readonly reach?: number;
}

/**
 * The first right singular vectors of the Jacobian of the target by the vector, by power iteration. At a small
 * vector v the gradient of |dZ|^2 / 2 is J'J v, whatever its length; each result is kept orthogonal to those
 * before it.
 */
export async function jacobianVectors(
  model: LanguageModel,
  prompts: Tokens,
  options: JacobianOptions,
): Promise<SteeringVector[]> {
  const { radius, seed = 0, iterations = 30, reach = radius / 100 } = options;
  const departure = await Departure.of(model, prompts, options);
  const squared = await Departure.of(model, prompts, { ...options, power: 2, root: 1 });
  const count = checkSearch(options, departure.width);
  const perturbation = vectorPerturbation(departure.at, departure.width);
  return oneByOne(options, count, async (found) => {
    const before = found.map(({ vector }) => vector);
    const stream = randomStream(seed, 'steering').at('jacobian', found.length);
    let vector = removeDirections(randomPoint(departure.width, reach, stream), before);
    for (let i = 0; i < iterations; i++) {
      const { gradients } = await squared.measure(perturbation, new Map([['vector', vector]]));
      vector = toRadius(removeDirections(gradients.get('vector')!, before), reach);
      await options.safePoint?.();
    }
    const own = await scored(departure, toRadius(vector, radius));
    const tokens = (iterations + 1) * departure.tokens;
    return { ...own, forwardTokens: tokens, backwardTokens: tokens };
  });
}

/** The main directions of the activations at the perturbed hook point over the prompts, centred: their PCA. */
export async function activationVectors(
  model: LanguageModel,
  prompts: Tokens,
  options: SearchOptions,
): Promise<SteeringVector[]> {
  const departure = await Departure.of(model, prompts, options);
  const count = checkSearch(options, departure.width);
  const rows = await activationsOf(departure, prompts, options);
  const { eigenvectorMatrix } = new EigenvalueDecomposition(covariance(rows, departure.width), {
    assumeSymmetric: true,
  });
  if (rows.length <= count) {
    badUsage(`${count} directions of ${rows.length} tokens`, 'give more prompts');
  }
  const found: SteeringVector[] = [];
  for (let i = 0; i < count; i++) {
    const column = eigenvectorMatrix.getColumn(departure.width - 1 - i);
    found.push(await scored(departure, toRadius(Float32Array.from(column), options.radius)));
  }
  return found;
}

async function scored(departure: Departure, vector: Float32Array): Promise<SteeringVector> {
  const { at, width } = departure;
  const perturbation = vectorPerturbation(at, width);
  const { value } = await departure.measure(perturbation, new Map([['vector', vector]]));
  const { tokens } = departure;
  return { at, vector, objective: value, forwardTokens: tokens, backwardTokens: 0 };
}

async function activationsOf(
  { model, at, width }: Departure,
  prompts: Tokens,
  { edits, dictionaries }: SearchOptions,
): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  const pass = { ...(edits && { edits }), ...(dictionaries && { dictionaries }) };
  for (const prompt of model.encode(prompts)) {
    const { activations } = await model.run([prompt], { ...pass, read: [at], logits: false });
    const { data } = activations[at]!;
    for (let i = 0; i < data.length; i += width) rows.push(data.slice(i, i + width));
  }
  return rows;
}

function covariance(rows: readonly Float32Array[], width: number): Matrix {
  const mean = new Float64Array(width);
  for (const row of rows) for (let i = 0; i < width; i++) mean[i]! += row[i]! / rows.length;
  const centred = new Matrix(rows.map((row) => Array.from(row, (value, i) => value - mean[i]!)));
  return centred.transpose().mmul(centred).div(rows.length);
}
