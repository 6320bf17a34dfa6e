/** @file Products with sparse matrices in compressed rows, as WebAssembly. */

import {
  type Code,
  type ValueType,
  type WasmFunction,
  wasm as w,
} from '../../tensor/wasm/encoder.ts';
import {
  advance,
  assign,
  below,
  blocks,
  join,
  lanes,
  locals,
  NUMBER,
  plus,
  VECTOR,
  vectors,
} from '../../tensor/wasm/loops.ts';

/** Vectors that are summed at once: what fits the registers of x86. */
const BLOCK = 8;

/** Parameters: addresses, the count of rows, and the bytes of a row of the table. */
const [OUT, STARTS, COLUMNS, OTHER, TABLE, ROWS, WIDTH] = [0, 1, 2, 3, 4, 5, 6];
/** Locals of both: the row, the entry and the row's last, bytes into the row, an address. */
const [ROW, ENTRY, END, AT, BASE] = [7, 8, 9, 10, 11];
const PARAMETERS: ValueType[] = Array<ValueType>(7).fill('i32');
const SCALARS: ValueType[] = Array<ValueType>(5).fill('i32');
const FIRST_VECTOR = 12;

const bytesOf = (index: Code): Code => join(index, w.i32(2), w.shiftLeft);
/** An address: an array's start, and bytes into it. */
const within = (array: number, bytes: Code): Code => plus(w.get(array), bytes);

/** Goes through the entries of a row, ENTRY being the bytes into the lists. */
function entries(body: Code): Code {
  const start = bytesOf(w.get(ROW));
  return join(
    assign(ENTRY, bytesOf(join(within(STARTS, start), w.loadI32()))),
    assign(END, bytesOf(join(within(STARTS, start), w.loadI32(NUMBER)))),
    w.while(below(ENTRY, END), join(body, advance(ENTRY, w.i32(NUMBER)))),
  );
}

function rows(body: Code): Code {
  const each = w.while(below(ROW, ROWS), join(body, advance(ROW, w.i32(1))));
  return join(assign(ROW, w.i32(0)), each);
}

/** Address of the table's row that an entry names. */
const tableRow: Code = plus(
  w.get(TABLE),
  join(within(COLUMNS, w.get(ENTRY)), w.loadI32(), w.get(WIDTH), w.mul),
);
/** Address of a dense row beside the sparse one. */
const denseRow = (array: number): Code => within(array, join(w.get(ROW), w.get(WIDTH), w.mul));

/** Sums of `count` vectors over the entries of a row, from `start`, stored at AT of the row of OUT. */
function summed(count: number, start: (at: Code, offset: number) => Code): Code {
  const [sums, value] = [locals(FIRST_VECTOR, count), FIRST_VECTOR + BLOCK];
  const out = plus(denseRow(OUT), w.get(AT));
  const entry = join(
    assign(value, join(within(OTHER, w.get(ENTRY)), w.loadF32(), w.splatF32)),
    assign(BASE, plus(tableRow, w.get(AT))),
    ...sums.map((sum, i) => {
      const product = join(w.get(BASE), w.loadV128(i * VECTOR), w.get(value), w.mulF32x4);
      return assign(sum, join(w.get(sum), product, w.addF32x4));
    }),
  );
  const first = sums.map((sum, i) => assign(sum, start(out, i * VECTOR)));
  const last = sums.map((sum, i) => join(out, w.get(sum), w.storeV128(i * VECTOR)));
  return blocks(AT, WIDTH, count, join(...first, entries(entry), ...last));
}

/** out[r] = start + sum over entries e of row r: values[e] table[columns[e]]. */
function product(name: string, start: (at: Code, offset: number) => Code): WasmFunction {
  return {
    name,
    parameters: PARAMETERS,
    locals: [...SCALARS, ...vectors(BLOCK + 1)],
    code: rows(join(assign(AT, w.i32(0)), summed(BLOCK, start), summed(1, start))),
  };
}

/** out[e] = dense[r] . table[columns[e]] for each entry e of row r. */
function sampleProduct(): WasmFunction {
  const sums = locals(FIRST_VECTOR, 4);
  const dense = plus(denseRow(OTHER), w.get(AT));
  const table = plus(w.get(BASE), w.get(AT));
  const term = (sum: number, i: number): Code => {
    const loads = join(dense, w.loadV128(i * VECTOR), table, w.loadV128(i * VECTOR));
    return assign(sum, join(w.get(sum), loads, w.mulF32x4, w.addF32x4));
  };
  const [first, ...others] = sums;
  const entry = join(
    ...sums.map((sum) => assign(sum, w.zeroV128)),
    assign(BASE, tableRow),
    assign(AT, w.i32(0)),
    blocks(AT, WIDTH, sums.length, join(...sums.map(term))),
    blocks(AT, WIDTH, 1, term(first!, 0)),
    ...others.map((sum) => assign(first!, join(w.get(first!), w.get(sum), w.addF32x4))),
    join(within(OUT, w.get(ENTRY)), lanes(first!), w.storeF32()),
  );
  return {
    name: 'sampleProduct',
    parameters: PARAMETERS,
    locals: [...SCALARS, ...vectors(sums.length)],
    code: rows(entries(entry)),
  };
}

/** The three products. */
export const PRODUCTS: readonly WasmFunction[] = [
  product('product', () => w.zeroV128),
  product('addProduct', (at, offset) => join(at, w.loadV128(offset))),
  sampleProduct(),
];
