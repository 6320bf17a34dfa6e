/** @file What training changed in the matrices that write into the residual stream, along directions of it. */
import { badUsage } from '../../tensor/index.ts';
import { partsOf } from '../families/index.ts';
import type { LanguageModel } from '../languageModel.ts';
import { type Linear, linears, outputsOf } from '../parts.ts';

/** The change of one matrix. */
export interface MatrixChange {
  /** The matrix, by its graph name. */
  readonly place: string;
  /** Its Frobenius norm. */
  readonly size: number;
  /** For each direction u, |u/|u| D| sqrt(width) / |D|: 1 for a random direction, on average of its square. */
  readonly towards: readonly number[];
}

/**
 * D = W - W_before of each matrix that writes into the residual stream, seen along directions of it. Matrices that
 * did not change are left out.
 *
 * @param directions [width of the residual stream] each
 * @throws TouchstoneError where the models have other shapes
 */
export function weightChanges(
  model: LanguageModel,
  before: LanguageModel,
  directions: readonly Float64Array[],
): MatrixChange[] {
  return linears(partsOf(model.config))
    .filter(({ residual }) => residual)
    .flatMap((linear) => {
      const change = differenceOf(model, before, linear);
      const size = Math.hypot(...chunked(change));
      if (size === 0) return [];
      const towards = directions.map((u) => along(change, linear, u, size));
      return [{ place: linear.name, size, towards }];
    });
}

function differenceOf(model: LanguageModel, before: LanguageModel, { name }: Linear): Float64Array {
  const [now, then] = [model, before].map(({ weights }) => weights.fused.get(`${name}.weight`));
  if (!now || now.length !== then?.length) {
    return badUsage(`'${name}' has no counterpart of its shape`, 'compare a model with its base');
  }
  return Float64Array.from(now, (value, i) => value - then[i]!);
}

/** Norms of pieces: a spread of a whole matrix is too many arguments. */
function chunked(values: Float64Array): number[] {
  const pieces = Math.ceil(values.length / 1024);
  return Array.from({ length: pieces }, (_, i) =>
    Math.hypot(...values.subarray(i * 1024, (i + 1) * 1024)),
  );
}

function along(
  change: Float64Array,
  linear: Linear,
  direction: Float64Array,
  size: number,
): number {
  const { inputs, transposed } = linear;
  const outputs = outputsOf(linear);
  const sums = new Float64Array(inputs);
  for (let out = 0; out < outputs; out++) {
    const factor = direction[out]!;
    for (let i = 0; i < inputs; i++) {
      sums[i]! += factor * change[transposed ? i * outputs + out : out * inputs + i]!;
    }
  }
  const length = Math.hypot(...direction);
  return length === 0 ? 0 : (Math.hypot(...sums) * Math.sqrt(outputs)) / (length * size);
}
