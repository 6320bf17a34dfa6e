/** @file What a config says beside the weights, put into the weights: the same latents and reconstructions, plainer files. */
import type { NamedTensor } from '../../model/index.ts';
import { badInput } from '../../tensor/index.ts';
import { type Draft, note } from './format.ts';

/** A tensor of a draft. @throws TouchstoneError where it is missing */
export function tensorOf(draft: Draft, name: string): NamedTensor {
  return draft.tensors.get(name) ?? badInput(`${draft.path}: tensor '${name}' is missing`);
}

/** Multiplies every number of a tensor. */
export function scale(draft: Draft, name: string, factor: number): void {
  const { shape, data } = tensorOf(draft, name);
  draft.tensors.set(name, { shape, data: data.map((value) => value * factor) });
}

/** Multiplies each column of a matrix, or each number of a vector, by the latent's own factor. */
export function scaleColumns(draft: Draft, name: string, factors: ArrayLike<number>): void {
  const { shape, data } = tensorOf(draft, name);
  const width = shape.at(-1) ?? 1;
  checkLatents(draft, name, width, factors);
  draft.tensors.set(name, { shape, data: data.map((value, i) => value * factors[i % width]!) });
}

/** Multiplies each row of a matrix by the latent's own factor. */
export function scaleRows(draft: Draft, name: string, factors: ArrayLike<number>): void {
  const { shape, data } = tensorOf(draft, name);
  checkLatents(draft, name, shape[0] ?? 0, factors);
  const width = data.length / factors.length;
  const scaled = data.map((value, i) => value * factors[Math.floor(i / width)]!);
  draft.tensors.set(name, { shape, data: scaled });
}

function checkLatents(
  draft: Draft,
  name: string,
  found: number,
  { length }: ArrayLike<number>,
): void {
  if (found === length) return;
  badInput(`${draft.path}: '${name}' is of ${found} latents, expected ${length}`);
}

/** Norms of a matrix's rows; those below 1e-8 count as 1e-8, as in SAELens. */
export function rowNorms({ shape, data }: NamedTensor): Float64Array {
  const width = data.length / (shape[0] || 1);
  return Float64Array.from({ length: shape[0] ?? 0 }, (_, row) => {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += data[i]! * data[i]!;
    return Math.max(1e-8, Math.sqrt(sum));
  });
}

/**
 * Gives decoder rows norm 1 and latents the size of what they write: W_enc and the biases of latents take the norms, and
 * with them the thresholds.
 */
export function foldDecoderNorms(draft: Draft, why: string): void {
  const norms = rowNorms(tensorOf(draft, 'W_dec'));
  scaleRows(
    draft,
    'W_dec',
    norms.map((norm) => 1 / norm),
  );
  for (const name of ['W_enc', 'b_enc', 'b_gate', 'b_mag', 'threshold']) {
    if (draft.tensors.has(name)) scaleColumns(draft, name, norms);
  }
  note(draft, 'folded', 'norms of W_dec', `into W_enc and the biases: ${why}`);
}

/**
 * Undoes that activations were multiplied by `factor` before encoding: W_enc is multiplied, W_dec and b_dec are divided
 * (SAELens's `fold_activation_norm_scaling_factor`).
 */
export function foldInputScale(draft: Draft, factor: number): void {
  if (!(Number.isFinite(factor) && factor > 0)) {
    badInput(`${draft.path}: a scaling factor of ${factor}`, 'it is a number above 0');
  }
  scale(draft, 'W_enc', factor);
  scale(draft, 'W_dec', 1 / factor);
  scale(draft, 'b_dec', 1 / factor);
  note(
    draft,
    'folded',
    'normalize_activations',
    `the factor ${factor} into W_enc, W_dec and b_dec`,
  );
}

/** Renames a tensor. */
export function rename(draft: Draft, from: string, to: string): void {
  const tensor = draft.tensors.get(from);
  if (!tensor || from === to) return;
  draft.tensors.delete(from);
  draft.tensors.set(to, tensor);
  note(draft, 'renamed', from, `to ${to}`);
}

/** Turns a matrix round. @throws TouchstoneError where it is none */
export function transpose(draft: Draft, name: string): void {
  const { shape, data } = tensorOf(draft, name);
  if (shape.length !== 2) {
    badInput(`${draft.path}: '${name}' has shape [${shape.join(', ')}], expected a matrix`);
  }
  const [rows, columns] = shape as [number, number];
  const turned = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j]!;
  }
  draft.tensors.set(name, { shape: [columns, rows], data: turned });
  note(draft, 'transposed', name, `from [${rows}, ${columns}] to [${columns}, ${rows}]`);
}

/** Repeats a single number for every latent. */
export function spreadOverLatents(draft: Draft, name: string, latents: number): void {
  const tensor = draft.tensors.get(name);
  if (tensor?.data.length !== 1 || tensor.shape.length > 0) return;
  const data = new Float32Array(latents).fill(tensor.data[0]!);
  draft.tensors.set(name, { shape: [latents], data });
  note(draft, 'assumed', name, `${tensor.data[0]} for each of ${latents} latents`);
}

/** Leaves a tensor out. */
export function drop(draft: Draft, name: string, why: string): void {
  if (draft.tensors.delete(name)) note(draft, 'dropped', name, why);
}
