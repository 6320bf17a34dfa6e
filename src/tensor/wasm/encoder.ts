/** @file The little of WebAssembly's binary format (core specification 2.0, section 5) that kernels need. */

/** Bytes of instructions. */
export type Code = readonly number[];

/** Value types. */
const TYPES = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof TYPES;

/** One function without result: its parameters, its further locals, its instructions. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly code: Code;
}

/** An unsigned number in LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

/** A signed number in LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 127;
    if (rest >> 7 === ((low & 64) === 0 ? 0 : -1)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

const simd = (code: number): Code => [0xfd, ...unsigned(code)];
/** Alignment is a hint; 4 bytes are always there. */
const access = (offset: number): Code => [2, ...unsigned(offset)];

/** Instructions by their names in the specification. */
export const wasm = {
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number): Code => [0x21, ...unsigned(local)],
  i32: (value: number): Code => [0x41, ...signed(value)],
  add: [0x6a] as Code,
  sub: [0x6b] as Code,
  mul: [0x6c] as Code,
  shiftLeft: [0x74] as Code,
  shiftRight: [0x76] as Code,
  lessUnsigned: [0x49] as Code,
  storeI32: (offset = 0): Code => [0x36, ...access(offset)],
  loadI32: (offset = 0): Code => [0x28, ...access(offset)],
  loadF32: (offset = 0): Code => [0x2a, ...access(offset)],
  storeF32: (offset = 0): Code => [0x38, ...access(offset)],
  f32: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  sqrtF32: [0x91] as Code,
  addF32: [0x92] as Code,
  divF32: [0x95] as Code,
  loadV128: (offset = 0): Code => [...simd(0x00), ...access(offset)],
  storeV128: (offset = 0): Code => [...simd(0x0b), ...access(offset)],
  splatF32: simd(0x13),
  greaterF32: [0x5e] as Code,
  greaterF32x4: simd(0x44),
  anyTrue: simd(0x53),
  laneF32: (lane: number): Code => [...simd(0x1f), lane],
  sqrtF32x4: simd(0xe3),
  addF32x4: simd(0xe4),
  subF32x4: simd(0xe5),
  mulF32x4: simd(0xe6),
  divF32x4: simd(0xe7),
  splatI32: simd(0x11),
  addI32x4: simd(0xae),
  shiftLeftI32x4: simd(0xab),
  shiftRightI32x4: simd(0xad),
  orV128: simd(0x50),
  xorV128: simd(0x51),
  /** Four whole numbers. */
  i32x4: (numbers: readonly number[]): Code => [
    ...simd(0x0c),
    ...new Uint8Array(Int32Array.from(numbers).buffer),
  ],
  /** A vector of those numbers of two; the second's are 4 to 7. */
  pick: (numbers: readonly number[]): Code => [
    ...simd(0x0d),
    ...numbers.flatMap((n) => [4 * n, 4 * n + 1, 4 * n + 2, 4 * n + 3]),
  ],
  zeroV128: [...simd(0x0c), ...Array<number>(16).fill(0)] as Code,
  /** Runs `body` if there is something else than 0. */
  if: (condition: Code, body: Code): Code => [...condition, 0x04, 0x40, ...body, 0x0b],
  /** Runs `body` while `condition` leaves something else than 0, which is asked before. */
  while: (condition: Code, body: Code): Code => [
    ...[0x02, 0x40, 0x03, 0x40, ...condition, 0x45, 0x0d, 1],
    ...[...body, 0x0c, 0, 0x0b, 0x0b],
  ],
} as const;

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const section = (id: number, bytes: Code): Code => [id, ...sized(bytes)];
const text = (name: string): Code => sized([...new TextEncoder().encode(name)]);

function body({ locals, code }: WasmFunction): Code {
  return sized([...vector(locals.map((type) => [1, TYPES[type]])), ...code, 0x0b]);
}

/** A module of exported functions over one imported memory, `memory` of module `host`. */
export function encodeModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const parameters = ({ parameters }: WasmFunction) => parameters.map((type) => [TYPES[type]]);
  const types = functions.map((f) => [0x60, ...vector(parameters(f)), 0]);
  const exported = functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([[...text('host'), ...text('memory'), 2, 0, 0]])),
    ...section(3, vector(functions.map((_, i) => unsigned(i)))),
    ...section(7, vector(exported)),
    ...section(10, vector(functions.map(body))),
  ]);
}
