/**
 * @file GGUF's element types: blocks of small integers with a scale, as ggml lays them out
 * (https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h). Values are float32, every step
 * rounded as ggml and its Python reader round it.
 */
import { toFloat32 } from '../dtype.ts';
import { half, type Quantization } from './block.ts';
import { q4_k, q5_k, q6_k } from './kQuantization.ts';

/** A type of plain floats: decoded many at a time. */
interface Plain extends Omit<Quantization, 'decode'> {
  readonly dtype: 'F32' | 'F16' | 'BF16';
}

const q8_0: Quantization = {
  name: 'Q8_0',
  block: 32,
  bytes: 34,
  decode: (bytes, at, out, to) => {
    const d = half(bytes, at);
    // A byte as a signed number.
    for (let i = 0; i < 32; i++) out[to + i] = d * ((bytes[at + 2 + i]! ^ 128) - 128);
  },
};

/** The low nibbles of 16 bytes are the first half of a block, the high ones the second. */
const q4_0: Quantization = {
  name: 'Q4_0',
  block: 32,
  bytes: 18,
  decode: (bytes, at, out, to) => {
    const d = half(bytes, at);
    for (let i = 0; i < 16; i++) {
      const byte = bytes[at + 2 + i]!;
      out[to + i] = d * ((byte & 15) - 8);
      out[to + 16 + i] = d * ((byte >> 4) - 8);
    }
  },
};

const q4_1: Quantization = {
  name: 'Q4_1',
  block: 32,
  bytes: 20,
  decode: (bytes, at, out, to) => {
    const d = half(bytes, at);
    const least = half(bytes, at + 2);
    for (let i = 0; i < 16; i++) {
      const byte = bytes[at + 4 + i]!;
      out[to + i] = Math.fround(d * (byte & 15)) + least;
      out[to + 16 + i] = Math.fround(d * (byte >> 4)) + least;
    }
  },
};

/** The fifth bit of value i of a block is bit i of four bytes. */
function fifth(bytes: Uint8Array, at: number, i: number): number {
  return ((bytes[at + (i >> 3)]! >> (i & 7)) & 1) << 4;
}

const q5_0: Quantization = {
  name: 'Q5_0',
  block: 32,
  bytes: 22,
  decode: (bytes, at, out, to) => {
    const d = half(bytes, at);
    for (let i = 0; i < 16; i++) {
      const byte = bytes[at + 6 + i]!;
      out[to + i] = d * (((byte & 15) | fifth(bytes, at + 2, i)) - 16);
      out[to + 16 + i] = d * (((byte >> 4) | fifth(bytes, at + 2, 16 + i)) - 16);
    }
  },
};

const q5_1: Quantization = {
  name: 'Q5_1',
  block: 32,
  bytes: 24,
  decode: (bytes, at, out, to) => {
    const d = half(bytes, at);
    const least = half(bytes, at + 2);
    for (let i = 0; i < 16; i++) {
      const byte = bytes[at + 8 + i]!;
      out[to + i] = Math.fround(d * ((byte & 15) | fifth(bytes, at + 4, i))) + least;
      out[to + 16 + i] = Math.fround(d * ((byte >> 4) | fifth(bytes, at + 4, 16 + i))) + least;
    }
  },
};

/** Types by ggml's numbers. */
const TYPES: ReadonlyMap<number, Quantization | Plain> = new Map<number, Quantization | Plain>([
  [0, { name: 'F32', block: 1, bytes: 4, dtype: 'F32' }],
  [1, { name: 'F16', block: 1, bytes: 2, dtype: 'F16' }],
  [2, q4_0],
  [3, q4_1],
  [6, q5_0],
  [7, q5_1],
  [8, q8_0],
  [12, q4_k],
  [13, q5_k],
  [14, q6_k],
  [30, { name: 'BF16', block: 1, bytes: 2, dtype: 'BF16' }],
]);

/** An element type that is read. */
export type ElementType = Quantization | Plain;

/** The type of a number in the file; undefined for one that is not read. */
export function elementType(type: number): ElementType | undefined {
  return TYPES.get(type);
}

/** Types that are not read, for messages. */
const OTHERS: Readonly<Record<number, string>> = {
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

/** What a type that is not read is called, and which ones are. */
export function unreadType(type: number): string {
  const known = [...TYPES.values()].map(({ name }) => name).join(', ');
  return `type ${OTHERS[type] ?? type}, which is not read: expected one of ${known}`;
}

/** Writes the values of whole blocks; `out` has room for exactly those. */
export function dequantize(type: ElementType, bytes: Uint8Array, out: Float32Array): void {
  if ('dtype' in type) {
    out.set(toFloat32(type.dtype, bytes));
    return;
  }
  for (let at = 0, to = 0; to < out.length; at += type.bytes, to += type.block)
    type.decode(bytes, at, out, to);
}
