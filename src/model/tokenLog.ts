/** @file How likely a model found a token, beside those that it found likeliest. */

/** A token and its natural logarithm of probability. */
export interface LikelyToken {
  readonly token: number;
  readonly logProbability: number;
}

export interface TokenLog extends LikelyToken {
  /** The likeliest tokens, likeliest first; ties keep the lower id. */
  readonly top: readonly LikelyToken[];
}

/**
 * The log probability of a token under the softmax of logits, and those of the `count` likeliest tokens; summed in
 * float64.
 *
 * @param logits [vocabulary]
 */
export function tokenLog(logits: Float32Array, token: number, count = 0): TokenLog {
  const total = logSumExp(logits);
  const likely = (id: number): LikelyToken => ({ token: id, logProbability: logits[id]! - total });
  return { ...likely(token), top: largest(logits, count).map(likely) };
}

/** ln of the sum of exponentials, summed in float64. */
export function logSumExp(values: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - most);
  return most + Math.log(sum);
}

/** Indices of the `count` largest values, largest first. */
function largest(values: Float32Array, count: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i < values.length && count > 0; i++) {
    if (kept.length === count && values[i]! <= values[kept[count - 1]!]!) continue;
    let place = kept.length;
    while (place > 0 && values[kept[place - 1]!]! < values[i]!) place--;
    kept.splice(place, 0, i);
    kept.length = Math.min(kept.length, count);
  }
  return kept;
}
