/** @file Normal and t distributions to full float64 precision, tails included. */
import { normalQuantile as roughQuantile } from '../tensor/normal.ts';
import { inverseIncompleteBeta } from './special.ts';

const SQRT_TWO_PI = 2.5066282746310002;

/** Density of the standard normal. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / SQRT_TWO_PI;
}

/** P(Z <= x) for a standard normal Z; relative error about 1e-14, also deep in the lower tail. */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x > 0) return 1 - normalCdf(-x);
  if (x < -38.6) return 0;
  return x > -2.5 ? centre(x) : normalDensity(x) * millsRatio(-x);
}

/** 1/2 + density x (x + x^3/3 + x^5/15 + ...): Abramowitz and Stegun 26.2.11. */
function centre(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

/** P(Z > x) / density(x) for x > 0, by the continued fraction 26.2.14, from the far end. */
function millsRatio(x: number): number {
  let fraction = x;
  for (let k = 200; k >= 1; k--) fraction = x + k / fraction;
  return 1 / fraction;
}

/** The x with P(Z <= x) = p. One Halley step takes the rational formula to about 1e-15. */
export function normalQuantile(p: number): number {
  if (p <= 0) return Number.NEGATIVE_INFINITY;
  if (p >= 1) return Number.POSITIVE_INFINITY;
  if (p > 0.5) return -normalQuantile(1 - p);
  const x = roughQuantile(p);
  const step = (normalCdf(x) - p) / normalDensity(x);
  return x - step / (1 + (x * step) / 2);
}

/** The half-width of a two-sided interval in standard errors: 1.96 for level 0.95. */
export function normalCritical(level: number): number {
  return -normalQuantile((1 - level) / 2);
}

/**
 * The half-width of a two-sided interval of Student's t in standard errors, through
 * P(|T| > t) = I_{df/(df + t^2)}(df/2, 1/2) (DLMF 8.17; Abramowitz and Stegun 26.7.1).
 */
export function studentCritical(level: number, degrees: number): number {
  const x = inverseIncompleteBeta(degrees / 2, 0.5, 1 - level);
  return Math.sqrt((degrees * (1 - x)) / x);
}
