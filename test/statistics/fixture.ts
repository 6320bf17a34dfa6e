/** @file The numbers of test/fixtures/statistics/make.py (SciPy 1.17.1, mpmath 1.3.0), and how to compare. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

interface Values {
  normalCdf: [number, number][];
  normalQuantile: [number, number][];
  studentCritical: [number, number, number][];
  logGamma: [number, number][];
  incompleteBeta: [number, number, number, number][];
  wilson: [number, number, number, number, number][];
  wilsonFractional: [number, number, number, number][];
  clopperPearson: [number, number, number, number, number][];
  newcombe: [number, number, number, number, number, number, number][];
  fisher: [number, number, number, number, number, number, number][];
  boschloo: {
    table: [number, number, number, number];
    scipy: number;
    all: number;
    confined: number;
  }[];
  delong: { x: number[]; y: number[]; '0.95': number[]; '0.8': number[] };
  separated: { m: number; n: number; low: number };
  multiple: { p: number[]; holm: number[]; bh: number[] };
  permutation: { a: number[]; b: number[]; greater: number; twoSided: number };
  clustered: {
    a: Record<string, number[]>;
    b: Record<string, number[]>;
    estimate: number;
    variance: number;
    designEffect: number;
  };
  quantile: [number, number][];
}

export const values = JSON.parse(
  readFileSync(new URL('../fixtures/statistics/values.json', import.meta.url), 'utf8'),
) as Values;

/** Asserts a relative error (absolute below 1e-300) of at most `tolerance`. */
export function near(actual: number, expected: number, tolerance = 1e-9): void {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-300);
  if (actual !== expected) expect(error, `${actual} against ${expected}`).toBeLessThan(tolerance);
}
