/** @file Shapes: lists of sizes, some of them symbolic names such as 'batch' that are known only when a program runs. */

/** A size: a number, a name, or a product of names such as 'batch*seq'. */
export type Dim = number | string;
export type Shape = readonly Dim[];

export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool';

export type TypedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

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

/** The product of sizes; symbols multiply into one sorted name. */
export function multiplyDims(dims: Shape): Dim {
  let factor = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    if (typeof dim === 'number') factor *= dim;
    else symbols.push(...dim.split('*'));
  }
  if (symbols.length === 0) return factor;
  const parts = symbols.filter((symbol) => !/^\d+$/.test(symbol));
  for (const symbol of symbols) if (/^\d+$/.test(symbol)) factor *= Number(symbol);
  return [...(factor === 1 ? [] : [String(factor)]), ...parts.sort()].join('*');
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

/** A non-negative axis for a possibly negative one; throws where it is out of range. */
export function normalizeAxis(axis: number, rank: number, operation: string): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(normal) || normal < 0 || normal >= rank) {
    throw new RangeError(`${operation}: axis ${axis} is outside a tensor of rank ${rank}`);
  }
  return normal;
}
