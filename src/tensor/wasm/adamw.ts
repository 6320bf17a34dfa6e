/** @file AdamW's step as WebAssembly, over pieces that stay in the processor's cache: arrays are copied in and out. */
import type { Code, ValueType, WasmFunction } from './encoder.ts';
import { wasm as w } from './encoder.ts';
import { instantiate, type Kernel, PAGE } from './instance.ts';
import { advance, assign, blocks, join, NUMBER, VECTOR, vectors } from './loops.ts';

/** Parameters: addresses of the four arrays, the first one's end, and numbers. */
const [WEIGHT, GRADIENT, FIRST, SECOND, END] = [0, 1, 2, 3, 4];
const [BETA1, BETA2, REST1, REST2, RATE, DECAY, SCALE, EPSILON] = [5, 6, 7, 8, 9, 10, 11, 12];
const PARAMETERS: ValueType[] = [
  ...Array<ValueType>(5).fill('i32'),
  ...Array<ValueType>(8).fill('f32'),
];
/** Local vectors: the gradient and both moments. */
const [G, M, V] = [13, 14, 15];

const read = (array: number): Code => join(w.get(array), w.loadV128());
const store = (array: number, value: Code): Code => join(w.get(array), value, w.storeV128());
const all = (number: number): Code => join(w.get(number), w.splatF32);
const times = (a: Code, b: Code): Code => join(a, b, w.mulF32x4);
const sum = (a: Code, b: Code): Code => join(a, b, w.addF32x4);

const square = times(w.get(G), w.get(G));
const root = sum(join(w.get(V), w.sqrtF32x4), all(EPSILON));
const change = join(times(all(RATE), w.get(M)), root, w.divF32x4);

/** g times scale; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w = decay w - rate m / (sqrt v + epsilon). */
const ADAMW: WasmFunction = {
  name: 'adamw',
  parameters: PARAMETERS,
  locals: vectors(3),
  code: blocks(
    WEIGHT,
    END,
    1,
    join(
      assign(G, times(read(GRADIENT), all(SCALE))),
      assign(M, sum(times(all(BETA1), read(FIRST)), times(all(REST1), w.get(G)))),
      assign(V, sum(times(all(BETA2), read(SECOND)), times(all(REST2), square))),
      store(FIRST, w.get(M)),
      store(SECOND, w.get(V)),
      store(WEIGHT, join(times(read(WEIGHT), all(DECAY)), change, w.subF32x4)),
      ...[GRADIENT, FIRST, SECOND].map((array) => advance(array, w.i32(VECTOR))),
    ),
  ),
};

/** What a step multiplies with and adds. */
export interface AdamWConstants {
  readonly betas: readonly [number, number];
  readonly rate: number;
  /** Factor of the weights. */
  readonly decay: number;
  /** Factor of the gradients. */
  readonly scale: number;
  readonly epsilon: number;
}

/** Numbers of each array that are worked on at a time. */
const PIECE = PAGE / 4 / NUMBER;

/** Weight, gradient, first and second moment. */
type Arrays = readonly [Float32Array, Float32Array, Float32Array, Float32Array];

let loaded: { step: Kernel; pieces: Arrays } | undefined;

function open(): { step: Kernel; pieces: Arrays } {
  const { buffer, kernels } = instantiate([ADAMW], 1);
  const piece = (i: number) => new Float32Array(buffer, i * PIECE * NUMBER, PIECE);
  return { step: kernels.adamw!, pieces: [piece(0), piece(1), piece(2), piece(3)] };
}

/** One step of all arrays, in place; the gradient is left as it is. */
export function adamWStep(arrays: Arrays, constants: AdamWConstants): void {
  loaded ??= open();
  const { step, pieces } = loaded;
  const { betas, rate, decay, scale, epsilon } = constants;
  const numbers = [...betas, 1 - betas[0], 1 - betas[1], rate, decay, scale, epsilon];
  const addresses = pieces.map(({ byteOffset }) => byteOffset);
  for (let at = 0; at < arrays[0].length; at += PIECE) {
    const count = Math.min(PIECE, arrays[0].length - at);
    arrays.forEach((array, i) => void pieces[i]!.set(array.subarray(at, at + count)));
    const end = addresses[0]! + Math.ceil(count / 4) * VECTOR;
    step(...addresses, end, ...numbers);
    for (const i of [0, 2, 3] as const) arrays[i].set(pieces[i]!.subarray(0, count), at);
  }
}
