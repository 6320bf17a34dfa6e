/** @file Loops that the kernels share. Bytes are counted, not numbers: addresses need no factor. */
import { type Code, type ValueType, wasm as w } from './encoder.ts';

/** Bytes of a number, and of a vector of 4. */
export const [NUMBER, VECTOR] = [4, 16];

export const join = (...parts: Code[]): Code => parts.flat();
export const plus = (a: Code, b: Code): Code => join(a, b, w.add);
export const assign = (local: number, value: Code): Code => join(value, w.set(local));
export const advance = (local: number, by: Code): Code => assign(local, plus(w.get(local), by));
export const below = (local: number, end: number): Code =>
  join(w.get(local), w.get(end), w.lessUnsigned);
export const vectors = (count: number): ValueType[] => Array<ValueType>(count).fill('v128');

/** Locals numbered from `first`. */
export const locals = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

/** Runs `body` for `count` vectors at a time, as long as so many are left from `at` to `end`. */
export function blocks(at: number, end: number, count: number, body: Code): Code {
  const last = plus(w.get(at), w.i32(count * VECTOR - 1));
  const left = join(last, w.get(end), w.lessUnsigned);
  return w.while(left, join(body, advance(at, w.i32(count * VECTOR))));
}

/** The sum of the four numbers of a vector. */
export function lanes(vector: number): Code {
  const others = [1, 2, 3].map((lane) => join(w.get(vector), w.laneF32(lane), w.addF32));
  return join(w.get(vector), w.laneF32(0), ...others);
}
