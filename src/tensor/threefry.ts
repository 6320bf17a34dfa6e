/**
 * @file The counter-based generator behind all randomness: Threefry-2x32 with 20 rounds (Salmon,
 * Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", section 4.1).
 */

/** Two 32-bit words: a key, a counter, or a block of output. */
export type Words = readonly [number, number];

/** The key's third word is this and the other two, combined bit by bit. */
export const PARITY = 0x1bd11bda;

/**
 * Blocks number `low` + 2^32 `high`, and those that follow, under one key: two words of `out` each.
 *
 * The rounds are written out eight at a time: rotation amounts from a table would double the cost.
 *
 * @param count number of blocks; `out` holds at least 2 `count` words
 */
export function threefryBlocks(
  key: Words,
  low: number,
  high: number,
  out: Uint32Array,
  count: number,
): void {
  const k0 = key[0] | 0;
  const k1 = key[1] | 0;
  const k2 = PARITY ^ k0 ^ k1;
  for (let i = 0; i < count; i++) {
    const counter = low + i;
    let x0 = (counter + k0) | 0;
    let x1 = (high + (counter > 0xffffffff ? 1 : 0) + k1) | 0;
    let a = k1;
    let b = k2;
    let c = k0;
    // Four rounds a group; the key schedule is injected after each group.
    for (let group = 1; ; group += 2) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
      x0 = (x0 + a) | 0;
      x1 = (x1 + b + group) | 0;
      if (group === 5) break;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
      x0 = (x0 + b) | 0;
      x1 = (x1 + c + group + 1) | 0;
      const last = c;
      c = b;
      b = a;
      a = last;
    }
    out[2 * i] = x0;
    out[2 * i + 1] = x1;
  }
}

const block = new Uint32Array(2);

/** One counter block under one key. */
export function threefry2x32(key: Words, counter: Words): [number, number] {
  threefryBlocks(key, counter[0], counter[1], block, 1);
  return [block[0]!, block[1]!];
}
