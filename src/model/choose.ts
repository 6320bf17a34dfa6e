/** @file Choosing the next token from a distribution: greedy, temperature, top-k, nucleus. */

export interface Choice {
  /** Keep the k likeliest tokens. */
  readonly topK?: number;
  /** Keep the likeliest tokens whose probabilities reach p (Holtzman et al. 2020). */
  readonly topP?: number;
}

/** Index of the largest entry; ties go to the lowest. */
export function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/**
 * Draws an index by inversion.
 *
 * @param probabilities non-negative, need not add up to one
 * @param uniform in [0, 1)
 */
export function draw(probabilities: Float32Array, uniform: number): number {
  let total = 0;
  for (let i = 0; i < probabilities.length; i++) total += probabilities[i]!;
  const target = uniform * total;
  let sum = 0;
  let last = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i]!;
    if (p === 0) continue;
    sum += p;
    last = i;
    if (sum > target) return i;
  }
  return last;
}

/** The same distribution with all but the kept tokens at zero; ties keep the lower index. */
export function restrict(probabilities: Float32Array, { topK, topP }: Choice): Float32Array {
  if (topK === undefined && topP === undefined) return probabilities;
  const order = Array.from(probabilities.keys()).sort(
    (a, b) => probabilities[b]! - probabilities[a]! || a - b,
  );
  let kept = topK === undefined ? order : order.slice(0, topK);
  if (topP !== undefined)
    kept = kept.slice(
      0,
      nucleusSize(
        kept.map((i) => probabilities[i]!),
        topP,
      ),
    );
  const out = new Float32Array(probabilities.length);
  for (const i of kept) out[i] = probabilities[i]!;
  return out;
}

/** How many of the sorted probabilities it takes to reach p of their sum; at least one. */
function nucleusSize(sorted: readonly number[], p: number): number {
  const total = sorted.reduce((a, b) => a + b, 0);
  let sum = 0;
  for (let i = 0; i < sorted.length; i++) {
    sum += sorted[i]!;
    if (sum >= p * total) return i + 1;
  }
  return sorted.length;
}
