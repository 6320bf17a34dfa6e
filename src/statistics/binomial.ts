/** @file The binomial distribution where it has mass: its probabilities, its tails, draws from it. */

/** Probabilities of `first`, `first + 1`, ...; what lies outside is below 1e-17 of the largest. */
export interface Mass {
  readonly first: number;
  readonly mass: Float64Array;
}

/** Binomial(n, p): ratios of neighbours outwards from the mode, then scaled to sum 1. */
export function binomialMass(n: number, p: number): Mass {
  if (p <= 0) return { first: 0, mass: Float64Array.of(1) };
  if (p >= 1) return { first: n, mass: Float64Array.of(1) };
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const below: number[] = [];
  for (let k = mode, term = 1; k > 0 && term > 1e-17; k--) {
    term *= k / ((n - k + 1) * odds);
    below.push(term);
  }
  const above: number[] = [1];
  for (let k = mode, term = 1; k < n && term > 1e-17; k++) {
    term *= ((n - k) * odds) / (k + 1);
    above.push(term);
  }
  const mass = Float64Array.from([...below.reverse(), ...above]);
  const total = mass.reduce((sum, term) => sum + term, 0);
  return { first: mode - below.length, mass: mass.map((term) => term / total) };
}

/** P(X >= first + i) for each i of the mass, summed from the small end. */
export function upperTails({ mass }: Mass): Float64Array {
  const tails = new Float64Array(mass.length);
  let sum = 0;
  for (let i = mass.length - 1; i >= 0; i--) {
    sum += mass[i]!;
    tails[i] = sum;
  }
  return tails;
}

/** The draw that belongs to a uniform number in [0, 1), by inversion. */
export function binomialDraw({ first, mass }: Mass, uniform: number): number {
  let sum = 0;
  for (let i = 0; i < mass.length; i++) {
    sum += mass[i]!;
    if (uniform < sum) return first + i;
  }
  return first + mass.length - 1;
}
