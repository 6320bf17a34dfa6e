/** @file How often a technique accuses clean twins, by permutation: each candidate in turn is taken to be the truth. */
import { proportion, rankSumP } from '../../statistics/index.ts';
import { randomStream } from '../../tensor/index.ts';
import type { TypeOne } from './result.ts';
import type { Judged } from './row.ts';

/** Candidates tried for each pair of twins, spread evenly where there are more. */
const TRIED = 400;

/**
 * The rule of the bench on one seed, with the clean twin of this seed as the suspect and that of the next as its twin: the
 * share of candidates that would be 'found' at 5 %, were each of them the truth. With one seed its twin stands beside
 * silence. Sets of several true candidates are picked blindly, as the test supposes.
 */
export function typeOneOf(
  technique: string,
  organism: string,
  judged: readonly Judged[],
  alpha = 0.05,
): TypeOne {
  const outcomes = judged.flatMap(({ truth, evidence }, i) => {
    const suspect = evidence.scores.twin;
    const next = judged.length > 1 ? judged[(i + 1) % judged.length] : undefined;
    const beyond = suspect.map((score, c) => score - (next?.evidence.scores.twin[c] ?? 0));
    return truths(suspect.length, truth.length).map(
      (taken) => Math.max(rankSumP(suspect, taken), rankSumP(beyond, taken)) <= alpha,
    );
  });
  const successes = outcomes.filter(Boolean).length;
  return { technique, organism, ...proportion({ successes, n: outcomes.length }) };
}

function truths(candidates: number, size: number): number[][] {
  const count = Math.min(TRIED, candidates);
  return Array.from({ length: count }, (_, i) => {
    if (size === 1) return [Math.floor((i * candidates) / count)];
    const reader = randomStream(1, 'permutation').at('type one', i).reader();
    return reader.shuffle(Array.from({ length: candidates }, (__, c) => c)).slice(0, size);
  });
}
