/** @file How many samples tell two rates apart, and how well a given number does. */

import { badInput } from '../tensor/errors.ts';
import { randomStream } from '../tensor/random.ts';
import { binomialDraw, binomialMass, type Mass } from './binomial.ts';
import { detects } from './detect.ts';
import { checkProbability, type Interval } from './estimate.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { wilson } from './proportion.ts';

/** Above this many samples an arm, exact enumeration gives way to the formula. */
const EXACT_LIMIT = 20_000;

/** What a test should reach. */
export interface PowerTarget {
  /** Chance of detecting a true difference. Default 0.8. */
  readonly power?: number;
  /** Two-sided significance level. Default 0.05. */
  readonly alpha?: number;
}

/**
 * Samples per arm with which {@link detects} finds rate p1 above rate p2 with the asked power.
 *
 * It is the textbook number, raised in steps of 2 % as long as the exact power of the test falls
 * short (up to 20,000 an arm; beyond, the textbook number). 0.7 % against 0.1 %: 1,737.
 */
export function sampleSize(p1: number, p2: number, target: PowerTarget = {}): number {
  const { power = 0.8, alpha = 0.05 } = target;
  let n = normalSampleSize(p1, p2, { power, alpha });
  while (n <= EXACT_LIMIT && achievedPower(p1, p2, n, { alpha }) < power) n = Math.ceil(n * 1.02);
  return n;
}

/**
 * The textbook number per arm: normal approximation, pooled variance under equality, rounded up:
 * n = (z_(1-alpha/2) sqrt(2 p (1-p)) + z_power sqrt(p1 (1-p1) + p2 (1-p2)))^2 / (p1 - p2)^2 with
 * p = (p1 + p2) / 2. Source: Fleiss, Levin and Paik 2003, equation 4.14, without continuity correction.
 */
export function normalSampleSize(p1: number, p2: number, target: PowerTarget = {}): number {
  checkRates(p1, p2);
  const { power = 0.8, alpha = 0.05 } = target;
  checkProbability(power, 'power');
  const { pooled, separate } = deviations(p1, p2);
  const reach = normalQuantile(1 - alpha / 2) * pooled + normalQuantile(power) * separate;
  return Math.max(2, Math.ceil((reach / (p1 - p2)) ** 2));
}

/** The power the same approximation gives n samples per arm. */
export function normalPower(p1: number, p2: number, n: number, alpha = 0.05): number {
  checkRates(p1, p2);
  const { pooled, separate } = deviations(p1, p2);
  const reach = Math.abs(p1 - p2) * Math.sqrt(n) - normalQuantile(1 - alpha / 2) * pooled;
  return normalCdf(reach / separate);
}

/** sqrt(n) times the standard errors of a difference: rates equal, rates as given. */
function deviations(p1: number, p2: number): { pooled: number; separate: number } {
  const p = (p1 + p2) / 2;
  return {
    pooled: Math.sqrt(2 * p * (1 - p)),
    separate: Math.sqrt(p1 * (1 - p1) + p2 * (1 - p2)),
  };
}

function checkRates(p1: number, p2: number): void {
  checkProbability(p1, 'p1');
  checkProbability(p2, 'p2');
  if (p1 === p2) {
    badInput(
      `p1 and p2 must differ, both are ${p1}`,
      'no number of samples tells equal rates apart',
    );
  }
}

/** How {@link achievedPower} is asked. */
export interface ArmOptions {
  /** Samples of the second arm. Default: as many as of the first. */
  readonly nB?: number;
  /** Two-sided significance level. Default 0.05. */
  readonly alpha?: number;
}

/**
 * Exact probability that {@link detects} finds arm a (rate p1, n samples) above arm b (rate p2),
 * summed over all outcomes; with p1 = p2 it is the rate of false detections. Above 20,000 samples in
 * an arm: the normal approximation.
 */
export function achievedPower(p1: number, p2: number, n: number, options: ArmOptions = {}): number {
  checkProbability(p1, 'p1');
  checkProbability(p2, 'p2');
  const { nB = n, alpha = 0.05 } = options;
  if (Math.max(n, nB) > EXACT_LIMIT && p1 > p2) {
    return normalPower(p1, p2, 2 / (1 / n + 1 / nB), alpha);
  }
  const armA = binomialMass(n, p1);
  const armB = binomialMass(nB, p2);
  let power = 0;
  let edge = armA.first;
  for (let j = 0; j < armB.mass.length; j++) {
    const b = { successes: armB.first + j, n: nB };
    // What b successes do not yield to, more do not either.
    while (edge <= n && !detects({ successes: edge, n }, b, { alpha })) edge++;
    power += armB.mass[j]! * upperMass(armA, edge);
  }
  return power;
}

function upperMass({ first, mass }: Mass, from: number): number {
  let sum = 0;
  for (let i = mass.length - 1; i >= Math.max(0, from - first); i--) sum += mass[i]!;
  return sum;
}

/** What a simulation says, with what it takes to run it again. */
export interface SimulatedPower {
  /** Samples per arm in every run. */
  readonly n: number;
  readonly runs: number;
  readonly detections: number;
  readonly rate: number;
  /** Wilson, 95 %. */
  readonly interval: Interval;
  readonly seed: number;
}

/** How often {@link detects} finds rate p1 above rate p2 in simulated audits of n samples per arm. */
export function simulatedPower(
  p1: number,
  p2: number,
  n: number,
  options: { runs?: number; seed?: number; alpha?: number } = {},
): SimulatedPower {
  checkProbability(p1, 'p1');
  checkProbability(p2, 'p2');
  const { runs = 200, seed = 1, alpha = 0.05 } = options;
  const stream = randomStream(seed, 'power');
  const [armA, armB] = [binomialMass(n, p1), binomialMass(n, p2)];
  let detections = 0;
  for (let run = 0; run < runs; run++) {
    const a = { successes: binomialDraw(armA, stream.uniform(2 * run)), n };
    const b = { successes: binomialDraw(armB, stream.uniform(2 * run + 1)), n };
    if (detects(a, b, { alpha })) detections++;
  }
  return { n, runs, detections, rate: detections / runs, interval: wilson(detections, runs), seed };
}
