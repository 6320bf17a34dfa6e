/** @file Shapes: lists of sizes, some of them symbolic names such as 'batch' that are known only when a program runs. */

/** A size: a number, or a name, or a sum of products of these such as '2*batch*seq' or 'past+seq'. */
export type Dim = number | string;
export type Shape = readonly Dim[];

export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool';

export type TypedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

/** '[2, seq, 64]'. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Number of elements of a shape without symbols. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** A size as a sum of terms: the coefficient of each product of names, '' being the constant. */
export type Terms = ReadonlyMap<string, number>;

/** The terms of a size: '2*past+seq' has past: 2, seq: 1. */
export function termsOf(dim: Dim): Terms {
  const terms = new Map<string, number>();
  for (const term of String(dim).split('+')) {
    const factors = term.split('*');
    const names = factors.filter((factor) => !/^\d+$/.test(factor));
    const numbers = factors.filter((factor) => /^\d+$/.test(factor)).map(Number);
    const key = names.sort().join('*');
    terms.set(key, (terms.get(key) ?? 0) + elementCount(numbers));
  }
  return terms;
}

/** The one spelling of a size: names and terms in alphabetical order, numbers collected, the constant last. */
function spell(terms: Terms): Dim {
  const constant = terms.get('') ?? 0;
  const names = [...terms.keys()].filter((key) => key !== '' && terms.get(key) !== 0).sort();
  if (names.length === 0) return constant;
  const products = names.map((key) => (terms.get(key) === 1 ? key : `${terms.get(key)}*${key}`));
  return [...products, ...(constant === 0 ? [] : [constant])].join('+');
}

/** A shape with its symbolic sizes in their one spelling, so that equal sizes are equal strings. */
export function canonicalShape(shape: Shape): Shape {
  return shape.map((dim) => (typeof dim === 'number' ? dim : spell(termsOf(dim))));
}

/** The sum of sizes: of 'past' and 'seq', 'past+seq'. */
export function addDims(dims: Shape): Dim {
  if (dims.length === 0) return 0;
  return spell(termsOf(dims.join('+')));
}

/** The product of sizes: of 'past+seq' and 2, '2*past+2*seq'. */
export function multiplyDims(dims: Shape): Dim {
  if (dims.every((dim) => typeof dim === 'number')) return elementCount(dims as number[]);
  return spell(dims.map(termsOf).reduce(multiplyTerms, new Map([['', 1]])));
}

function multiplyTerms(a: Terms, b: Terms): Terms {
  const product = new Map<string, number>();
  for (const [left, x] of a) {
    for (const [right, y] of b) {
      const names = [...left.split('*'), ...right.split('*')].filter((name) => name !== '');
      const key = names.sort().join('*');
      product.set(key, (product.get(key) ?? 0) + x * y);
    }
  }
  return product;
}

/** The broadcast of two shapes under NumPy's rule, or undefined where they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Dim[] | undefined {
  const rank = Math.max(a.length, b.length);
  const out: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    out.push(x === 1 ? y : x);
  }
  return out;
}

/** Whether `shape` broadcasts to exactly `target`. */
export function broadcastsTo(shape: Shape, target: Shape): boolean {
  const joint = broadcastShapes(shape, target);
  return joint !== undefined && sameShape(joint, target);
}

/** A non-negative axis for a possibly negative one; throws where it is out of range. */
export function normalizeAxis(axis: number, shape: Shape, operation: string): number {
  const normal = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(normal) || normal < 0 || normal >= shape.length) {
    throw new RangeError(`${operation}: axis ${axis} is not one of ${formatShape(shape)}`);
  }
  return normal;
}
