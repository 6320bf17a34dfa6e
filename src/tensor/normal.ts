/**
 * @file Standard normals from random bits by inversion: one 32-bit word gives one number, by a table
 * of quantiles with linear interpolation in the body and a rational formula in the tails.
 */
import { PARITY, threefryBlocks, type Words } from './threefry.ts';
import { instantiate } from './wasm/instance.ts';
import { THREEFRY } from './wasm/threefry.ts';

const BINS = 8192;
/** Bins at each end where the quantile curves too much to interpolate. */
const TAIL_BINS = 64;

/**
 * Quantile of the standard normal, relative error below 1.2e-9.
 *
 * Source: P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution
 * function" (2003).
 *
 * @param p in (0, 1)
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) return lowerTail(Math.sqrt(-2 * Math.log(p)));
  const q = p - 0.5;
  const r = q * q;
  const numerator =
    (((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r +
      1.38357751867269e2) *
      r -
      3.066479806614716e1) *
      r +
      2.506628277459239) *
    q;
  const denominator =
    ((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r +
      6.680131188771972e1) *
      r -
      1.328068155288572e1) *
      r +
    1;
  return numerator / denominator;
}

function lowerTail(q: number): number {
  const numerator =
    ((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q -
      2.549732539343734) *
      q +
      4.374664141464968) *
      q +
    2.938163982698783;
  const denominator =
    (((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q +
      3.754408661907416) *
      q +
    1;
  return numerator / denominator;
}

/** Quantiles at the bin edges; entry i belongs to p = i / BINS, the two infinite ends unused. */
const TABLE = Float64Array.from({ length: BINS + 1 }, (_, i) =>
  i === 0 || i === BINS ? 0 : normalQuantile(i / BINS),
);

/** The standard normal whose cumulative probability is (bits + 0.5) / 2^32. */
export function normalFromBits(bits: number): number {
  const bin = bits >>> 19;
  if (bin < TAIL_BINS || bin >= BINS - TAIL_BINS) return normalQuantile((bits + 0.5) / 4294967296);
  const fraction = ((bits & 0x7ffff) + 0.5) / 524288;
  const low = TABLE[bin]!;
  return low + (TABLE[bin + 1]! - low) * fraction;
}

const { buffer, kernels } = instantiate([THREEFRY], 1);

/** Random words waiting to become normals: a buffer that stays in the first-level cache. */
const scratch = new Uint32Array(buffer, 0, 1024);

/** Fills `scratch` with the words of `count` blocks, and of up to three more. */
function fillScratch(key: Words, low: number, high: number, count: number): void {
  const whole = Math.ceil(count / 4) * 4;
  if (low + whole > 2 ** 32) threefryBlocks(key, low, high, scratch, count);
  else {
    const third = PARITY ^ key[0] ^ key[1];
    kernels.threefry!(0, 8 * whole, key[0], key[1], third, low, high);
  }
}

/** Fills `out` with normals number `offset`, `offset` + 1, ... of a key: number i is word i & 1 of block i >> 1. */
export function fillNormal(key: Words, out: Float32Array, offset: number): Float32Array {
  let block = Math.floor(offset / 2);
  let skip = offset % 2;
  for (let done = 0; done < out.length; block += scratch.length / 2) {
    const take = Math.min(scratch.length - skip, out.length - done);
    const high = Math.floor(block / 4294967296);
    fillScratch(key, block >>> 0, high, (skip + take + 1) >> 1);
    for (let i = 0; i < take; i++) out[done + i] = normalFromBits(scratch[skip + i]!);
    done += take;
    skip = 0;
  }
  return out;
}
