/** @file Special functions and distributions against mpmath and SciPy. */
import { describe, expect, test } from 'vitest';
import { binomialDraw, binomialMass, upperTails } from '../../src/statistics/binomial.ts';
import { normalCdf, normalQuantile, studentCritical } from '../../src/statistics/normal.ts';
import {
  incompleteBeta,
  inverseIncompleteBeta,
  logChoose,
  logGamma,
} from '../../src/statistics/special.ts';
import { near, values } from './fixture.ts';

describe('special functions', () => {
  test('the normal distribution agrees with mpmath to 1e-12, deep tails included', () => {
    for (const [x, p] of values.normalCdf) near(normalCdf(x), p, 1e-12);
    for (const [p, x] of values.normalQuantile) near(normalQuantile(p), x, 1e-12);
  });

  test("Student's t agrees with SciPy", () => {
    for (const [level, df, t] of values.studentCritical) near(studentCritical(level, df), t);
  });

  test('log gamma and the incomplete beta function agree with mpmath', () => {
    for (const [x, y] of values.logGamma) near(logGamma(x), y, 1e-13);
    for (const [a, b, x, y] of values.incompleteBeta) near(incompleteBeta(a, b, x), y);
  });

  test('the inverse incomplete beta function undoes the function', () => {
    for (const [a, b] of values.incompleteBeta) {
      for (const p of [1e-12, 0.001, 0.025, 0.5, 0.975, 0.999999]) {
        near(incompleteBeta(a, b, inverseIncompleteBeta(a, b, p)), p);
      }
    }
  });

  test('choosing 5 of 52 gives 2,598,960 hands', () => {
    near(Math.exp(logChoose(52, 5)), 2_598_960, 1e-12);
  });

  test('binomial masses follow the closed form, tails through the beta function', () => {
    for (const [n, p] of [
      [7, 0.3],
      [1737, 0.007],
      [300, 0.5],
      [40, 0.999],
    ] as const) {
      const mass = binomialMass(n, p);
      const tails = upperTails(mass);
      mass.mass.forEach((x, i) => {
        const k = mass.first + i;
        near(x, Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p)), 1e-10);
        if (k > 0 && tails[i]! > 1e-6) near(tails[i]!, incompleteBeta(k, n - k + 1, p), 1e-9);
      });
    }
  });

  test('binomial masses at rates 0 and 1 are certain, draws follow the cumulative distribution', () => {
    expect([...binomialMass(5, 0).mass, binomialMass(5, 1).first]).toEqual([1, 5]);
    const mass = binomialMass(3, 0.5);
    expect([0, 0.124, 0.126, 0.49, 0.51, 0.99].map((u) => binomialDraw(mass, u))).toEqual([
      0, 0, 1, 1, 2, 3,
    ]);
  });
});
