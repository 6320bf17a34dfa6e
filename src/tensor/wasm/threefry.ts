/** @file Threefry-2x32 as WebAssembly, four blocks at once: the words of `threefryBlocks`. */
import type { Code, WasmFunction } from './encoder.ts';
import { wasm as w } from './encoder.ts';
import { advance, assign, below, join, VECTOR, vectors } from './loops.ts';

/** Parameters: where the words go and where they end, the key with its parity word, and the counter's words. */
const [OUT, END, KEY, LOW, HIGH] = [0, 1, 2, 5, 6];
/** Local vectors: the two words, the key three times over, and both words of the counters. */
const [X0, X1, KEYS, COUNTER, UPPER] = [7, 8, 9, 12, 13];

/** Rotations of successive rounds (Salmon et al. 2011, table 2). */
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];

const sum = (a: Code, b: Code): Code => join(a, b, w.addI32x4);
const key = (i: number): Code => w.get(KEYS + (i % 3));
const same = (number: number): Code => w.i32x4([number, number, number, number]);

function rotated(vector: number, bits: number): Code {
  const left = join(w.get(vector), w.i32(bits), w.shiftLeftI32x4);
  const right = join(w.get(vector), w.i32(32 - bits), w.shiftRightI32x4);
  return join(left, right, w.orV128);
}

const round = (number: number): Code =>
  join(
    assign(X0, sum(w.get(X0), w.get(X1))),
    assign(X1, join(rotated(X1, ROTATIONS[number % 8]!), w.get(X0), w.xorV128)),
  );

/** Four rounds, then the key. */
const group = (number: number): Code =>
  join(
    ...[0, 1, 2, 3].map((i) => round(4 * number + i)),
    assign(X0, sum(w.get(X0), key(number + 1))),
    assign(X1, sum(w.get(X1), sum(key(number + 2), same(number + 1)))),
  );

/** Stores the words of the four blocks, block by block. */
const stored: Code = join(
  ...[w.get(OUT), w.get(X0), w.get(X1), w.pick([0, 4, 1, 5]), w.storeV128()],
  ...[w.get(OUT), w.get(X0), w.get(X1), w.pick([2, 6, 3, 7]), w.storeV128(VECTOR)],
);

const splat = (local: number): Code => join(w.get(local), w.splatI32);

/** Blocks from counter `low` + 2^32 `high` on; the low word must not overflow. */
export const THREEFRY: WasmFunction = {
  name: 'threefry',
  parameters: Array(7).fill('i32'),
  locals: vectors(7),
  code: join(
    ...[0, 1, 2].map((i) => assign(KEYS + i, splat(KEY + i))),
    assign(COUNTER, sum(splat(LOW), w.i32x4([0, 1, 2, 3]))),
    assign(UPPER, splat(HIGH)),
    w.while(
      below(OUT, END),
      join(
        assign(X0, sum(w.get(COUNTER), key(0))),
        assign(X1, sum(w.get(UPPER), key(1))),
        ...[0, 1, 2, 3, 4].map(group),
        stored,
        assign(COUNTER, sum(w.get(COUNTER), same(4))),
        advance(OUT, w.i32(2 * VECTOR)),
      ),
    ),
  ),
};
