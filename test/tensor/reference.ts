/** @file A slow, plain reference of tensor operations: strides and loops in float64, independent of ONNX. */

/** An array of numbers with a shape, row-major. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

type Index = readonly number[];

export function count(shape: readonly number[]): number {
  let product = 1;
  for (const size of shape) product *= size;
  return product;
}

/** Elements to skip for one step along each axis. */
export function strides(shape: readonly number[]): number[] {
  const out = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out[axis] = step;
    step *= shape[axis]!;
  }
  return out;
}

/** All indices of a shape, the last axis fastest. */
export function* indices(shape: readonly number[]): Generator<number[]> {
  const step = strides(shape);
  for (let flat = 0; flat < count(shape); flat++) {
    yield shape.map((size, axis) => Math.floor(flat / step[axis]!) % size);
  }
}

/** The entry at an index; missing leading axes and axes of size 1 broadcast. */
export function at(x: Values, index: Index): number {
  const step = strides(x.shape);
  const lead = index.length - x.shape.length;
  let flat = 0;
  for (let axis = 0; axis < x.shape.length; axis++) {
    if (x.shape[axis] !== 1) flat += index[lead + axis]! * step[axis]!;
  }
  return x.data[flat]!;
}

export function build(shape: readonly number[], entry: (index: number[]) => number): Values {
  return { shape, data: Float64Array.from([...indices(shape)].map(entry)) };
}

export function broadcastShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[shape.length - rank + axis] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** `f` of the entries of broadcast tensors. */
export function map(f: (...entries: number[]) => number, ...xs: readonly Values[]): Values {
  return build(broadcastShape(xs.map((x) => x.shape)), (index) =>
    f(...xs.map((x) => at(x, index))),
  );
}

/** `f` of all entries that differ only in `axes`. */
export function reduce(
  x: Values,
  axes: readonly number[],
  keep: boolean,
  f: (entries: number[]) => number,
): Values {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const out = build(kept, (index) => {
    const inside = [...indices(x.shape)].filter((other) =>
      other.every((i, axis) => axes.includes(axis) || i === index[axis]),
    );
    return f(inside.map((other) => at(x, other)));
  });
  return keep ? out : { shape: x.shape.filter((_, axis) => !axes.includes(axis)), data: out.data };
}

/** `f` of each row of the last axis. */
export function rows(x: Values, f: (row: number[]) => number[]): Values {
  const size = x.shape.at(-1)!;
  const data: number[] = [];
  for (let start = 0; start < x.data.length; start += size) {
    data.push(...f([...x.data.slice(start, start + size)]));
  }
  const width = x.data.length === 0 ? size : data.length / (x.data.length / size);
  return { shape: [...x.shape.slice(0, -1), width], data: Float64Array.from(data) };
}

export function transpose(x: Values, permutation: readonly number[]): Values {
  const shape = permutation.map((axis) => x.shape[axis]!);
  return build(shape, (index) => {
    const source = new Array<number>(index.length);
    permutation.forEach((axis, i) => {
      source[axis] = index[i]!;
    });
    return at(x, source);
  });
}

export function swapLast(x: Values): Values {
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** The product over the last two axes; leading axes broadcast. */
export function matmul(a: Values, b: Values, alpha = 1): Values {
  const inner = a.shape.at(-1)!;
  const lead = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  return build([...lead, a.shape.at(-2)!, b.shape.at(-1)!], (index) => {
    const [row, column] = index.slice(-2) as [number, number];
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      const batch = index.slice(0, -2);
      sum += at(a, [...batch, row, k]) * at(b, [...batch, k, column]);
    }
    return alpha * sum;
  });
}

/** Entries start (inclusive) to end (exclusive) of an axis. */
export function slice(x: Values, axis: number, start: number, end: number): Values {
  const shape = x.shape.map((size, i) => (i === axis ? end - start : size));
  return build(shape, (index) =>
    at(
      x,
      index.map((i, a) => (a === axis ? i + start : i)),
    ),
  );
}

export function concat(xs: readonly Values[], axis: number): Values {
  const sizes = xs.map((x) => x.shape[axis]!);
  const total = sizes.reduce((a, b) => a + b, 0);
  const shape = xs[0]!.shape.map((size, i) => (i === axis ? total : size));
  return build(shape, (index) => {
    let [part, offset] = [0, index[axis]!];
    while (offset >= sizes[part]!) offset -= sizes[part++]!;
    // Not `at`: a part of size 1 does not broadcast.
    const step = strides(xs[part]!.shape);
    return xs[part]!.data[
      index.reduce((flat, i, a) => flat + (a === axis ? offset : i) * step[a]!, 0)
    ]!;
  });
}

/** Softmax of one row. */
export function softmax(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const powers = row.map((x) => Math.exp(x - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

export function logSumExp(entries: readonly number[]): number {
  const top = Math.max(...entries);
  return top + Math.log(entries.reduce((sum, x) => sum + Math.exp(x - top), 0));
}

export function mean(entries: readonly number[]): number {
  return entries.reduce((a, b) => a + b, 0) / entries.length;
}

/** Rows of a table at indices. */
export function gather(table: Values, at: Values): Values {
  const size = count(table.shape.slice(1));
  const data = [...at.data].flatMap((row) => [...table.data.slice(row * size, (row + 1) * size)]);
  return { shape: [...at.shape, ...table.shape.slice(1)], data: Float64Array.from(data) };
}

/** A table of zeros with rows added at indices. */
export function scatterAdd(at: Values, updates: Values, shape: readonly number[]): Values {
  const size = count(shape.slice(1));
  const data = new Float64Array(count(shape));
  at.data.forEach((row, i) => {
    for (let j = 0; j < size; j++) data[row * size + j]! += updates.data[i * size + j]!;
  });
  return { shape, data };
}

/** Softmax(scale q k^T + mask) v, and the softmax. */
export function attention(
  [q, k, v, mask]: readonly [Values, Values, Values, Values],
  scale: number,
): [Values, Values] {
  const scores = map((score, bias) => score + bias, matmul(q, swapLast(k), scale), mask);
  const pattern = rows(scores, softmax);
  return [matmul(pattern, v), pattern];
}

/** Rotary embedding: the pair (i, i + d / 2) of each head turned by the angle of its position. */
export function rope(x: Values, cos: Values, sin: Values, positions: Values): Values {
  const half = x.shape[3]! / 2;
  return build(x.shape, (index) => {
    const [batch, seq, head, i] = index as [number, number, number, number];
    const position = at(positions, [batch, seq]);
    const pair = i % half;
    const [c, s] = [at(cos, [position, pair]), at(sin, [position, pair])];
    const first = at(x, [batch, seq, head, pair]);
    const second = at(x, [batch, seq, head, pair + half]);
    return i < half ? first * c - second * s : second * c + first * s;
  });
}
