/** @file The Hungarian algorithm: pairs rows with columns, one to one, such that the sum of their values is largest. */

/** A matrix of values, row by row. */
export interface Values {
  readonly data: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

/** What the search keeps; index 0 of columns is a stand-in for "none", so columns count from 1. */
interface Search {
  /** Potentials of rows (from 1) and columns. */
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** Row (from 1) of each column; 0 where it is free. */
  readonly rowOf: Int32Array;
}

/**
 * Shortest augmenting paths with potentials (Kuhn 1955; Jonker and Volgenant 1987), at most rows^2 columns steps. Of
 * more rows than columns, some rows stay alone.
 *
 * @returns for each row its column, or -1
 */
export function bestAssignment(values: Values): Int32Array {
  if (values.rows > values.columns) return inverted(bestAssignment(turned(values)), values.rows);
  const { rows, columns } = values;
  const search: Search = {
    u: new Float64Array(rows + 1),
    v: new Float64Array(columns + 1),
    rowOf: new Int32Array(columns + 1),
  };
  for (let row = 1; row <= rows; row++) augment(values, search, row);
  const out = new Int32Array(rows).fill(-1);
  for (let column = 1; column <= columns; column++) {
    const row = search.rowOf[column]!;
    if (row > 0) out[row - 1] = column - 1;
  }
  return out;
}

/** Finds a column for one more row along the path of least reduced cost. */
function augment({ data, columns }: Values, { u, v, rowOf }: Search, row: number): void {
  const least = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array(columns + 1);
  const done = new Uint8Array(columns + 1);
  rowOf[0] = row;
  let at = 0;
  while (rowOf[at]! !== 0) {
    done[at] = 1;
    const own = rowOf[at]!;
    let [delta, next] = [Number.POSITIVE_INFINITY, 0];
    for (let column = 1; column <= columns; column++) {
      if (done[column]) continue;
      // The cost is the value with its sign turned.
      const cost = -data[(own - 1) * columns + column - 1]! - u[own]! - v[column]!;
      if (cost < least[column]!) {
        least[column] = cost;
        before[column] = at;
      }
      if (least[column]! < delta) {
        delta = least[column]!;
        next = column;
      }
    }
    shift(delta, done, least, { u, v, rowOf });
    at = next;
  }
  for (; at !== 0; at = before[at]!) rowOf[at] = rowOf[before[at]!]!;
}

/** Moves potentials so that the next column costs nothing. */
function shift(
  delta: number,
  done: Uint8Array,
  least: Float64Array,
  { u, v, rowOf }: Search,
): void {
  for (let column = 0; column < done.length; column++) {
    if (done[column]) {
      u[rowOf[column]!] = u[rowOf[column]!]! + delta;
      v[column] = v[column]! - delta;
    } else {
      least[column] = least[column]! - delta;
    }
  }
}

function turned({ data, rows, columns }: Values): Values {
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++) out[c * rows + row] = data[row * columns + c]!;
  }
  return { data: out, rows: columns, columns: rows };
}

function inverted(assignment: Int32Array, count: number): Int32Array {
  const out = new Int32Array(count).fill(-1);
  assignment.forEach((to, from) => {
    if (to >= 0) out[to] = from;
  });
  return out;
}
