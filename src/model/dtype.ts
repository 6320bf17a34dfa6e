/**
 * @file Element types of weight files and their conversion to and from float32.
 *
 * Files are little-endian, and so is every machine that this runs on.
 */

/** Bytes per element of every type that is read. */
export const DTYPE_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

/** An element type by its safetensors name. */
export type Dtype = keyof typeof DTYPE_BYTES;

/** Element types that weights can be written in. */
export type SavedDtype = 'F32' | 'F16' | 'BF16';

/** Whether a name is an element type that is read here. */
export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && Object.hasOwn(DTYPE_BYTES, name);
}

/** Decodes elements to float32 (a copy); 64-bit and 32-bit values round to the nearest float32. */
export function toFloat32(dtype: Dtype, bytes: Uint8Array): Float32Array {
  // A copy aligns the bytes and keeps the result from holding on to the whole file.
  const buffer = bytes.slice().buffer;
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F16':
      return halfToFloat32(new Uint16Array(buffer));
    case 'BF16':
      return bfloatToFloat32(new Uint16Array(buffer));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case 'U64':
      return Float32Array.from(new BigUint64Array(buffer), Number);
    case 'BOOL':
      return Float32Array.from(new Uint8Array(buffer), (bit) => (bit === 0 ? 0 : 1));
    default:
      return new Float32Array(integers(dtype, buffer));
  }
}

function integers(dtype: Dtype, buffer: ArrayBuffer): ArrayLike<number> {
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer);
    case 'U32':
      return new Uint32Array(buffer);
    case 'I32':
      return new Int32Array(buffer);
    case 'U16':
      return new Uint16Array(buffer);
    case 'I16':
      return new Int16Array(buffer);
    case 'I8':
      return new Int8Array(buffer);
    default:
      return new Uint8Array(buffer);
  }
}

/** Encodes float32 values; halves round to nearest, ties to even, as IEEE 754 has it. */
export function fromFloat32(dtype: SavedDtype, values: Float32Array): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const words = dtype === 'F16' ? float32ToHalf(values) : float32ToBfloat(values);
  return new Uint8Array(words.buffer);
}

/** bfloat16 is the upper half of a float32. */
function bfloatToFloat32(words: Uint16Array): Float32Array {
  const bits = new Uint32Array(words.length);
  for (let i = 0; i < words.length; i++) bits[i] = words[i]! << 16;
  return new Float32Array(bits.buffer);
}

function float32ToBfloat(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.slice().buffer);
  const out = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!;
    const isNan = (word & 0x7fffffff) > 0x7f800000;
    // Rounding would carry a NaN's payload into an infinity: keep it quiet instead.
    out[i] = isNan ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return out;
}

let halfTable: Float32Array | undefined;

function halfToFloat32(words: Uint16Array): Float32Array {
  halfTable ??= Float32Array.from({ length: 65536 }, (_, word) => halfValue(word));
  const out = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) out[i] = halfTable[words[i]!]!;
  return out;
}

/** The value of one IEEE 754 binary16 word: 1 sign bit, 5 exponent bits, 10 fraction bits. */
function halfValue(word: number): number {
  const sign = word & 0x8000 ? -1 : 1;
  const exponent = (word >>> 10) & 31;
  const fraction = word & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function float32ToHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.slice().buffer);
  return Uint16Array.from(bits, halfWord);
}

/** The binary16 word nearest to a float32 given by its bits. */
function halfWord(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to infinity
  if (magnitude < 0x38800000) return sign | subnormalWord(magnitude);
  const rebiased = magnitude - 0x38000000;
  return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
}

const scratch = new Uint32Array(1);
const scratchFloat = new Float32Array(scratch.buffer);

/** Below 2^-14 halves are multiples of 2^-24: adding 0.5 lets the float32 adder do the rounding. */
function subnormalWord(magnitude: number): number {
  scratch[0] = magnitude;
  scratchFloat[0] = scratchFloat[0]! + 0.5;
  return scratch[0]! - 0x3f000000;
}
