/** @file ggml's "K" types: blocks of 256 values, whose sub-blocks have scales that are small integers themselves. */
import { half, type Quantization } from './block.ts';

/** The six-bit scale of sub-block j, of eight whose scales and minima are packed in 12 bytes. */
function scaleOf(bytes: Uint8Array, at: number, j: number): number {
  if (j < 4) return bytes[at + j]! & 63;
  return (bytes[at + j + 4]! & 15) | ((bytes[at + j - 4]! >> 6) << 4);
}

/** The six-bit minimum of sub-block j. */
function minimumOf(bytes: Uint8Array, at: number, j: number): number {
  if (j < 4) return bytes[at + j + 4]! & 63;
  return (bytes[at + j + 4]! >> 4) | ((bytes[at + j]! >> 6) << 4);
}

/**
 * Eight sub-blocks of 32 values, each scaled and shifted: scale and least step, packed scales, `high`
 * bytes with fifth bits, then nibbles, those of two sub-blocks in the same bytes.
 */
function subBlocks(bytes: Uint8Array, at: number, out: Float32Array, to: number, high: number) {
  const d = half(bytes, at);
  const least = half(bytes, at + 2);
  for (let sub = 0; sub < 8; sub++) {
    const step = Math.fround(d * scaleOf(bytes, at + 4, sub));
    const shift = Math.fround(least * minimumOf(bytes, at + 4, sub));
    const nibbles = at + 16 + high + (sub >> 1) * 32;
    for (let i = 0; i < 32; i++) {
      const low = (bytes[nibbles + i]! >> (4 * (sub & 1))) & 15;
      const fifth = high > 0 ? ((bytes[at + 16 + i]! >> sub) & 1) << 4 : 0;
      out[to + sub * 32 + i] = Math.fround(step * (low | fifth)) - shift;
    }
  }
}

export const q4_k: Quantization = {
  name: 'Q4_K',
  block: 256,
  bytes: 144,
  decode: (bytes, at, out, to) => subBlocks(bytes, at, out, to, 0),
};

export const q5_k: Quantization = {
  name: 'Q5_K',
  block: 256,
  bytes: 176,
  decode: (bytes, at, out, to) => subBlocks(bytes, at, out, to, 32),
};

/** Low nibbles, then two high bits each, then a signed scale for each 16 values, then the scale of scales. */
export const q6_k: Quantization = {
  name: 'Q6_K',
  block: 256,
  bytes: 210,
  decode: (bytes, at, out, to) => {
    const d = half(bytes, at + 208);
    for (let group = 0; group < 16; group++) {
      const step = Math.fround(d * ((bytes[at + 192 + group]! ^ 128) - 128));
      const [part, quarter, from] = [group >> 3, (group >> 1) & 3, (group & 1) * 16];
      const low = at + part * 64 + (quarter & 1) * 32 + from;
      const high = at + 128 + part * 32 + from;
      for (let i = 0; i < 16; i++) {
        const nibble = (bytes[low + i]! >> (4 * (quarter >> 1))) & 15;
        const top = ((bytes[high + i]! >> (2 * quarter)) & 3) << 4;
        out[to + group * 16 + i] = step * ((nibble | top) - 32);
      }
    }
  },
};
