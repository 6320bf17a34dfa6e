/** @file Lists of the entries of dense rows that are above a bar, as WebAssembly. */

import {
  type Code,
  type ValueType,
  type WasmFunction,
  wasm as w,
} from '../../tensor/wasm/encoder.ts';
import { advance, assign, below, blocks, join, NUMBER, plus } from '../../tensor/wasm/loops.ts';

/** Parameters: addresses, of which STARTS is that of the first row; the count of rows, bytes of one, the bar. */
const [STARTS, COLUMNS, VALUES, DENSE, ROWS, WIDTH, LIMIT, BAR] = [0, 1, 2, 3, 4, 5, 6, 7];
const PARAMETERS: ValueType[] = [...Array<ValueType>(7).fill('i32'), 'f32'];
/** Locals: the row, bytes into it, bytes of the lists that are filled, and four numbers. */
const [ROW, AT, FILLED, FOUR] = [8, 9, 10, 11];

const [all, four] = [join(w.get(BAR), w.splatF32), w.get(FOUR)];
const lane = (number: number): Code => join(four, w.laneF32(number));

/** Appends one of the four where it is above the bar. */
function append(number: number): Code {
  const column = join(plus(w.get(AT), w.i32(number * NUMBER)), w.i32(2), w.shiftRight);
  return w.if(
    join(lane(number), w.get(BAR), w.greaterF32),
    join(
      ...[plus(w.get(COLUMNS), w.get(FILLED)), column, w.storeI32()],
      ...[plus(w.get(VALUES), w.get(FILLED)), lane(number), w.storeF32()],
      advance(FILLED, w.i32(NUMBER)),
    ),
  );
}

const row: Code = join(
  assign(AT, w.i32(0)),
  blocks(
    AT,
    WIDTH,
    1,
    join(
      assign(FOUR, join(plus(w.get(DENSE), w.get(AT)), w.loadV128())),
      w.if(join(four, all, w.greaterF32x4, w.anyTrue), join(...[0, 1, 2, 3].map(append))),
    ),
  ),
  advance(DENSE, w.get(WIDTH)),
  advance(STARTS, w.i32(NUMBER)),
  join(w.get(STARTS), w.get(FILLED), w.i32(2), w.shiftRight, w.storeI32()),
  advance(ROW, w.i32(1)),
);

/**
 * Appends the entries of dense rows that are above the bar to lists, from where the first row starts. Once
 * more bytes than LIMIT are filled, further rows are taken for empty.
 */
export const COMPACT: WasmFunction = {
  name: 'compact',
  parameters: PARAMETERS,
  locals: ['i32', 'i32', 'i32', 'v128'],
  code: join(
    assign(FILLED, join(w.get(STARTS), w.loadI32(), w.i32(2), w.shiftLeft)),
    w.while(
      below(ROW, ROWS),
      join(w.if(join(w.get(LIMIT), w.get(FILLED), w.lessUnsigned), assign(WIDTH, w.i32(0))), row),
    ),
  ),
};
