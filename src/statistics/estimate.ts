/** @file The shapes statistics are handed around in, and the checks on what comes in. */
import { badInput } from '../tensor/errors.ts';

/** Low and high end. */
export type Interval = [low: number, high: number];

/** Successes out of n trials; `successes` may be fractional where it is a mean over decoys. */
export interface Count {
  readonly successes: number;
  readonly n: number;
}

/** A number that never travels without its interval and the name of the method behind it. */
export interface Estimate {
  readonly estimate: number;
  readonly interval: Interval;
  readonly method: string;
}

/** Throws unless 0 <= successes <= n, n a finite number. */
export function checkCount({ successes, n }: Count, name = 'count'): void {
  if (!(n >= 0 && Number.isFinite(n))) badInput(`${name}: n must be 0 or more, got ${n}`);
  if (!(successes >= 0 && successes <= n)) {
    badInput(`${name}: successes must be from 0 to n = ${n}, got ${successes}`);
  }
}

/** Throws unless the count is made of whole numbers, as exact tests need. */
export function checkWhole(count: Count, name = 'count'): void {
  checkCount(count, name);
  if (!Number.isSafeInteger(count.successes) || !Number.isSafeInteger(count.n)) {
    badInput(
      `${name}: expected whole numbers, got ${count.successes} of ${count.n}`,
      'an exact test counts samples; for mean rates of decoys use decoyCalibrated',
    );
  }
}

/** Throws unless 0 <= p <= 1. */
export function checkProbability(p: number, name: string): void {
  if (!(p >= 0 && p <= 1)) badInput(`${name} must be from 0 to 1, got ${p}`);
}

/** Throws unless 0 < level < 1. */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) {
    badInput(`level must be between 0 and 1, got ${level}`, 'for 95 % write 0.95');
  }
}
