/** @file The two kernels as WebAssembly: products with sparse matrices of compressed rows. */
import { type Code, type ValueType, type WasmFunction, wasm as w } from './wasm.ts';

/** Bytes of a number, and of a vector of 4. */
const [NUMBER, VECTOR] = [4, 16];
/** Vectors that are summed at once: what fits the registers of x86. */
const BLOCK = 8;

/** Parameters: addresses in bytes, but for the count of rows and the bytes of a row of the table. */
const [OUT, STARTS, COLUMNS, OTHER, TABLE, ROWS, WIDTH] = [0, 1, 2, 3, 4, 5, 6];
/** Locals of both: the row, the entry and the row's last, bytes into the row, an address. */
const [ROW, ENTRY, END, AT, BASE] = [7, 8, 9, 10, 11];
const SCALARS: ValueType[] = ['i32', 'i32', 'i32', 'i32', 'i32'];
const PARAMETERS: ValueType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
const FIRST_VECTOR = 12;

const join = (...parts: Code[]): Code => parts.flat();
const plus = (a: Code, b: Code): Code => join(a, b, w.add);
const assign = (local: number, value: Code): Code => join(value, w.set(local));
const advance = (local: number, by: Code): Code => assign(local, plus(w.get(local), by));
const bytesOf = (index: Code): Code => join(index, w.i32(2), w.shiftLeft);
/** `address` of a number: an array's start, and bytes into it. */
const within = (array: number, bytes: Code): Code => plus(w.get(array), bytes);

/** Runs `body` for `count` vectors at a time, as long as so many are left of the row. */
function blocks(count: number, body: Code): Code {
  const next = plus(w.get(AT), w.i32(count * VECTOR - 1));
  const left = join(next, w.get(WIDTH), w.lessUnsigned);
  return w.while(left, join(body, advance(AT, w.i32(count * VECTOR))));
}

/** Goes through the entries of a row, ENTRY being the bytes into the lists. */
function entries(body: Code): Code {
  const start = bytesOf(w.get(ROW));
  return join(
    assign(ENTRY, bytesOf(join(within(STARTS, start), w.loadI32()))),
    assign(END, bytesOf(join(within(STARTS, start), w.loadI32(NUMBER)))),
    w.while(
      join(w.get(ENTRY), w.get(END), w.lessUnsigned),
      join(body, advance(ENTRY, w.i32(NUMBER))),
    ),
  );
}

function rows(body: Code): Code {
  const left = join(w.get(ROW), w.get(ROWS), w.lessUnsigned);
  return join(assign(ROW, w.i32(0)), w.while(left, join(body, advance(ROW, w.i32(1)))));
}

/** Address of the table's row that an entry names. */
const tableRow: Code = plus(
  w.get(TABLE),
  join(within(COLUMNS, w.get(ENTRY)), w.loadI32(), w.get(WIDTH), w.mul),
);
/** Address of a dense row beside the sparse one. */
const denseRow = (array: number): Code => within(array, join(w.get(ROW), w.get(WIDTH), w.mul));
const sums = (count: number): number[] => Array.from({ length: count }, (_, i) => FIRST_VECTOR + i);
const vectors = (count: number): ValueType[] => Array<ValueType>(count).fill('v128');

/** out[r] += sum over entries e of row r: values[e] table[columns[e]]. */
function addProduct(): WasmFunction {
  const value = FIRST_VECTOR + BLOCK;
  const block = (count: number): Code => {
    const out = plus(denseRow(OUT), w.get(AT));
    const entry = join(
      assign(value, join(within(OTHER, w.get(ENTRY)), w.loadF32(), w.splatF32)),
      assign(BASE, plus(tableRow, w.get(AT))),
      ...sums(count).map((sum, i) => {
        const product = join(w.get(BASE), w.loadV128(i * VECTOR), w.get(value), w.mulF32x4);
        return assign(sum, join(w.get(sum), product, w.addF32x4));
      }),
    );
    const load = (sum: number, i: number) => assign(sum, join(out, w.loadV128(i * VECTOR)));
    const store = (sum: number, i: number) => join(out, w.get(sum), w.storeV128(i * VECTOR));
    const all = sums(count);
    return blocks(count, join(...all.map(load), entries(entry), ...all.map(store)));
  };
  return {
    name: 'addProduct',
    parameters: PARAMETERS,
    locals: [...SCALARS, ...vectors(BLOCK + 1)],
    code: rows(join(assign(AT, w.i32(0)), block(BLOCK), block(1))),
  };
}

/** out[e] = dense[r] . table[columns[e]] for each entry e of row r. */
function sampleProduct(): WasmFunction {
  const COUNT = 4;
  const dense = plus(denseRow(OTHER), w.get(AT));
  const block = (count: number): Code =>
    blocks(
      count,
      join(
        ...sums(count).map((sum, i) => {
          const at = i * VECTOR;
          const row = join(plus(w.get(BASE), w.get(AT)), w.loadV128(at));
          const product = join(dense, w.loadV128(at), row, w.mulF32x4);
          return assign(sum, join(w.get(sum), product, w.addF32x4));
        }),
      ),
    );
  const [first, ...others] = sums(COUNT);
  const joined = others.map((sum) => assign(first!, join(w.get(first!), w.get(sum), w.addF32x4)));
  const lanes = [1, 2, 3].map((lane) => join(w.get(first!), w.laneF32(lane), w.addF32));
  const sum = join(w.get(first!), w.laneF32(0), ...lanes);
  const entry = join(
    ...sums(COUNT).map((local) => assign(local, w.zeroV128)),
    assign(BASE, tableRow),
    assign(AT, w.i32(0)),
    ...[block(COUNT), block(1), ...joined],
    join(within(OUT, w.get(ENTRY)), sum, w.storeF32()),
  );
  return {
    name: 'sampleProduct',
    parameters: PARAMETERS,
    locals: [...SCALARS, ...vectors(COUNT)],
    code: rows(entries(entry)),
  };
}

export const FUNCTIONS: readonly WasmFunction[] = [addProduct(), sampleProduct()];
