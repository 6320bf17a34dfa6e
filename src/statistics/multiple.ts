/** @file Corrections for testing several hypotheses at once; p-values in, adjusted ones out, same order. */
import { checkProbability } from './estimate.ts';

/**
 * Holm's step-down: rejecting where the adjusted p is at most alpha keeps the chance of any false
 * rejection at alpha, whatever the dependence. Source: Holm 1979.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = ascending(pValues);
  const adjusted = new Array<number>(pValues.length);
  let highest = 0;
  order.forEach((index, rank) => {
    highest = Math.max(highest, Math.min(1, (pValues.length - rank) * pValues[index]!));
    adjusted[index] = highest;
  });
  return adjusted;
}

/**
 * Benjamini and Hochberg's step-up: rejecting where the adjusted p is at most q keeps the expected share
 * of false rejections at q, for independent or positively dependent tests. Source: their 1995 paper.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = ascending(pValues);
  const adjusted = new Array<number>(pValues.length);
  let lowest = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1]!;
    lowest = Math.min(lowest, (pValues.length / rank) * pValues[index]!);
    adjusted[index] = lowest;
  }
  return adjusted;
}

function ascending(pValues: readonly number[]): number[] {
  for (const p of pValues) checkProbability(p, 'p-value');
  return [...pValues.keys()].sort((i, j) => pValues[i]! - pValues[j]! || i - j);
}
