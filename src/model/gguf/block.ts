/** @file Blocks: what an element type of several values at a time is, and numbers within its bytes. */
import { toFloat32 } from '../dtype.ts';

/** An element type whose values come in blocks. */
export interface Quantization {
  readonly name: string;
  /** Values in a block. */
  readonly block: number;
  /** Bytes of a block. */
  readonly bytes: number;
  /** Writes the values of the block at byte `at` to `out`, from index `to` on. */
  decode(bytes: Uint8Array, at: number, out: Float32Array, to: number): void;
}

let halves: Float32Array | undefined;

/** The half-precision number at an offset. */
export function half(bytes: Uint8Array, at: number): number {
  halves ??= everyHalf();
  return halves[bytes[at]! | (bytes[at + 1]! << 8)]!;
}

function everyHalf(): Float32Array {
  const words = Uint16Array.from({ length: 65536 }, (_, word) => word);
  return toFloat32('F16', new Uint8Array(words.buffer));
}
