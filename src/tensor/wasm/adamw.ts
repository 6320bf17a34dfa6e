/** @file AdamW's step as WebAssembly, over pieces that stay in the processor's cache: arrays are copied in and out. */
import { type AdamLocals, adamChange, all, type Moment, times } from './adam.ts';
import { type Code, type ValueType, type WasmFunction, wasm as w } from './encoder.ts';
import { instantiate, type Kernel, PAGE } from './instance.ts';
import { advance, assign, blocks, join, NUMBER, VECTOR, vectors } from './loops.ts';

/** Parameters: addresses of the four arrays, the first one's end, and numbers. */
const [WEIGHT, GRADIENT, FIRST, SECOND, END] = [0, 1, 2, 3, 4];
const [DECAY, SCALE] = [5, 6];
const LOCALS: AdamLocals = {
  ...{ beta1: 7, beta2: 8, rest1: 9, rest2: 10, rate: 11, epsilon: 12 },
  ...{ gradient: 13, first: 14, second: 15 },
};
const PARAMETERS: ValueType[] = [
  ...Array<ValueType>(5).fill('i32'),
  ...Array<ValueType>(8).fill('f32'),
];

const read = (array: number): Code => join(w.get(array), w.loadV128());
const write = (array: number, value: Code): Code => join(w.get(array), value, w.storeV128());
const moment = (array: number, local: number): Moment => ({
  load: read(array),
  store: write(array, w.get(local)),
});

/** g times scale; w = decay w - Adam's change. */
const ADAMW: WasmFunction = {
  name: 'adamw',
  parameters: PARAMETERS,
  locals: vectors(3),
  code: blocks(
    WEIGHT,
    END,
    1,
    join(
      assign(LOCALS.gradient, times(read(GRADIENT), all(SCALE))),
      adamChange(LOCALS, moment(FIRST, LOCALS.first), moment(SECOND, LOCALS.second)),
      write(WEIGHT, join(times(read(WEIGHT), all(DECAY)), w.get(LOCALS.first), w.subF32x4)),
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
  const numbers = [decay, scale, ...betas, 1 - betas[0], 1 - betas[1], rate, epsilon];
  const addresses = pieces.map(({ byteOffset }) => byteOffset);
  for (let at = 0; at < arrays[0].length; at += PIECE) {
    const count = Math.min(PIECE, arrays[0].length - at);
    arrays.forEach((array, i) => void pieces[i]!.set(array.subarray(at, at + count)));
    const end = addresses[0]! + Math.ceil(count / 4) * VECTOR;
    step(...addresses, end, ...numbers);
    for (const i of [0, 2, 3] as const) arrays[i].set(pieces[i]!.subarray(0, count), at);
  }
}
