/** @file Adam's step over rows, with rows kept at norm 1 where asked, as WebAssembly: each row is read once. */

import {
  type AdamLocals,
  adamChange,
  all,
  type Moment,
  sum,
  times,
} from '../../tensor/wasm/adam.ts';
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
  plus,
  vectors,
} from '../../tensor/wasm/loops.ts';

/** Parameters: addresses, the count of rows, the bytes of a row, whether rows have norm 1, and numbers. */
const [WEIGHT, GRADIENT, FIRST, SECOND, ROWS, WIDTH, UNIT] = [0, 1, 2, 3, 4, 5, 6];
const SCALE = 13;
const PARAMETERS: ValueType[] = [
  ...Array<ValueType>(7).fill('i32'),
  ...Array<ValueType>(7).fill('f32'),
];
/** Locals: the row, and bytes into it. */
const [ROW, AT] = [14, 15];
/** Local vectors: the gradient, both moments, the weight, two sums, and what is to be taken off. */
const [G, M, V, W, DOT, SQUARES, SHARE] = [16, 17, 18, 19, 20, 21, 22];
const ADAM: AdamLocals = {
  ...{ beta1: 7, beta2: 8, rest1: 9, rest2: 10, rate: 11, epsilon: 12 },
  ...{ gradient: G, first: M, second: V },
};

const at = (array: number): Code => plus(w.get(array), w.get(AT));
const load = (array: number): Code => join(at(array), w.loadV128());
const store = (array: number, vector: number): Code =>
  join(at(array), w.get(vector), w.storeV128());
const moment = (array: number, vector: number): Moment => ({
  load: load(array),
  store: store(array, vector),
});

/** Runs `body` for each vector of a row. */
const perVector = (body: Code): Code => join(assign(AT, w.i32(0)), blocks(AT, WIDTH, 1, body));

/** A row of zeros divides by this and stays as it is. */
const TINY = 1e-38;

/** SHARE = gradient . weight / weight . weight. */
const projection: Code = join(
  assign(DOT, w.zeroV128),
  assign(SQUARES, w.zeroV128),
  perVector(
    join(
      assign(W, load(WEIGHT)),
      assign(DOT, sum(w.get(DOT), times(w.get(W), load(GRADIENT)))),
      assign(SQUARES, sum(w.get(SQUARES), times(w.get(W), w.get(W)))),
    ),
  ),
  assign(SHARE, join(lanes(DOT), lanes(SQUARES), w.f32(TINY), w.addF32, w.divF32, w.splatF32)),
);

/** The row's step. */
const update: Code = perVector(
  join(
    assign(W, load(WEIGHT)),
    assign(G, join(load(GRADIENT), times(w.get(SHARE), w.get(W)), w.subF32x4)),
    assign(G, times(w.get(G), all(SCALE))),
    adamChange(ADAM, moment(FIRST, M), moment(SECOND, V)),
    assign(W, join(w.get(W), w.get(M), w.subF32x4)),
    assign(SQUARES, sum(w.get(SQUARES), times(w.get(W), w.get(W)))),
    store(WEIGHT, W),
  ),
);

/** The row divided by its norm. */
const rescaling: Code = join(
  assign(
    SHARE,
    join(w.f32(1), lanes(SQUARES), w.f32(TINY), w.addF32, w.sqrtF32, w.divF32, w.splatF32),
  ),
  perVector(join(assign(W, times(load(WEIGHT), w.get(SHARE))), store(WEIGHT, W))),
);

const nextRow: Code = join(
  ...[WEIGHT, GRADIENT, FIRST, SECOND].map((array) => advance(array, w.get(WIDTH))),
  advance(ROW, w.i32(1)),
);

/**
 * Per row: with `unit`, g less its part along the weights; g times scale; m = beta1 m + (1 - beta1) g;
 * v = beta2 v + (1 - beta2) g^2; w less rate m / (sqrt v + epsilon); with `unit`, w divided by its norm.
 */
const adam: WasmFunction = {
  name: 'adam',
  parameters: PARAMETERS,
  locals: ['i32', 'i32', ...vectors(7)],
  code: join(
    assign(ROW, w.i32(0)),
    w.while(
      below(ROW, ROWS),
      join(
        assign(SHARE, w.zeroV128),
        w.if(w.get(UNIT), projection),
        assign(SQUARES, w.zeroV128),
        update,
        w.if(w.get(UNIT), rescaling),
        nextRow,
      ),
    ),
  ),
};

/** Parameters of `squares`: where the sum goes, the array, and its bytes. */
const [OUT, ARRAY, BYTES] = [0, 1, 2];

/** out[0] = the sum of squares of an array. */
const squares: WasmFunction = {
  name: 'squares',
  parameters: ['i32', 'i32', 'i32'],
  locals: ['i32', ...vectors(2)],
  code: join(
    assign(3, w.i32(0)),
    assign(4, w.zeroV128),
    blocks(
      3,
      BYTES,
      1,
      join(
        assign(5, join(plus(w.get(ARRAY), w.get(3)), w.loadV128())),
        assign(4, sum(w.get(4), times(w.get(5), w.get(5)))),
      ),
    ),
    join(w.get(OUT), lanes(4), w.storeF32()),
  ),
};

export const OPTIMIZER: readonly WasmFunction[] = [adam, squares];
