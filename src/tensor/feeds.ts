/** @file Checks what a program is fed against what it declares, before the runtime sees it. */
import type { HostTensor } from './runtime.ts';
import { type Dim, formatShape, termsOf } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** Values of a program's inputs by name. */
export type Feeds = Readonly<Record<string, HostTensor>>;

/** The value of each symbolic size, and the input that gave it. */
type Sizes = Map<string, { size: number; from: string }>;

function fail(name: string, value: HostTensor, declared: Tensor, why: string): never {
  const given = `${value.type}${formatShape(value.dims)}`;
  const wanted = `${declared.dtype}${formatShape(declared.shape)}`;
  throw new TypeError(`program: input '${name}' was fed ${given}; expected ${wanted}${why}`);
}

/** A symbolic size from the sizes of its names, or undefined where one of them is not known. */
function evaluate(dim: string, sizes: Sizes): number | undefined {
  let sum = 0;
  for (const [names, factor] of termsOf(dim)) {
    let product = factor;
    for (const name of names === '' ? [] : names.split('*'))
      product *= sizes.get(name)?.size ?? Number.NaN;
    sum += product;
  }
  return Number.isNaN(sum) ? undefined : sum;
}

/** Compares one size that stands alone; the first input to give a symbolic size fixes it for the others. */
function checkSize(name: string, value: HostTensor, declared: Tensor, axis: number, sizes: Sizes) {
  const [dim, size] = [declared.shape[axis]!, value.dims[axis]!];
  if (typeof dim === 'number') {
    if (size !== dim) fail(name, value, declared, '');
    return;
  }
  const known = sizes.get(dim);
  if (!known) sizes.set(dim, { size, from: name });
  else if (known.size !== size) {
    fail(name, value, declared, `, where '${known.from}' makes ${dim} ${known.size}`);
  }
}

function isComposite(dim: Dim): dim is string {
  return typeof dim === 'string' && /[+*]/.test(dim);
}

function checkComposites(inputs: ReadonlyMap<string, Tensor>, feeds: Feeds, sizes: Sizes): void {
  for (const [name, declared] of inputs) {
    declared.shape.forEach((dim, axis) => {
      if (!isComposite(dim)) return;
      const expected = evaluate(dim, sizes);
      const value = feeds[name]!;
      if (expected !== undefined && expected !== value.dims[axis]) {
        fail(name, value, declared, `, where ${dim} is ${expected}`);
      }
    });
  }
}

/**
 * The feeds that a program needs, checked: each there, of the declared type and rank, its fixed sizes
 * as declared and its symbolic ones equal in all inputs.
 */
export function checkFeeds(
  inputs: ReadonlyMap<string, Tensor>,
  feeds: Feeds,
): Record<string, HostTensor> {
  const used: Record<string, HostTensor> = {};
  const sizes: Sizes = new Map();
  for (const [name, declared] of inputs) {
    const value = feeds[name];
    if (!value) throw new TypeError(`program: input '${name}' was not fed`);
    if (value.type !== declared.dtype || value.dims.length !== declared.rank)
      fail(name, value, declared, '');
    for (let axis = 0; axis < declared.rank; axis++) checkSize(name, value, declared, axis, sizes);
    used[name] = value;
  }
  checkComposites(inputs, feeds, sizes);
  return used;
}
