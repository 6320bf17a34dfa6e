/**
 * @file Boschloo's exact test of two proportions: Fisher's p-value as the statistic, its size taken
 * at the worst common rate instead of given the total.
 *
 * Sources: Boschloo 1970 (Statistica Neerlandica 24:1); the common rate is confined to an interval
 * after Berger and Boos 1994 (JASA 89:1012), which also makes the cost small at rare rates.
 */
import { binomialMass, upperTails } from './binomial.ts';
import { fisherUpper } from './difference.ts';
import { type Count, checkProbability, checkWhole, type Interval } from './estimate.ts';
import { clopperPearson } from './proportion.ts';

/** Chance that the common rate lies outside the interval searched; it is added to the p-value. */
export const GAMMA = 1e-6;

/**
 * One-sided exact p-value of rate(a) > rate(b): under equal rates, whatever they are, it falls to
 * alpha or below with probability at most alpha, for any two sample sizes.
 *
 * @param options.gamma Berger and Boos's gamma; 0 searches all rates, which is Boschloo's own test
 */
export function boschloo(a: Count, b: Count, options: { gamma?: number } = {}): number {
  checkWhole(a, 'boschloo, arm a');
  checkWhole(b, 'boschloo, arm b');
  const { gamma = GAMMA } = options;
  checkProbability(gamma, 'gamma');
  // Fisher's p-value is 1 for an empty arm or no excess at all: every table is as extreme.
  const fisher = fisherUpper(a.successes, a.n, b.successes, b.n);
  if (fisher >= 1) return 1;
  const total = a.successes + b.successes;
  const rates: Interval = gamma === 0 ? [0, 1] : clopperPearson(total, a.n + b.n, 1 - gamma);
  return Math.min(1, largestSize(new Region(a.n, b.n, fisher), rates) + gamma);
}

/** All tables whose Fisher p-value is at most a bound; its edge is found where it is asked for. */
class Region {
  readonly nA: number;
  readonly nB: number;
  readonly #bound: number;
  readonly #edges = new Map<number, number>();

  constructor(nA: number, nB: number, fisher: number) {
    this.nA = nA;
    this.nB = nB;
    // Tables equally extreme by symmetry differ by rounding only.
    this.#bound = fisher * (1 + 1e-9);
  }

  /** The least a for which (a, b) is in the region; nA + 1 where none is. It grows with b. */
  edge(b: number): number {
    const known = this.#edges.get(b);
    if (known !== undefined) return known;
    let a = this.#edges.get(b - 1) ?? this.#search(b);
    while (a <= this.nA && fisherUpper(a, this.nA, b, this.nB) > this.#bound) a++;
    this.#edges.set(b, a);
    return a;
  }

  #search(b: number): number {
    let [low, high] = [0, this.nA + 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fisherUpper(middle, this.nA, b, this.nB) > this.#bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Probability of the region when both rates are p. */
  size(p: number): number {
    const armA = binomialMass(this.nA, p);
    const tails = upperTails(armA);
    const armB = binomialMass(this.nB, p);
    let size = 0;
    for (let i = 0; i < armB.mass.length; i++) {
      const from = this.edge(armB.first + i) - armA.first;
      if (from >= tails.length) break;
      size += armB.mass[i]! * (from <= 0 ? 1 : tails[from]!);
    }
    return size;
  }
}

/** The largest size over an interval of rates: a grid, then a golden section search at its best. */
function largestSize(region: Region, [low, high]: Interval): number {
  // On the arcsine scale an estimated rate has the same spread, 1 / sqrt(4 n), everywhere.
  const angle = (p: number) => Math.asin(Math.sqrt(p));
  const at = (theta: number) => region.size(Math.sin(theta) ** 2);
  const width = angle(high) - angle(low);
  const steps = Math.max(8, Math.ceil(width * 6 * Math.sqrt(region.nA + region.nB)));
  let best = { theta: angle(low), size: 0 };
  for (let i = 0; i <= steps; i++) {
    const theta = angle(low) + (width * i) / steps;
    const size = at(theta);
    if (size > best.size) best = { theta, size };
  }
  const step = width / steps;
  const from = Math.max(angle(low), best.theta - step);
  const to = Math.min(angle(high), best.theta + step);
  return Math.max(best.size, goldenMaximum(at, from, to));
}

/** The maximum of a function with one peak on [low, high], to about 1e-8 of its value. */
function goldenMaximum(f: (x: number) => number, low: number, high: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [f(left), f(right)];
  for (let step = 0; step < 18; step++) {
    if (atLeft > atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = f(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = f(right);
    }
  }
  return Math.max(atLeft, atRight);
}
